"""On which side a sentence bounds a number: at most, or at least.

Where a source bounds a number on one side, and a claim on the other, the claim is not the source's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.model.evidence import Line
    from shared.model.figures import Figure

ABOVE: Final = r"(?:more|greater|larger|longer|higher|bigger|older|newer|later|slower)"
BELOW: Final = r"(?:less|fewer|smaller|shorter|lower|younger|earlier|faster|sooner)"
FILLED: Final = r"(?: (?:the|an?|last|first|of|about|around|is))* $"
"""What may stand between such words and their number."""

MOST_BEFORE: Final = re.compile(
    r"\b(?:(?:at|the) (?:very )?most|up to|within|(?:limited|capped|restricted) (?:to|at)"
    rf"|(?:limit|cap|ceiling) (?:of|is)|max(?:\.|imum|imal)?(?: [a-z]+){{0,4}}?(?: of| is|:)?){FILLED}",
    re.IGNORECASE,
)
LEAST_BEFORE: Final = re.compile(
    rf"\b(?:at (?:the )?(?:very )?least|after|min(?:\.|imum|imal)?(?: [a-z]+){{0,4}}?(?: of| is|:)?){FILLED}",
    re.IGNORECASE,
)
OVER: Final = re.compile(rf"\b(?:{ABOVE} than|above|beyond|exceed(?:s|ed|ing)?){FILLED}", re.IGNORECASE)
UNDER: Final = re.compile(rf"\b(?:{BELOW} than|below|under){FILLED}", re.IGNORECASE)
DENIED: Final = re.compile(r"(?:\b(?:no|not|never|cannot)|n't)(?: [a-z]+){0,3} $", re.IGNORECASE)
"""Not more is at most."""

MOST_BEHIND: Final = re.compile(
    r"^(?: [a-z]+){0,2}?(?:,? at (?:the )?most\b| max(?:imum|\.)?(?![a-z]| [a-z]*er)"
    r"| or (?:less|fewer|smaller|shorter|lower|below|older|earlier)\b)",
    re.IGNORECASE,
)
LEAST_BEHIND: Final = re.compile(
    r"^(?:\+|(?: [a-z]+){0,2}?(?:,? at (?:the )?(?:very )?least\b| min(?:imum|\.)?(?![a-z])"
    r"| (?:or|and) (?:more|greater|larger|longer|higher|above|up|newer|later)\b))",
    re.IGNORECASE,
)
ALLOWED: Final = re.compile(r"\b(?:may|can) (?:have|hold|keep|store|contain) $", re.IGNORECASE)
"""Of a source: what may be had is no less than is allowed."""

LARGER: Final = re.compile(r"\b(?:larger|longer|bigger|higher|greater|above|beyond|exceed\w*)\b", re.IGNORECASE)
SMALLER: Final = re.compile(r"\b(?:smaller|shorter|fewer|lower|below)\b", re.IGNORECASE)
"""What a source says of what lies beyond its bound: `use another way for larger ones`."""
NEGATIVE: Final = re.compile(
    r"\b(?:not|never|cannot"
    r"|(?:reject|refus|fail|ignor|drop|den[iy]|disabl|remov|clos|block|abort|split|cut|skip|expir|delet|discard|exclud"
    r"|truncat|leav|forbid|disallow|prevent|stop|giv)\w*)\b|n't\b",
    re.IGNORECASE,
)
NEAR: Final = 60
AROUND: Final = 400
"""Characters before a number, and on both sides of it, that belong to it at most."""
TIMED: Final = re.compile(r"\b(?:within|after)(?: [a-z]+)* $", re.IGNORECASE)


def bound(figure: Figure, text: str) -> str:
    """`most`, `least`, or nothing where the number is told as it is."""
    before, behind = _before(figure, text), text[figure.end : figure.end + 40]
    for pattern, side, other in ((OVER, "least", "most"), (UNDER, "most", "least")):
        if found := pattern.search(before):
            return other if DENIED.search(before[: found.start()]) else side
    if MOST_BEFORE.search(before) or MOST_BEHIND.match(behind):
        return "most"
    return "least" if LEAST_BEFORE.search(before) or LEAST_BEHIND.match(behind) else ""


def _before(figure: Figure, text: str) -> str:
    """What stands before the number, to the last comma or the like."""
    clause = re.split(r"[,;.!?()]\s", text[max(0, figure.at - NEAR) : figure.at])[-1]
    return clause.rstrip("$(~\u2248") + (" " if clause.endswith(("$", "~")) else "")


def is_bounded_otherwise(figure: Figure, told: Line, lines: Iterable[Line]) -> bool:
    """Whether the lines with the number that bound it, and say most of the claim, bound it on the other side."""
    claimed = bound(figure, told.text)
    if not claimed:
        return False
    found = [(_bound_of_source(each, line), line, each) for line in lines for each in line.figures if each.says(figure)]
    if any(side == claimed for side, *_ in found):
        return False
    opposite = [(line, each) for side, line, each in found if side]
    most = max((len(line.terms & told.terms) for line, _ in opposite), default=0)
    nearest = [each for each in opposite if len(each[0].terms & told.terms) == most]
    return bool(nearest) and not any(_may_be_the_rest(claimed, figure, told.text, line, each) for line, each in nearest)


def _bound_of_source(figure: Figure, line: Line) -> str:
    return bound(figure, line.text) or ("most" if ALLOWED.search(_before(figure, line.text)) else "")


def _may_be_the_rest(claimed: str, figure: Figure, text: str, line: Line, told: Figure) -> bool:
    """Whether the claim may speak of what is beyond the source's bound: `larger ones are split`."""
    here, there = _around(figure, text), _around(told, line.text)
    if TIMED.search(text[max(0, figure.at - NEAR) : figure.at]) or TIMED.search(
        line.text[max(0, told.at - NEAR) : told.at]
    ):
        return is_negative(here) or is_negative(there)
    before = _before(figure, text)
    if not (OVER.search(before) or UNDER.search(before)):
        return False  # at least so much is not more than so much
    beyond = LARGER if claimed == "least" else SMALLER
    return is_negative(here) != is_negative(there) or beyond.search(line.text) is not None


def is_negative(text: str) -> bool:
    """Whether it tells what is not, or what is done with what is refused."""
    return NEGATIVE.search(text) is not None


def _around(figure: Figure, text: str) -> str:
    """What stands with the number between two semicolons."""
    before, after = text[max(0, figure.at - AROUND) : figure.at], text[figure.at : figure.at + AROUND]
    return before.rpartition("; ")[2] + after.partition("; ")[0]
