"""A page's passages, as they are stored."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from infra.ingestion.form import LONGEST_SECTION
from infra.ingestion.passages.arranging import arranged
from infra.ingestion.passages.packing import joined, packed
from infra.ingestion.passages.safe import safe, safe_text
from infra.ingestion.passages.sections import sections, title_of
from shared.retrieval.blocks import FORM, Code, Definition, written
from shared.retrieval.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from infra.ingestion.form import Page
    from infra.ingestion.passages.packing import Part, Piece
    from infra.ingestion.passages.sections import Section
    from shared.retrieval.blocks import Block


_NOT_IN_ADDRESSES: Final = re.compile(r"[\s\"<>`]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a page, as it is stored.

    Attributes:
        id: Stays the same while the page, the section's anchor and its place in the section do.
        form: Version of the form.
        site: The site's name.
        path: The page's, within the site.
        url: Where a reader finds it, with its anchor.
        page_url: Where a reader finds the page.
        anchor: The section's, or the term's; empty where links lead to the page.
        title: The page's.
        heading_path: The page's title and the headings above the passage.
        section: The top folder of `path`.
        lang: Two-letter code.
        version: Of the product that the page documents; empty where the site has only one.
        release: `current`, or `other` where that version is not the one that readers have.
        kind: `code` if it is nothing else.
        text: Clean Markdown, from which the vectors are made.
        blocks: The section that the passage is from, whole, where it is short enough; else the passage. As JSON.
        position: Its place in the page, from 0.
    """

    id: str
    form: int
    site: str
    path: str
    url: str
    page_url: str
    anchor: str
    title: str
    heading_path: tuple[str, ...]
    section: str
    lang: str
    version: str
    release: str
    kind: str
    text: str
    blocks: tuple[dict[str, Any], ...]
    position: int

    @property
    def embedded_text(self) -> str:
        """What the models read."""
        return embedded_text(self.heading_path, self.text)

    def content_hash(self, encoding: str) -> str:
        """Tell whether the vectors, made by `encoding`, are still those of this passage."""
        return hashlib.sha256(f"{encoding}\n{self.embedded_text}".encode()).hexdigest()


def embedded_text(heading_path: Iterable[str] = (), text: str = "") -> str:
    """The headings help the models more than anything else does."""
    return f"{' > '.join(heading_path)}\n{text}"


def passages(page: Page, site: str) -> Iterator[Passage]:
    """Give what is stored of a page; nothing for one without content."""
    numbers: Counter[str] = Counter()
    title = safe_text(title_of(page))
    position = 0
    for section in sections(page):
        blocks = arranged(section.blocks)
        shown = arranged([*section.blocks, *section.announced]) if section.announced else blocks
        for part in packed(blocks, section.heading_path):
            anchor = _anchor(part, section)
            yield Passage(
                id=str(uuid5(NAMESPACE_URL, f"{site}|{page.path}|{anchor}|{numbers[anchor]}")),
                form=FORM,
                site=site,
                path=page.path,
                url=f"{page.address}#{_quoted(anchor)}" if anchor else page.address,
                page_url=page.address,
                anchor=anchor,
                title=title,
                heading_path=tuple(map(safe_text, section.heading_path)),
                section=page.path.rpartition("/")[0].partition("/")[0],
                lang=page.language,
                version=page.version,
                release="current" if page.released else "other",
                kind="code" if all(map(_is_code, part)) else "text",
                text=markdown(joined(part)),
                blocks=tuple(map(written, map(safe, _carried(part, shown)))),
                position=position,
            )
            numbers[anchor] += 1
            position += 1


def _anchor(part: Part, section: Section) -> str:
    """A term's own, where it is a passage of its own and has one."""
    only = part[0].block if part[0].alone else None
    return (only.anchor if isinstance(only, Definition) else "") or section.anchor


def _is_code(piece: Piece) -> bool:
    return isinstance(piece.block, Code) and not piece.block.caption


def _carried(part: Part, blocks: Sequence[Block]) -> Sequence[Block]:
    """The whole section, so that an answer can show all of it; of a glossary, the term alone."""
    if part[0].alone or len(markdown(blocks)) > LONGEST_SECTION:
        return joined(part)
    return blocks


def _quoted(anchor: str) -> str:
    """As it stands in an address: letters of any script may, spaces and the marks around addresses may not."""
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0]), anchor)
