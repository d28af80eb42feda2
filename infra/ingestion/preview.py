"""What an ingestion would do, without doing it: the pages, what is left out and why, and three passages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from infra.ingestion.choosing import choose_reader
from infra.ingestion.form import Excluded, Skipped
from infra.ingestion.passages.pages import passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.ingestion.choosing import Order
    from infra.ingestion.form import Found, Page
    from infra.ingestion.markdown.routes import Site
    from infra.ingestion.passages.pages import Passage
    from infra.ingestion.progress import Show

SHOWN: Final = 3
"""Passages: of the first page, one in the middle, and the last."""


@dataclass(slots=True)
class Preview:
    """What would be stored.

    Attributes:
        site: The site.
        pages: Each page, without its content, with the number of its passages.
        left_out: Files that are no pages, or could not be read.
        examples: The first passages of the first page, one in the middle, and the last.
    """

    site: Site
    pages: list[tuple[Page, int]] = field(default_factory=list["tuple[Page, int]"])
    left_out: list[Skipped | Excluded] = field(default_factory=list[Skipped | Excluded])
    examples: list[Passage] = field(default_factory=list["Passage"])

    def lines(self) -> Iterator[str]:
        """Say it."""
        for page, count in self.pages:
            notes = ", ".join(filter(None, (page.language, page.version, f"{count} passages")))
            yield f"{page.address}  {page.title} ({notes})"
        for each in self.left_out:
            yield f"- {each.where}: {each.reason}"
        for number, each in enumerate(self.examples, 1):
            yield f"\n--- passage {number} of {len(self.examples)}: {each.url}\n{each.embedded_text}"
        stored = sum(count for _, count in self.pages)
        figures = f"{len(self.pages):,} pages, {stored:,} passages, {len(self.left_out):,} files left out"
        if any(self.site.knows_no_place_of(page.address) for page, _ in self.pages):
            yield "\nNothing says where these pages are published, and a stage does not take them so: SITE_URL=https://…"
        yield f"\nsite {self.site.name}: {figures}; nothing was stored"


def preview(order: Order, show: Show) -> Preview:
    """Read everything and store nothing.

    Raises:
        NothingToIngest: There is no page to read.
    """
    choice = choose_reader(order, show)
    made = Preview(choice.site)
    found: list[Passage] = []
    for each in choice.reader.read(choice.documents):
        _add(made, found, each)
    places = sorted({0, len(found) // 2, len(found) - 1}) if found else []
    made.examples = [found[place] for place in places][:SHOWN]
    return made


def _add(made: Preview, found: list[Passage], each: Found) -> None:
    if isinstance(each, Skipped | Excluded):
        made.left_out.append(each)
        return
    of_page = list(passages(each, made.site.name))
    made.pages.append((replace(each, content=()), len(of_page)))
    found += of_page[:1]
