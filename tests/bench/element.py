"""What `<docs-chat>` costs a page: `make bench-element` writes tests/bench/results/element.md.

Its script and those of three peers, as npm gives them, are served by one server, compressed alike, to the same Chromium
behind the same slow line, in turns. Bytes are those that a page loads before anybody does anything; usable is when the
button or the field can be seen. Then questions are asked on the local platform, from Enter to the answer.
Exits with 1 when the first script is larger than its budget, or a peer is smaller.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from playwright.sync_api import sync_playwright

from functions.widget.files import FIRST, files
from infra.local.passages import ingest_own_documents
from infra.local.platform import Platform
from infra.local.program import PROJECT
from infra.local.state import State
from tests.bench.machine import RESULTS, machine, spread
from tests.e2e.conftest import launched

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser

BUDGET: Final = 15_000
ROUNDS: Final = 5
PEERS: Final = PROJECT / "build/bench-element"

LINE: Final = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""Of a phone on a slow line: 150 ms away, 1.6 Mbit/s."""

QUESTIONS: Final = (
    "How do I start the platform?",
    "What happens when the database is away?",
    "How do I deploy it?",
    "Which transports are there?",
    "How are passwords stored?",
)


@dataclass(frozen=True, slots=True)
class Contender:
    """A chat on a page.

    Attributes:
        scripts: What the page loads, by the name under which it is served.
        body: The page's, with its scripts.
        usable: What is seen when it can be used.
    """

    name: str
    scripts: dict[str, bytes]
    body: str
    usable: str

    @property
    def page(self) -> bytes:
        """The whole page."""
        return f'<!doctype html><meta charset="utf-8"><title>x</title><body><h1>Page</h1>{self.body}</body>'.encode()

    @property
    def bytes(self) -> int:
        """Of its scripts, compressed."""
        return sum(len(compressed(script)) for script in self.scripts.values())


def compressed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def installed(path: str) -> bytes:
    """A file of a peer's package."""
    return (PEERS / "node_modules" / path).read_bytes()


def contenders() -> list[Contender]:
    """The element, and the peers as their own documents put them on a page."""
    own = next(each.content for each in files().values() if each.name == FIRST)
    docsearch = (
        '<div id="d"></div><script src="/docsearch.js"></script><script>'
        "docsearch({container:'#d',appId:'A',apiKey:'B',indexName:'C',askAi:'D'})</script>"
    )
    markprompt = (
        '<div id="markprompt"></div><script>window.markprompt={projectKey:"K",container:"#markprompt",options:{}}'
        '</script><script type="module" src="/markprompt.js"></script>'
    )
    return [
        Contender(
            "`<docs-chat>`",
            {FIRST: own},
            f'<script defer src="/{FIRST}"></script><docs-chat></docs-chat>',
            "docs-chat .launcher",
        ),
        Contender(
            "deep-chat 2.4.2",
            {"deep-chat.js": installed("deep-chat/dist/deepChat.bundle.js")},
            '<script type="module" src="/deep-chat.js"></script><deep-chat></deep-chat>',
            "deep-chat #text-input",
        ),
        Contender(
            "DocSearch 5.2.0", {"docsearch.js": installed("@docsearch/js/dist/umd/index.js")}, docsearch, "#d button"
        ),
        Contender("Markprompt 0.14.3", {"markprompt.js": bundled_markprompt()}, markprompt, "#markprompt button"),
    ]


def bundled_markprompt() -> bytes:
    """Its package has modules alone: bundled as its own build does."""
    entry = PEERS / "node_modules/@markprompt/web/dist/init.js"
    words = ["node_modules/.bin/esbuild", entry, "--bundle", "--minify", "--format=esm", "--log-level=error"]
    return subprocess.run(words, cwd=PROJECT, check=True, capture_output=True).stdout  # noqa: S603 (our own words)


