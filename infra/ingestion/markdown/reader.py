"""The reader of Markdown and MDX: files as pages, through markdown-it's tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from infra.ingestion.folded import says_what_it_is, section
from infra.ingestion.form import Excluded, Heading, Page, Skipped
from infra.ingestion.markdown.admonitions import CLOSE, FOLD, OPEN, SPLIT, plain_admonitions
from infra.ingestion.markdown.front_matter import BrokenPage, FrontMatter, split
from infra.ingestion.markdown.mdx import plain_markdown
from infra.ingestion.markdown.myst import plain_directives
from infra.ingestion.markdown.releases import releases_of
from infra.ingestion.markdown.spans import heading_text, inline, leading_term
from infra.ingestion.sources import find_sources
from shared.retrieval.blocks import Admonition, Code, Definition, Item, List, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from infra.ingestion.form import Content, Found
    from infra.ingestion.markdown.mdx import PlainMarkdown
    from infra.ingestion.markdown.releases import Release
    from infra.ingestion.markdown.routes import Site
    from infra.ingestion.sources import Source
    from shared.retrieval.blocks import Block

_EXPLICIT_ANCHOR: Final = re.compile(r"\s*(?:\{:?\s*#([\w.:-]+)[^{}]*\}|\[\[([\w.:-]+)\]\])\s*")

_MANUAL: Final = re.compile(r"^([\w.-]+) ([1-9]\w{0,2})(?: [\"“][^\"”]*[\"”]| [\w.-]+){2,4}$(?<=[\"”])")
"""`LAMP.TOML 1 "2019" lamp "User Manuals"`, as tools that make manual pages of Markdown ask for it."""
_CLOSED: Final = re.compile(r"\s+#+$")
"""What closes a heading (`## Usage ## {#usage}`); the anchor behind it hides it from the parser."""


@dataclass(frozen=True, slots=True)
class MarkdownReader:
    """Reads folders of Markdown as the pages of a site."""

    site: Site
    all_versions: bool = False

    def read(self, documents: Sequence[Path]) -> Iterator[Found]:
        """Read the pages of some folders and files; of two files with one path the second is skipped.

        Raises:
            NothingToIngest: Something is missing, or nothing there is Markdown.
        """
        releases = releases_of(documents)
        if not releases:
            yield from self._pages(find_sources(documents), self.site)
        for each in releases:
            if each.is_released or self.all_versions:
                yield from self._release(each)

    def _release(self, release: Release) -> Iterator[Found]:
        """A version's pages are pages of the site below its place."""
        site = replace(self.site, url=f"{self.site.url.rstrip('/')}/{release.place}" if self.site.url else "")
        for found in self._pages(find_sources([release.folder]), site):
            path = f"{release.place}{found.path}"
            if isinstance(found, Page):
                address = found.address if site.url else self.site.page_url(path, FrontMatter())
                name, is_released = release.version, release.is_released
                yield replace(found, path=path, address=address, version=name, released=is_released)
            else:
                yield replace(found, path=path)

    def _pages(self, sources: Sequence[Source], site: Site) -> Iterator[Found]:
        known: set[str] = set()
        for source in sources:
            if source.path in known:
                yield Skipped(source.path, str(source.file), "another file has the same name but for its ending")
                continue
            known.add(source.path)
            yield _page(source, site)


def _page(source: Source, site: Site) -> Found:
    try:
        page = page_of(_text(source.file), source, site)
        return page if page.content else Excluded(source.path, str(source.file), "a draft, unlisted or empty")
    except BrokenPage as error:
        return Skipped(source.path, str(source.file), str(error))


