"""Pictures of `<docs-chat>` in each state (`make screenshots`), the README's among them.

The element is the one that is served; the page around it and the answers are made up here, so that pictures differ only
where the element does.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from functions.widget.files import files
from infra.local.program import PROJECT
from tests.e2e.conftest import launched

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Locator, Page, Route

OUTPUT: Final = PROJECT / "build/screenshots"
SHOWN: Final = PROJECT / "specs/pictures"
IN_README: Final = ("answer", "answer-dark", "phone", "right-to-left", "outage")

ORIGIN: Final = "http://docs.example"
TIME: Final = "2026-11-20T10:00:00.000Z"

PAGE: Final = """<!doctype html><html lang="{language}" data-theme="{theme}" dir="{direction}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Kettles</title><style>
:root {{ --page: #fff; --text: #1c1e21; --line: #e3e6ea; --soft: #f6f7f9; }}
[data-theme=dark] {{ --page: #1b1f26; --text: #e3e6ea; --line: #333a45; --soft: #232932; color-scheme: dark; }}
body {{ margin: 0; background: var(--page); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }}
.bar {{ padding: 14px 24px; border-bottom: 1px solid var(--line); font-weight: 650; }}
.site {{ display: grid; grid-template-columns: 220px minmax(0, 640px); gap: 48px; padding: 24px; }}
nav p {{ margin: 0 0 12px; }} h1 {{ margin: 0; font-size: 30px; }} pre {{ padding: 14px; background: var(--soft); }}
@media (max-width: 640px) {{ .site {{ display: block; }} .site nav {{ display: none; }} }}
</style><script defer src="/docs-chat.js"></script><div class="bar">Brindlewood documentation</div>
<div class="site"><nav><p>Getting started</p><p><b>Kettles</b></p><p>Descaling</p><p>Spare parts</p></nav><main>
<h1>The Brindlewood kettle</h1><p>The Brindlewood kettle boils one litre of water in ninety seconds, and keeps it hot
for an hour. Descale it every six weeks with two spoons of citric acid.</p><pre>kettle boil --litres 1</pre>
<p>Fill it with cold water first, wait half an hour, and rinse it twice afterwards.</p></main></div>
<docs-chat {attributes}></docs-chat></html>"""

ANSWER: Final = """Descale the kettle **every six weeks** with two spoons of citric acid. [1]

1. Fill it with cold water and add the acid.
2. Wait half an hour, then rinse it twice. [2]

```sh
kettle descale --minutes 30
```

| Water | Every |
|---|---|
| soft | 12 weeks |
| hard | 4 weeks |"""

ARABIC: Final = """أزل الترسبات من الغلاية **كل ستة أسابيع** بملعقتين من حمض الستريك. [1]

1. املأها بالماء البارد وأضف الحمض.
2. انتظر نصف ساعة، ثم اشطفها مرتين. [2]

```sh
kettle descale --minutes 30
```"""

SOURCES: Final = [
    {"n": 1, "title": "Kettles: Descaling", "url": "/descaling", "snippet": ""},
    {"n": 2, "title": "Kettles: After descaling", "url": "/descaling#after", "snippet": ""},
]
REPLY: Final[dict[str, Any]] = {
    "answer": ANSWER,
    "sources": SOURCES,
    "conversationId": "01939d7e-3f4a-7000-8000-000000000000",
    "messageId": "01939d7e-3f4a-7000-8000-000000000001",
    "mode": "extractive",
    "saved": "no",
    "degraded": [],
    "feedbackToken": "token",
    "followUps": ["Which acid may I use instead?"],
}
TITLES: Final = ("How often should I descale it?", "Is the lid dishwasher safe?", "Where can I buy a new filter?")
HISTORY: Final = [
    {"id": f"c{n}", "title": title, "pinned": n == 0, "updatedAt": TIME} for n, title in enumerate(TITLES)
]
SUGGESTED: Final = ["How often should I descale it?", "How do I clean the lid?", "How long does it take to boil?"]
SIGNED_IN: Final = {"user": {"id": "u", "name": "Ada Lovelace", "email": "ada@example.com"}, "session": {"token": "1"}}
LOGINS: Final = [
    {"id": "1", "token": "1", "userAgent": "(X11; Linux) Chrome/1", "updatedAt": TIME},
    {"id": "2", "token": "2", "userAgent": "(iPhone) Safari/1", "updatedAt": TIME},
]


@dataclass(frozen=True)
class State:
    """What is on a picture.

    Attributes:
        acts: What the reader does before it is taken, step by step.
        reply: What is otherwise in the answer.
    """

    name: str
    attributes: str = ""
    size: tuple[int, int] = (1280, 800)
    language: str = "en"
    theme: str = "light"
    signed_in: bool = False
    forced_colors: bool = False
    reply: dict[str, Any] = field(default_factory=dict[str, Any])
    acts: tuple[Callable[[Page], None], ...] = ()


def chat(page: Page, what: str) -> Locator:
    return page.locator(f"docs-chat {what}")


def open_it(page: Page) -> None:
    chat(page, ".launcher").click()
    chat(page, ".privacy").wait_for()


def ask(page: Page) -> None:
    chat(page, "textarea").fill("How often should I descale it?")
    chat(page, "textarea").press("Enter")
    chat(page, ".after").wait_for()


def ask_in_arabic(page: Page) -> None:
    chat(page, "textarea").fill("كم مرة يجب أن أزيل الترسبات؟")
    chat(page, "textarea").press("Enter")
    chat(page, ".after").wait_for()


def click(what: str) -> Callable[[Page], None]:
    return lambda page: chat(page, what).first.click()


def select(page: Page) -> None:
    page.locator("main p").first.select_text()
    chat(page, ".ask-about").wait_for()


PHONE: Final = (390, 844)
WHOLE: Final = 'placement="page"'
IN_ARABIC: Final[dict[str, Any]] = {
    "answer": ARABIC,
    "sources": [
        {"n": 1, "title": "الغلايات: إزالة الترسبات", "url": "/descaling", "snippet": ""},
        {"n": 2, "title": "الغلايات: بعد الإزالة", "url": "/descaling#after", "snippet": ""},
    ],
    "followUps": ["أي حمض آخر يمكنني استخدامه؟"],
}
QUEUED: Final[dict[str, Any]] = {"saved": "queued", "degraded": ["database"], "feedbackToken": None}

STATES: Final = (
    State("closed"),
    State("welcome", acts=(open_it,)),
    State("consent", 'provider="Acme" consent privacy-url="/privacy"', acts=(open_it,)),
    State("answer", acts=(open_it, ask)),
    State("answer-dark", theme="dark", acts=(open_it, ask)),
    State("panel", 'placement="panel"', acts=(open_it, ask)),
    State("inline", 'placement="inline"', acts=(ask,)),
    State("phone", size=PHONE, acts=(open_it, ask)),
    State("phone-on-its-side", size=(844, 375), acts=(open_it, ask)),
    State("phone-dark", size=PHONE, theme="dark", acts=(open_it,)),
    State("right-to-left", language="ar", reply=IN_ARABIC, acts=(open_it, ask_in_arabic)),
    State("page", WHOLE, signed_in=True, reply={"saved": "stored"}, acts=(ask,)),
    State("outage", WHOLE, signed_in=True, reply=QUEUED, acts=(ask,)),
    State("outage-dark", WHOLE, theme="dark", signed_in=True, reply=QUEUED, acts=(ask,)),
    State("editing", reply={"saved": "stored"}, signed_in=True, acts=(open_it, ask, click(".edit"))),
    State("temporary", WHOLE, theme="dark", signed_in=True, acts=(click("[role=switch]"),)),
    State("sign-in", acts=(open_it, click(".sign-in"))),
    State("phone-sign-up", size=PHONE, acts=(open_it, ask, click(".sign-in"), click("dialog .link"))),
    State("account", WHOLE, signed_in=True, acts=(click('[aria-label^="Account of"]'),)),
    State("history", signed_in=True, acts=(open_it, click(".to-history"), click(".more button"))),
    State("opinion", acts=(open_it, ask, click('[data-value="down"]'))),
    State("selection", acts=(select,)),
    State("forced-colours", forced_colors=True, acts=(open_it, ask)),
)


def served(state: State) -> Callable[[Route], None]:
    """The site, the element and the API, as far as pictures need them."""
    direction = "rtl" if state.language in {"ar", "ur"} else "ltr"
    page = PAGE.format(attributes=state.attributes, language=state.language, theme=state.theme, direction=direction)
    bodies: dict[str, Any] = {
        "/api/auth/get-session": SIGNED_IN if state.signed_in else None,
        "/api/auth/list-sessions": LOGINS,
        "/api/suggestions": {"suggestions": SUGGESTED},
        "/api/conversations": {"conversations": HISTORY, "nextCursor": None},
        "/api/chat": {name: value for name, value in (REPLY | state.reply).items() if value is not None},
    }

    def serve(route: Route) -> None:
        path = urlsplit(route.request.url).path
        name = PurePosixPath(path).name
        script = next((each for key, each in files().items() if name in {key, each.name}), None)
        if path in bodies:
            route.fulfill(content_type="application/json", body=json.dumps(bodies[path]))  # a guest's session is `null`
        elif path.endswith("/feedback"):
            route.fulfill(json={"value": "down"})
        elif script is not None:
            route.fulfill(content_type="text/javascript", body=script.content)
        else:
            route.fulfill(content_type="text/html", body=page)

    return serve


def take(browser: Browser, state: State) -> None:
    """Write the picture of a state."""
    width, height = state.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        forced_colors="active" if state.forced_colors else "none",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    page = context.new_page()
    page.route("**/*", served(state))
    page.goto(f"{ORIGIN}/kettles")
    chat(page, ".root").wait_for(state="attached")
    for act in state.acts:
        act(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=OUTPUT / f"{state.name}.png")
    context.close()


def main() -> int:
    """Take all pictures; the exit status."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    SHOWN.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            print("Chromium is not installed (on Debian: apt install chromium-headless-shell)")
            return 1
        for state in STATES:
            take(browser, state)
        browser.close()
    for name in IN_README:
        shutil.copyfile(OUTPUT / f"{name}.png", SHOWN / f"{name}.png")
    print(f"{len(STATES)} pictures in {OUTPUT.relative_to(PROJECT)}, {len(IN_README)} of them in specs/pictures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
