"""What is set apart on a page: admonitions, tabs, quotations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from infra.ingestion.form import Heading
from infra.ingestion.html.inline import line_of
from infra.ingestion.html.names import KINDS
from shared.retrieval.blocks import Admonition, Code, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.ingestion.form import Content
    from infra.ingestion.html.tree import Element
    from shared.retrieval.blocks import Block


def together(inside: list[Content], label: str, title: str) -> Iterator[Content]:
    """Make one block, unless sections begin in it, which can be linked to."""
    if any(isinstance(each, Heading) and each.anchor for each in inside):
        yield from paragraph([announcing(f"{label}: {title}" if label and title else label or title)])
        yield from inside
    elif len(inside) == 1 and isinstance(inside[0], Code) and title and not label and not inside[0].caption:
        yield replace(inside[0], caption=announcing(title))
    elif inside or title:
        yield Admonition(tuple(without_headings(inside)), label, title)


def paragraph(run: list[Element | str]) -> Iterator[Paragraph]:
    """A paragraph, if it has any words."""
    if text := line_of(run):
        yield Paragraph(text)


def without_headings(inside: Iterable[Content]) -> list[Block]:
    """Headings that begin no section are paragraphs."""
    told = (each for each in inside if not isinstance(each, Heading) or each.text)
    return [Paragraph(each.text) if isinstance(each, Heading) else each for each in told]


def announcing(title: str) -> str:
    """A title as what announces the block below it."""
    return title if not title or title.endswith((":", ".", "?", "!")) else f"{title}:"


def kind_of(classes: str) -> str:
    """Give the kind that its classes name: `theme-admonition-tip alert alert--success`, `book-hint warning`."""
    names = classes.split()
    kinds = [found[1] for each in names if (found := KINDS.fullmatch(each))]
    # some themes call every admonition a hint, whatever else it is
    return next(
        (each for each in kinds if each != "hint"), "hint" if kinds else "note" if "admonition" in names else ""
    )


def named(kind: str, title: str, *, is_english: bool) -> tuple[str, str]:
    """Give label and title; in other languages the title that readers see is both."""
    label = "See also" if kind == "seealso" else kind.capitalize()
    if title and not is_english:
        return title, ""
    return label, "" if title.lower() == label.lower() else title
