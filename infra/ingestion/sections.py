"""A page's sections: each with the headings above it and the anchor that its address ends with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import Heading
from infra.ingestion.slugs import Slugs
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
    """

    level: int
    heading_path: tuple[str, ...]
    anchor: str
    blocks: list[Block] = field(default_factory=list["Block"])


COLONS: Final = (":", "：")  # noqa: RUF001 (the colon of Chinese and Japanese)


def sections(page: Page) -> Iterator[Section]:
    """In the page's order; one that announces something and ends lists the headings right below it."""
    found = list(_cut(page))
    for place, section in enumerate(found):
        last = section.blocks[-1] if section.blocks else None
        if (
            isinstance(last, Paragraph)
            and last.text.endswith(COLONS)
            and (below := _below(section, found[place + 1 :]))
        ):
            section.blocks.append(List(tuple(map(Item, below))))
        yield section


def _below(section: Section, following: Sequence[Section]) -> list[str]:
    """The headings one level further down, up to the next one that is not below the section."""
    path, texts = section.heading_path, list[str]()
    for each in following:
        if each.heading_path[: len(path)] != path or len(each.heading_path) == len(path):
            break
        if len(each.heading_path) == len(path) + 1:
            texts.append(each.heading_path[-1])
    return texts


def _cut(page: Page) -> Iterator[Section]:
    """Docusaurus gives the first heading of the first level no anchor: it is the page."""
    slugs, title = Slugs(), title_of(page)
    stack = [Section(1, (title,), "")]
    for each in page.content:
        if not isinstance(each, Heading):
            stack[-1].blocks.append(each)
            continue
        anchor = _anchor(each, slugs)
        if each.text == title and len(stack) == 1 and not stack[0].blocks:
            # built HTML may well give it one, but the page's own address leads there too
            continue
        yield stack[-1]
        while len(stack) > 1 and stack[-1].level >= each.level:
            stack.pop()
        stack.append(Section(each.level, (*stack[-1].heading_path, each.text), anchor or stack[-1].anchor))
    yield stack[-1]


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
