"""A page's sections: each with the headings above it and the anchor that its address ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import FOLDED, Heading
from infra.ingestion.passages.slugs import Slugs
from shared.retrieval.blocks import Item, List, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.ingestion.form import Page
    from shared.retrieval.blocks import Block


@dataclass(slots=True)
class Section:
    """What stands between two headings.

    Attributes:
        level: Of its heading.
        heading_path: The page's title and the headings down to its own.
        anchor: Its own, else the nearest above; empty: the page.
        blocks: As the reader found them.
        announced: Those of the one section right below it, where its own last sentence announces them.
    """

    level: int
    heading_path: tuple[str, ...]
    anchor: str
    blocks: list[Block] = field(default_factory=list["Block"])
    announced: Sequence[Block] = ()


COLONS: Final = (":", "：")  # noqa: RUF001 (the colon of Chinese and Japanese)


def sections(page: Page) -> Iterator[Section]:
    """In the page's order; one that ends with an announcement has the one below it, or the headings of several."""
    found = list(_cut(page))
    announcing = [(place, each) for place, each in enumerate(found) if _announces(each)]
    # the last one first: what a section announces may announce something itself
    for place, section in reversed(announcing):
        below = _below(section, found[place + 1 :])
        if len(below) == 1:
            section.announced = (*below[0].blocks, *below[0].announced)
        elif below:
            section.blocks.append(List(tuple(Item(each.heading_path[-1]) for each in below)))
    yield from found


def _announces(section: Section) -> bool:
    last = section.blocks[-1] if section.blocks else None
    return isinstance(last, Paragraph) and last.text.endswith(COLONS)


def _below(section: Section, following: Sequence[Section]) -> list[Section]:
    """Those one level further down, up to the next one that is not below the section."""
    path, below = section.heading_path, list[Section]()
    for each in following:
        if each.heading_path[: len(path)] != path or len(each.heading_path) == len(path):
            break
        if len(each.heading_path) == len(path) + 1:
            below.append(each)
    return below


def _cut(page: Page) -> Iterator[Section]:
    """Docusaurus gives the first heading of the first level no anchor: it is the page.

    What is folded comes after all of the section that it stands in, whose steps go on behind it.
    """
    slugs, title = Slugs(), title_of(page)
    stack, folded = [Section(1, (title,), "")], list[Section]()
    for each in page.content:
        if not isinstance(each, Heading):
            stack[-1].blocks.append(each)
            continue
        if not each.text:
            _leave(stack, each.level)
            continue
        anchor = _anchor(each, slugs)
        if each.text == title and len(stack) == 1 and not stack[0].blocks:
            # built HTML may well give it one, but the page's own address leads there too
            continue
        if each.level < FOLDED:
            _leave(stack, FOLDED)
            yield from (stack[-1], *folded)
            folded.clear()
        _leave(stack, each.level)
        stack.append(Section(each.level, (*stack[-1].heading_path, each.text), anchor or stack[-1].anchor))
        folded += stack[-1:] if each.level >= FOLDED else []
    _leave(stack, FOLDED)
    yield from (stack[-1], *folded)


def _leave(stack: list[Section], level: int) -> None:
    """Go back to what stands above a level."""
    while len(stack) > 1 and stack[-1].level >= level:
        stack.pop()


def title_of(page: Page) -> str:
    """The page's title, else its first heading of the first level, else its path as words."""
    headings = (each.text for each in page.content if isinstance(each, Heading) and each.level == 1)
    return page.title or next(headings, "") or _humanized(page.path)


def _anchor(heading: Heading, slugs: Slugs) -> str:
    if heading.anchor is None:
        return slugs.anchor(heading.text)
    if heading.anchor:
        slugs.taken(heading.anchor)
    return heading.anchor


def _humanized(path: str) -> str:
    *folders, name = path.split("/")
    if name.lower() in {"index", "readme"} and folders:
        name = folders[-1]
    return " ".join(name.replace("-", " ").replace("_", " ").split()).capitalize()
