"""A page's sections and their passages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from infra.ingestion.admonitions import plain_admonitions
from infra.ingestion.blocks import LONGEST, Block, Heading, read_blocks
from infra.ingestion.front_matter import BrokenPage, split
from infra.ingestion.mdx import plain_markdown
from infra.ingestion.slugs import Slugs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from infra.ingestion.front_matter import FrontMatter
    from infra.ingestion.routes import Site
    from infra.ingestion.sources import Source

TARGET: Final = 800
"""Characters of a passage: as many as MiniLM reads, and few enough that several passages fit an answer."""
SHORT: Final = 200
"""Characters of text that only introduces the code after it, and stays with it however long that is."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a page, as it is stored.

    Attributes:
        id: Stays the same while the page, the section's anchor and its place in the section do.
        site: The site's name.
        path: The page's file within the site, without its ending.
        url: Where a reader finds it, with its anchor.
        anchor: The section's; empty before the first section.
        title: The page's.
        heading_path: The page's title and the headings above the passage.
        section: The top folder of `path`.
        lang: Two-letter code.
        kind: `code` if it is nothing else.
        text: Clean Markdown.
        position: Its place in the page, from 0.
    """

    id: str
    site: str
    path: str
    url: str
    anchor: str
    title: str
    heading_path: tuple[str, ...]
    section: str
    lang: str
    kind: str
    text: str
    position: int

    @property
    def embedded_text(self) -> str:
        """What the models read: the headings help them more than anything else does."""
        return f"{' > '.join(self.heading_path)}\n{self.text}"

    def content_hash(self, encoding: str) -> str:
        """Tell whether the vectors, made by `encoding`, are still those of this passage."""
        return hashlib.sha256(f"{encoding}\n{self.embedded_text}".encode()).hexdigest()


@dataclass(slots=True)
class _Section:
    level: int
    heading_path: tuple[str, ...]
    anchor: str
    blocks: list[Block]


def read_page(source: Source, site: Site) -> list[Passage]:
    """Read a page; one that is a draft, unlisted or empty has no passages.

    Raises:
        BrokenPage: It is not UTF-8, or its front matter is no YAML.
    """
    try:
        text = source.file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenPage(f"it is not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise BrokenPage(f"it cannot be read ({error.strerror})") from error
    return passages_of(text, source, site)


def passages_of(text: str, source: Source, site: Site) -> list[Passage]:
    """Turn a page's text into passages.

    Raises:
        BrokenPage: Its front matter is no YAML.
    """
    front_matter, body = split(text)
    if front_matter.hidden:
        return []
    markdown = plain_markdown(plain_admonitions(body), is_mdx=source.file.suffix.lower() == ".mdx")
    content = list(read_blocks(markdown))
    title = front_matter.title or _first_heading(content) or _humanized(source.path)
    return list(_passages(_sections(content, title), title, source.path, site, front_matter))


def _passages(
    sections: Iterable[_Section], title: str, path: str, site: Site, front_matter: FrontMatter
) -> Iterator[Passage]:
    url = site.page_url(path, front_matter)
    parts = ((section, number, part) for section in sections for number, part in enumerate(_packed(section.blocks)))
    for position, (section, number, part) in enumerate(parts):
        yield Passage(
            id=str(uuid5(NAMESPACE_URL, f"{site.name}|{path}|{section.anchor}|{number}")),
            site=site.name,
            path=path,
            url=f"{url}#{section.anchor}" if section.anchor else url,
            anchor=section.anchor,
            title=title,
            heading_path=section.heading_path,
            section=path.rpartition("/")[0].partition("/")[0],
            lang=front_matter.language,
            kind="code" if all(block.kind == "code" for block in part) else "text",
            text=_joined(part),
            position=position,
        )


def _sections(content: Iterable[Heading | Block], title: str) -> Iterator[_Section]:
    """Docusaurus gives the first heading of the first level no anchor: it is the page."""
    slugs = Slugs()
    stack = [_Section(1, (title,), "", [])]
    for each in content:
        if isinstance(each, Block):
            stack[-1].blocks.append(each)
            continue
        anchor = slugs.chosen(each.anchor) if each.anchor else slugs.anchor(each.text)
        if each.text == title and len(stack) == 1 and not stack[0].blocks:
            continue
        yield stack[-1]
        while len(stack) > 1 and stack[-1].level >= each.level:
            stack.pop()
        stack.append(_Section(each.level, (*stack[-1].heading_path, each.text), anchor, []))
    yield stack[-1]


def _packed(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    size = 0
    for block in blocks:
        if part and size + len(block.text) > _room(size, block):
            yield part[: len(part) - _introducing(part)]
            part = part[len(part) - _introducing(part) :]
            size = sum(len(each.text) for each in part)
        part.append(block)
        size += len(block.text)
    if part:
        yield part


def _introducing(part: Sequence[Block]) -> int:
    """One if the last block only says what comes next ("Linux:"), else none."""
    last = part[-1]
    return int(len(part) > 1 and last.kind == "text" and last.text.endswith(":") and len(last.text) <= SHORT)


def _room(size: int, block: Block) -> float:
    """Code and tables may make a passage longer: the text before them says what they are."""
    if block.kind == "text":
        return TARGET
    return float("inf") if size <= SHORT else LONGEST


def _joined(part: Iterable[Block]) -> str:
    text = ""
    for block in part:
        text += ("\n" if block.follows_closely else "\n\n") + block.text if text else block.text
    return text


def _first_heading(content: Iterable[Heading | Block]) -> str:
    return next((each.text for each in content if isinstance(each, Heading) and each.level == 1), "")


def _humanized(path: str) -> str:
    *folders, name = path.split("/")
    if name.lower() in {"index", "readme"} and folders:
        name = folders[-1]
    return " ".join(name.replace("-", " ").replace("_", " ").split()).capitalize()
