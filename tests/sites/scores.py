"""How well a built site is read: addresses that answer, anchors that exist, words kept and added, secrets told."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from infra.ingestion.choosing import Order, choose_reader
from infra.ingestion.form import Heading, Page
from infra.ingestion.passages.pages import passages
from infra.ingestion.progress import Silent
from shared.retrieval.markdown import one
from tests.sites.generators import python_environment

if TYPE_CHECKING:
    from collections.abc import Generator as Yields

    from tests.sites.generators import Generator

SECRET = "quokka"
BASE = "/book"
_OURS = frozenset({"note", "tip", "hint", "info", "warning", "caution", "danger", "important", "question", "x"})
"""What we add on purpose: what an admonition is, and that a task is done."""


@dataclass(slots=True)
class Score:
    """Of one reader on one site."""

    name: str
    pages: int = 0
    passages: int = 0
    dead_addresses: list[str] = field(default_factory=list[str])
    dead_anchors: list[str] = field(default_factory=list[str])
    secrets: int = 0
    kept: float = 0.0
    foreign: float = 0.0
    lost: Counter[str] = field(default_factory=Counter[str])
    added: Counter[str] = field(default_factory=Counter[str])


class _CleanAddresses(SimpleHTTPRequestHandler):
    """Serves as hosts of documentation do: `/a` is `a.html`, or the folder `a/`."""

    def translate_path(self, path: str) -> str:
        below = urlsplit(path).path.removeprefix(BASE)
        found = Path(super().translate_path(below or "/"))
        page = found.with_name(f"{found.name}.html")
        return str(page if not found.exists() and page.exists() else found)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that the library gives)
        pass


@contextmanager
def served(folder: Path) -> Yields[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_CleanAddresses, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pages_of(folder: Path, site_url: str = "") -> list[Page]:
    choice = choose_reader(Order([str(folder)], site_url=site_url or None), Silent())
    return [each for each in choice.reader.read(choice.documents) if isinstance(each, Page)]


def html_of(folder: Path, page: Page) -> Path:
    return folder / f"{page.path}.html"


def score(generator: Generator, folder: Path) -> Score:
    """Of our reader of built sites."""
    pages = pages_of(folder, generator.site_url)
    made = _addresses(Score(generator.name), folder, pages)
    files = [str(html_of(folder, each)) for each in pages]
    command = [str(python_environment()), str(Path(__file__).with_name("count_words.py")), generator.main]
    counted = subprocess.run(command, input="\n".join(files), capture_output=True, text=True, check=True)  # noqa: S603
    wanted: dict[str, dict[str, int]] = json.loads(counted.stdout)
    known, got = 0, 0
    for page, file in zip(pages, files, strict=True):
        want, have = Counter(wanted[file]), words(page)
        made.lost += want - have
        made.added += Counter({word: count for word, count in (have - want).items() if word not in _OURS})
        known, got = known + want.total(), got + have.total()
    made.kept = 100 * (1 - made.lost.total() / max(1, known))
    made.foreign = 100 * made.added.total() / max(1, got)
    return made


def score_markdown(generator: Generator, folder: Path) -> Score:
    """Of our reader of Markdown on the sources of the same site."""
    order = Order([str(generator.source / generator.markdown)], "markdown", site_url=f"https://lantern.example{BASE}")
    choice = choose_reader(order, Silent())
    pages = [each for each in choice.reader.read(choice.documents) if isinstance(each, Page)]
    return _addresses(Score(f"{generator.name}, its Markdown"), folder, pages)


def words(page: Page) -> Counter[str]:
    """Its words, without fences and the numbers of items."""
    text = "\n".join(each.text if isinstance(each, Heading) else one(each) for each in page.content)
    plain = re.sub(r"^\s*`{3,}[^\n`]*$", "", re.sub(r"(?m)^(\s*)\d+\. ", r"\1", text), flags=re.MULTILINE)
    return Counter(re.findall(r"\w+", plain.lower()))


def _addresses(made: Score, folder: Path, pages: list[Page]) -> Score:
    made.pages = len(pages)
    with served(folder) as origin, httpx.Client() as client:
        for page in pages:
            answer = client.get(f"{origin}{urlsplit(page.address).path}")
            found = list(passages(page, "lantern"))
            made.passages += len(found)
            made.secrets += sum(SECRET in each.text for each in found)
            if not answer.is_success:
                made.dead_addresses.append(page.address)
            ids = set(re.findall(r"""\b(?:id|name)\s*=\s*["']?([^"'\s>]+)""", answer.text))
            made.dead_anchors += [each.url for each in found if each.anchor and each.anchor not in ids]
    return made
