"""Pages of documentation with `<docs-chat>` on them, as a site of its own would serve them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from infra.local.program import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request, Route

REPLY: Final[dict[str, Any]] = {
    "answer": "It works. [1]",
    "sources": [{"n": 1, "title": "Guide: How it works", "url": "/guide.html#works", "snippet": "It works."}],
    "conversationId": "01939d7e-3f4a-7000-8000-000000000000",
    "messageId": "01939d7e-3f4a-7000-8000-000000000001",
    "mode": "extractive",
    "saved": "no",
    "degraded": [],
    "feedbackToken": "token",
}

STRICT: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'"
)
"""No inline script, no inline style, no picture from anywhere, and no HTML made of strings."""

PAGE: Final = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
{head}<script defer src="{script}"></script></head>
<body><main><h1>{title}</h1><p id="text">The kettle boils one litre of water in ninety seconds.</p>
<p><a id="next" href="/next.html">Next</a> <button id="own">Ask us</button></p>
<p><label>Name <input id="name"></label></p></main>
<docs-chat {attributes}></docs-chat></body></html>"""


@dataclass
class Site:
    """Serves pages at the platform's own origin, into a browser's page.

    Attributes:
        page: Where they are opened.
        violations: Of the content security policy, as the browser tells them.
        sent: Bodies of the questions that were sent.
    """

    page: Page
    violations: list[str] = field(default_factory=list[str])
    sent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def __post_init__(self) -> None:
        """Watch what the browser complains of, and what is asked."""
        self.page.on(
            "console", lambda said: self.violations.append(said.text) if "Security Policy" in said.text else None
        )
        self.page.on("pageerror", lambda error: self.violations.append(str(error)))
        self.page.on("request", self._note)

    def _complain(self, text: str) -> None:
        self.violations.append(text)

    def _note(self, request: Request) -> None:
        if request.url.endswith("/api/chat") and request.post_data:
            self.sent.append(json.loads(request.post_data))

    def open(self, attributes: str = "", *, head: str = "", language: str = "en", path: str = "/a.html") -> Page:
        """Open a page with the element; every other page of the site looks alike."""

        def serve(route: Route) -> None:
            words = {"title": "Kettles", "script": "/docs-chat.js", "attributes": attributes}
            body = PAGE.format(head=head, language=language, **words)
            route.fulfill(body=body, content_type="text/html", headers={"content-security-policy": STRICT})

        self.page.unroute("**/*.html")
        self.page.route("**/*.html", serve)
        self.page.goto(path)
        return self.page

    def reply(self, status: int = 200, headers: dict[str, str] | None = None, **fields: Any) -> None:  # noqa: ANN401 (JSON)
        """Answer questions with this from now on."""
        body = REPLY | fields if status == 200 else fields
        self.page.unroute("**/api/chat")
        self.page.route("**/api/chat", lambda route: route.fulfill(status=status, json=body, headers=headers))

    def stream(self, *events: tuple[str, dict[str, Any]]) -> None:
        """Answer questions with these events from now on."""
        text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
        self.page.unroute("**/api/chat")
        self.page.route("**/api/chat", lambda route: route.fulfill(content_type="text/event-stream", body=text))


def hold(page: Page, pattern: str) -> list[Route]:
    """Requests wait until the test lets them go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(pattern, keep)
    return held


def axe(page: Page) -> list[str]:
    """What axe finds wrong with a page: `rule: element`."""
    script = (PROJECT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    page.evaluate(script)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [f"{each['id']}: {node['html'][:200]}" for each in found["violations"] for node in each["nodes"]]
