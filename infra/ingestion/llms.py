"""`llms.txt` and `llms-full.txt` of a site (https://llmstxt.org): what agents read instead of its pages.

A book whose whole text is larger than a function can answer is cut: a file for each section, `llms-full/SECTION.txt`,
and several for a section that is still too large.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import Heading
from infra.ingestion.passages.safe import safe, safe_text
from infra.ingestion.passages.sections import title_of
from shared.retrieval.blocks import Paragraph
from shared.retrieval.markdown import markdown, one

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.ingestion.form import Page

LARGEST: Final = 4_000_000
"""Bytes of a file; an answer of AWS Lambda has at most 6 MB, with its envelope."""
LONGEST_SUMMARY: Final = 160
INDEX: Final = "llms.txt"
FULL: Final = "llms-full.txt"
_NO_NAME: Final = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the library.

    Attributes:
        title: The page's.
        address: The page's.
        summary: How it begins.
        section: The top folder of its path.
        place: Where its text begins.
        size: Bytes of its text.
    """

    title: str
    address: str
    summary: str
    section: str
    place: int
    size: int


class Library:
    """Texts of a site's pages, on disk until the files are made.

    Args:
        site: The site's name.
        largest: Bytes of a file.
    """

    def __init__(self, site: str, largest: int = LARGEST) -> None:
        self._site, self._largest = site, largest
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the ingestion)
        self._entries: list[Entry] = []

    def add(self, page: Page) -> None:
        """Take a page."""
        title = safe_text(title_of(page))
        text = "\n\n".join(_full(page, title)).encode()
        section = page.path.rpartition("/")[0].partition("/")[0]
        place = self._file.seek(0, 2)
        self._file.write(text)
        self._entries.append(Entry(title, page.address, _summary(page), section, place, len(text)))

    def files(self) -> Iterator[tuple[str, str]]:
        """Give each file's name and text, the index first."""
        full = list(self._full_files())
        yield INDEX, self._index([name for name, _ in full])
        for name, entries in full:
            yield name, "\n\n".join(map(self._text, entries)) + "\n"

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()

    def _index(self, full: list[str]) -> str:
        """A site of very many pages is listed without summaries, and if need be not to its end."""
        text = "\n".join(_listed(self._site, self._entries, full, summaries=True)) + "\n"
        if len(text.encode()) > self._largest:
            text = "\n".join(_listed(self._site, self._entries, full, summaries=False)) + "\n"
        return text.encode()[: self._largest].decode(errors="ignore")

    def _full_files(self) -> Iterator[tuple[str, list[Entry]]]:
        if sum(each.size + 2 for each in self._entries) <= self._largest:
            yield FULL, self._entries
            return
        for section in dict.fromkeys(each.section for each in self._entries):
            parts = list(_parts(self._largest, [each for each in self._entries if each.section == section]))
            name = _NO_NAME.sub("-", section) or "index"
            for number, entries in enumerate(parts, 1):
                yield f"llms-full/{name}{'' if len(parts) == 1 else f'-{number}'}.txt", entries

    def _text(self, entry: Entry) -> str:
        self._file.seek(entry.place)
        return self._file.read(min(entry.size, self._largest - 1)).decode(errors="ignore")


def _parts(largest: int, entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    size = 0
    for each in entries:
        if part and size + each.size + 2 > largest:
            yield part
            part, size = [], 0
        part.append(each)
        size += each.size + 2
    if part:
        yield part


def _full(page: Page, title: str) -> Iterator[str]:
    yield f"# {title}"
    yield f"Source: {page.address}"
    for each in page.content:
        if not isinstance(each, Heading):
            yield one(safe(each))
        elif each.text not in {title, ""}:
            yield f"{'#' * min(max(each.level, 2), 6)} {safe_text(each.text)}"


def _summary(page: Page) -> str:
    """Its first paragraph, cut between words."""
    first = next((each.text for each in page.content if isinstance(each, Paragraph)), "")
    text = markdown([safe(Paragraph(first))]) if first else ""
    return text if len(text) <= LONGEST_SUMMARY else f"{text[:LONGEST_SUMMARY].rpartition(' ')[0]} …"


def _listed(site: str, entries: list[Entry], full: list[str], *, summaries: bool) -> Iterator[str]:
    home = min(entries, key=lambda each: len(each.address), default=None)
    yield f"# {home.title if home else site}"
    if home and home.summary:
        yield f"\n> {home.summary}"
    yield "\n## Full text\n"
    yield from (f"- [{name}](/{name})" for name in full)
    for section in dict.fromkeys(each.section for each in entries):
        yield f"\n## {section.replace('-', ' ').replace('_', ' ').capitalize() or 'Pages'}\n"
        for each in (each for each in entries if each.section == section):
            summary = f": {each.summary}" if summaries and each.summary else ""
            yield f"- [{each.title.replace('[', '(').replace(']', ')')}]({each.address}){summary}"
