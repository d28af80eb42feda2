"""Reads a built site as pages: looks at every file once, chooses, and gives back the content of what was chosen."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import Excluded, Page, Skipped
from infra.ingestion.html.addresses import give_addresses, place_of
from infra.ingestion.html.document import BrokenFile, decoded, read_document
from infra.ingestion.html.facts import Facts, Links, Waiting, facts_of
from infra.ingestion.html.indexes import indexes_of
from infra.ingestion.html.selection import choose, name_pages, reason_by_name
from infra.ingestion.sources import NothingToIngest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infra.ingestion.form import Found
    from infra.ingestion.progress import Show

ENDINGS: Final = (".html", ".htm", ".xhtml", ".shtml")
LARGEST: Final = 50_000_000
"""Bytes of a file; a page that people read is never so large."""
_SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person who ingests may choose.

    Attributes:
        site_url: Where the folder is published; empty: as its pages say.
        local: Where the local reader shows a page whose address nobody knows.
        all_versions: Not only the released one.
        addresses: Of each file, where a server gave them.
    """

    site_url: str = ""
    local: str = ""
    all_versions: bool = False
    addresses: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class SiteReader:
    """Reads a built site.

    Attributes:
        wanted: What was chosen.
        show: Where progress is reported.
    """

    wanted: Wanted
    show: Show

    def read(self, documents: Sequence[Path]) -> Iterator[Found]:
        """Look at every file of a folder, then give the pages in the order of their names.

        Raises:
            NothingToIngest: There is no HTML.
        """
        (folder,) = documents
        files = files_of(folder)
        if not files:
            raise NothingToIngest(f"no HTML in {folder}")
        self.show.begin("files", len(files))
        with closing(Waiting()) as waiting:
            for each in self._chosen(folder, files, waiting):
                yield _result(folder, each, waiting)

    def _chosen(self, folder: Path, files: Sequence[str], waiting: Waiting) -> list[Facts]:
        links = Links()
        pages: list[Facts] = []
        for file in files:
            pages.append(_look(folder, file, links, waiting))
            pages[-1].final = self.wanted.addresses.get(file, "")
            self.show.step()
        place = place_of([each for each in pages if not each.is_broken], folder)
        give_addresses(pages, place, links, self.wanted.site_url, self.wanted.local)
        choose(pages, place, links, list(indexes_of(folder)), all_versions=self.wanted.all_versions)
        name_pages(pages)
        return pages


def files_of(folder: Path) -> list[str]:
    """Find the HTML files of a folder, in a fixed order; links to folders are not followed."""
    found: list[str] = []
    for place, subfolders, names in os.walk(folder):
        subfolders[:] = [each for each in subfolders if each not in _SKIPPED_FOLDERS and not each.startswith(".")]
        below = Path(place).relative_to(folder)
        found += [(below / name).as_posix() for name in names if name.lower().endswith(ENDINGS)]
    return sorted(found)


def _look(folder: Path, file: str, links: Links, waiting: Waiting) -> Facts:
    if reason := reason_by_name(file):
        return Facts(file, reason)
    try:
        document = read_document(decoded(_bytes(folder / file)))
    except BrokenFile as error:
        return Facts(file, str(error), is_broken=True)
    links.add(file, document.links)
    facts = facts_of(file, document)
    facts.place = -1 if facts.is_empty else waiting.put(document.content, document.ids)
    return facts


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BrokenFile(f"it has more than {LARGEST // 1_000_000} MB")
        return file.read_bytes()
    except OSError as error:
        raise BrokenFile(f"it cannot be read ({error.strerror})") from error


def _result(folder: Path, facts: Facts, waiting: Waiting) -> Found:
    path = facts.file.removesuffix(".html").removesuffix(".htm")
    if facts.is_broken:
        return Skipped(path, str(folder / facts.file), facts.reason)
    if facts.reason:
        where = facts.final or str(folder / facts.file)
        return Excluded(path, where, facts.reason, is_surprising=facts.is_scripted)
    content, ids = waiting.get(facts.place)
    language = facts.language[:2] or "en"
    return Page(path, facts.address, facts.title, language, facts.version, content, ids, facts.is_released)
