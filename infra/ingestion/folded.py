"""What readers unfold (`<details>`), as a section of its own: a page of questions is often written so."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import FOLDED, Heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.ingestion.form import Content

_ONLY_UNFOLDS: Final = re.compile(
    r"\W*(?:(?:click|tap|press|expand|unfold|collapse)\b.*|(?:(?:show|see|view|read|reveal|full|the|an?|complete"
    r"|sample|source|log|more|all) )*(?:more|details?|outputs?|code|examples?|answers?|solutions?|hints?|logs?"
    r"|contents?|notes?|information|summary|table of contents|traceback|response|json|here))\W*",
    re.IGNORECASE,
)
"""A line that says how to see something, or of which kind it is, and not what it is about."""


def says_what_it_is(line: str) -> bool:
    """Whether the line by which something is unfolded would do as its heading."""
    return bool(line) and _ONLY_UNFOLDS.fullmatch(line) is None


def section(title: str, anchor: str, inside: Iterable[Content]) -> Iterator[Content]:
    """What is folded below its line, headings in it below that; then what it stands in goes on."""
    yield Heading(FOLDED, title, anchor)
    for each in inside:
        yield replace(each, level=each.level + FOLDED) if isinstance(each, Heading) else each
    yield Heading(FOLDED, "", "")