@contextmanager
def serving(found: list[Contender]) -> Generator[str]:
    """Their pages and scripts, compressed; the address."""
    answers = {f"/{number}.html": ("text/html", each.page) for number, each in enumerate(found)}
    answers |= {f"/{name}": ("text/javascript", body) for each in found for name, body in each.scripts.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = answers.get(self.path, ("text/plain", b""))
            sent = compressed(body)
            self.send_response(200 if body else 404)
            for name, value in {
                "content-type": kind,
                "content-encoding": "gzip",
                "content-length": str(len(sent)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def until_usable(browser: Browser, address: str, usable: str) -> float:
    """Milliseconds from the navigation until it is seen, in a browser that was never here."""
    context = browser.new_context()
    page = context.new_page()
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", LINE)  # pyright: ignore[reportUnknownMemberType] (its answer is any)
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(usable).first.wait_for(timeout=60_000)
    spent = (time.perf_counter() - began) * 1000
    context.close()
    return spent


def until_answered(browser: Browser) -> list[float]:
    """Milliseconds from Enter to the whole answer on the local platform, after a first question that warms it."""
    spent: list[float] = []
    with State.temporary() as state, Platform(state, ["http"]) as platform:
        ingest_own_documents(state, platform.qdrant.url)
        page = browser.new_page()
        page.goto(platform.url("http"))
        for number, question in enumerate([QUESTIONS[0], *QUESTIONS], 1):
            page.get_by_label("Your question").fill(question)
            began = time.perf_counter()
            page.keyboard.press("Enter")
            page.locator("article .after").nth(number - 1).wait_for()
            spent.append((time.perf_counter() - began) * 1000)
        page.close()
    return spent[1:]


def results(found: list[Contender], usable: dict[str, list[float]], answered: list[float]) -> str:
    """The page of figures."""
    lines = [
        "# What `<docs-chat>` costs a page",
        "",
        f"`make bench-element`, {machine()}, beside whatever else it did. Scripts of a page before anybody",
        "does anything, compressed with gzip; a fresh Chromium on a line of 1.6 Mbit/s, 150 ms away; the peers as npm",
        f"gives them, in turns, {ROUNDS} times each. Usable is when the button or the field is seen.",
        "",
        "| | bytes, gzip | times ours | usable after, ms: least, median, most |",
        "|---|---|---|---|",
    ]
    for each in found:
        least, median, most = spread(usable[each.name])
        share = each.bytes / found[0].bytes
        lines.append(f"| {each.name} | {each.bytes:,} | {share:.1f} | {least:.0f}, {median:.0f}, {most:.0f} |")
    later = sorted(
        (each.name, len(compressed(each.content)))
        for each in files().values()
        if each.name.endswith(".js") and each.name != FIRST
    )
    least, median, most = spread(answered)
    lines += [
        "",
        "Loaded when it is needed: " + ", ".join(f"`{name}` {size:,}" for name, size in later) + ".",
        "",
        f"From Enter to the whole answer of {len(answered)} questions, on the local platform without a model:",
        f"{least:.0f} ms at least, {median:.0f} ms at the median, {most:.0f} ms at most.",
        "",
        "The peers do other things, too: DocSearch searches as one types. None of them has accounts or a history of",
        "its own; ours loads them when somebody signs in.",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure; the exit status."""
    found = contenders()
    usable: dict[str, list[float]] = {each.name: [] for each in found}
    with sync_playwright() as playwright:
        browser = launched(playwright)
        if browser is None:
            print("Chromium is not installed (on Debian: apt install chromium-headless-shell)")
            return 1
        with serving(found) as origin:
            for _ in range(ROUNDS):
                for number, each in enumerate(found):
                    usable[each.name].append(until_usable(browser, f"{origin}/{number}.html", each.usable))
        answered = until_answered(browser)
        browser.close()
    text = results(found, usable, answered)
    (RESULTS / "element.md").write_text(text, "utf-8")
    smallest = min(each.bytes for each in found[1:])
    print(f"{found[0].bytes:,} bytes of {BUDGET:,}, the smallest peer {smallest:,}: tests/bench/results/element.md")
    return 0 if found[0].bytes <= min(BUDGET, smallest) else 1


if __name__ == "__main__":
    sys.exit(main())