def page_of(text: str, source: Source, site: Site) -> Page:
    """Turn a file's text into a page; a draft or an unlisted one has no content.

    Raises:
        BrokenPage: Its front matter is no YAML.
    """
    front_matter, body = split(text)
    content: tuple[Content, ...] = ()
    if not front_matter.hidden:
        content = tuple(
            _content(
                plain_markdown(plain_admonitions(plain_directives(body)), is_mdx=source.file.suffix.lower() == ".mdx")
            )
        )
    return Page(
        path=source.path,
        address=site.page_url(source.path, front_matter),
        title=front_matter.title,
        language=front_matter.language,
        content=content,
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenPage(f"it is not UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise BrokenPage(f"it cannot be read ({error.strerror})") from error


def _content(page: PlainMarkdown) -> Iterator[Content]:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    if not page.indented_code:
        parser.disable("code")
    yield from _read(SyntaxTreeNode(parser.parse(page.text)).children, top=True)


def _read(nodes: Sequence[SyntaxTreeNode], *, top: bool = False) -> Iterator[Content]:
    """Nodes that stand below each other; at the top of a page headings are headings, elsewhere text."""
    at = 0
    while at < len(nodes):
        opening = _marked(nodes[at])
        end = _end(nodes, at) if opening else None
        if opening is None:
            yield from _one(nodes[at], top=top)
        elif opening[0] == FOLD:
            end = len(nodes) if end is None else end
            yield from _folded(opening[1], nodes[at + 1 : end], top=top)
            at = end
        elif end is None or (top and any(each.type == "heading" for each in nodes[at:end])):
            # nobody closed it, or sections begin in it: all that is left of it is what it said
            label = ": ".join(filter(None, opening))
            yield from [Paragraph(label if opening[0] and opening[1] else f"{label}:")] if label else []
        else:
            blocks = tuple(_blocks(nodes[at + 1 : end]))
            # a choice among tabs that are not named
            yield from [Admonition(blocks, *opening)] if any(opening) and blocks else blocks
            at = end
        at += 1


def _folded(title: str, nodes: Sequence[SyntaxTreeNode], *, top: bool) -> Iterator[Content]:
    """A section, where sections may begin and its line says what it is about."""
    if top and says_what_it_is(title):
        yield from section(title, "", _read(nodes, top=True))
    else:
        yield from [Paragraph(title)] if title else []
        yield from _read(nodes, top=top)


def _marked(node: SyntaxTreeNode) -> tuple[str, str] | None:
    """The label and the title of an admonition that begins here."""
    text = inline(node) if node.type == "paragraph" else ""
    label, _, title = text.removeprefix(OPEN).partition(SPLIT)
    return (label.strip(), title.strip()) if text.startswith(OPEN) else None


def _end(nodes: Sequence[SyntaxTreeNode], opening: int) -> int | None:
    """Where the admonition ends: at its mark, and in a quotation with it."""
    depth = 0
    for at in range(opening, len(nodes)):
        depth += (_marked(nodes[at]) is not None) - _closes(nodes[at])
        if depth <= 0:
            return at
    parent = nodes[opening].parent
    return len(nodes) if parent is not None and parent.type == "blockquote" else None


def _closes(node: SyntaxTreeNode) -> bool:
    return node.type == "paragraph" and inline(node) == CLOSE


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[Block]:
    return [each for each in _read(nodes) if not isinstance(each, Heading)]


def _one(node: SyntaxTreeNode, *, top: bool) -> Iterator[Content]:
    match node.type:
        case "heading" if top:
            yield _heading(node)
        case "paragraph" | "heading":
            yield from _paragraph(node)
        case "fence" | "code_block" if node.content.strip():
            yield Code(node.content.rstrip(), language=node.info.split(maxsplit=1)[0] if node.info.strip() else "")
        case "table":
            yield _table(node)
        case "blockquote":
            blocks = tuple(_blocks(node.children))
            is_alert = len(blocks) == 1 and isinstance(blocks[0], Admonition)
            yield from blocks if is_alert or not blocks else [Admonition(blocks)]
        case "bullet_list" | "ordered_list":
            yield from _list(node)
        case _:
            pass


def _heading(node: SyntaxTreeNode) -> Heading:
    text = heading_text(node)
    anchor = _EXPLICIT_ANCHOR.search(text)
    clean = _CLOSED.sub("", _EXPLICIT_ANCHOR.sub(" ", text).strip()) if anchor else text.strip()
    return Heading(int(node.tag[1:]), _of_manual(clean), (anchor[1] or anchor[2]) if anchor else None)


def _of_manual(heading: str) -> str:
    """The name of a manual page, of the line that says its section, date and collection as well."""
    return _MANUAL.sub(lambda found: f"{found[1].lower()}({found[2]})", heading)


def _paragraph(node: SyntaxTreeNode) -> Iterator[Block]:
    text = inline(node)
    term = leading_term(node)
    if term:
        yield Definition(term[0], (Paragraph(term[1]),))
    elif text and text != CLOSE:
        yield Paragraph(text)


def _list(node: SyntaxTreeNode) -> Iterator[Block]:
    items = tuple(each for each in map(_item, node.children) if each.text or each.blocks)
    start = int(node.attrGet("start") or 1) if node.type == "ordered_list" else None
    if items:
        yield List(items, start=start)


def _item(node: SyntaxTreeNode) -> Item:
    """The first paragraph is its text, the rest its blocks."""
    first = node.children[0] if node.children and node.children[0].type in {"paragraph", "heading"} else None
    if first is None or _marked(first):
        return Item("", tuple(_blocks(node.children)))
    term = leading_term(first)
    return Item(inline(first), tuple(_blocks(node.children[1:])), term[0] if term else "")


def _table(node: SyntaxTreeNode) -> Table:
    head, *rows = [tuple(inline(cell) for cell in row.children) for part in node.children for row in part.children]
    return Table(tuple(rows), head if any(head) else ())
