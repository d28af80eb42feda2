"""The books that questions are asked about, ingested into a store of their own that is kept between runs."""

from __future__ import annotations

import json
import re
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from infra.ingestion.choosing import Order, choose_reader
from infra.ingestion.form import Page
from infra.ingestion.ingest import ingest
from infra.ingestion.passages.pages import passages
from infra.ingestion.progress import Silent
from infra.ingestion.store.index import Options
from infra.local.components import passages_store
from infra.local.state import State
from shared.retrieval.blocks import read
from shared.retrieval.markdown import markdown
from tests.bench.answers.judging import by_address

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

ROOT: Final = Path(__file__).parents[3]
CORPORA: Final = (ROOT / ".." / "shared" / "corpus").resolve()
STORE: Final = ROOT / "build" / "bench-answers"
CLONES: Final = STORE / "documentation"
PACKAGES: Final = ROOT / "node_modules"
"""Where documentation of other projects may lie; specs/answers.md says which, and where it is had from."""
MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~&]|^[-+])")
"""What Markdown would take for more than a letter."""


@dataclass(frozen=True, slots=True)
class Book:
    """A folder of documentation.

    Attributes:
        name: Of its collection; what lines of questions call its corpus.
        folder: Below the corpora, beside the project; or below another one.
        beside: That other one; what lies there may be missing.
        kind: How it is read.
    """

    name: str
    folder: str
    beside: Path | None = None
    kind: Literal["html", "markdown"] = "markdown"

    @property
    def path(self) -> Path:
        """Where it lies."""
        return (self.beside or CORPORA) / self.folder


TEXTBOOK: Final = Book("textbook", "physical-ai-textbook/docs")
LEROBOT: Final = Book("lerobot", "lerobot-docs/docs/source")
XQUAD: Final = Book("xquad", "xquad-en")
RAY: Final = Book("ray", "ray-docs-qa/docs")
BOOKS: Final = (TEXTBOOK, LEROBOT, XQUAD, RAY)
CLONED: Final = tuple(
    Book(each, each, CLONES)
    for each in ("mdbook", "drf", "jest", "fastify", "helix", "ripgrep", "httpx", "jj", "rest-server")
)
READMES: Final = Book("packages", "", PACKAGES)
"""Of a dozen packages that `npm ci` installs, each as a page."""
READ: Final = (
    "dotenv semver fast-glob micromatch yauzl yazl picomatch fflate debug ajv memoizee rou3 buffer".split()  # noqa: SIM905 (a list of names)
)
LATER: Final = (
    Book("project", "specs", ROOT),
    READMES,
    *(Book(each, each, CLONES, "html") for each in ("borg", "fish")),
    *(Book(each, each, CLONES) for each in ("pino", "hatch", "starlette", "undici", "npm")),
    *(Book(each, each, CLONES) for each in ("watchtower", "miniflux", "litestream")),
)
"""Our own documentation, that of packages, and of three more projects."""


@contextmanager
def opened(books: Iterable[Book]) -> Generator[str]:
    """Give the address of a store that holds the books."""
    store = passages_store(State(STORE))
    store.start()
    try:
        store.wait()
        for book in books:
            print(
                ingest(_order(book), store.url, Options(collection=book.name, force=True)), file=sys.stderr, flush=True
            )
        yield store.url
    finally:
        store.stop()


def _order(book: Book) -> Order:
    documents = {XQUAD: _as_pages, READMES: _readmes}.get(book, Path)(book.path)
    return Order([str(documents)], kind=book.kind, site=book.name)


def _readmes(folder: Path) -> Path:
    """Those of the packages that are asked about."""
    pages = STORE / "package-pages"
    pages.mkdir(parents=True, exist_ok=True)
    for each in READ:
        shutil.copyfile(folder / each / "README.md", pages / f"{each}.md")
    return pages


def _as_pages(folder: Path) -> Path:
    """XQuAD's paragraphs, each as a page of its own."""
    pages = STORE / "xquad-pages"
    pages.mkdir(parents=True, exist_ok=True)
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        title, text = _escaped(found["title"]), _escaped(found["text"])
        (pages / f"{found['_id']}.md").write_text(f"# {title}\n\n{text}\n", "utf-8")
    return pages


def _escaped(text: str) -> str:
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def sections_of(book: Book) -> dict[str, str]:
    """Address -> the words that stand there, read from the pages anew: what answers show must be among them."""
    choice = choose_reader(_order(book), Silent())
    pages = (each for each in choice.reader.read(choice.documents) if isinstance(each, Page))
    found = (each for page in pages for each in passages(page, book.name))
    return by_address((each.url, f"{each.text}\n{markdown(read(each.blocks))}") for each in found)
