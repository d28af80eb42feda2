"""Markdown that is safe to quote: no links, no images, no HTML, nothing invisible.

An answer links to its sources and nowhere else, whatever a page of the book says. Code spans stay as they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

CODE_SPAN: Final = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")

INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
"""Controls, zero-width characters and bidirectional overrides; the joiners U+200C and U+200D are letters in Persian."""

TARGET: Final = r"(?:\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])"

TAG: Final = (
    r"</?(?:a|abbr|b|br|center|code|details|div|em|h[1-6]|hr|i|iframe|img|kbd|li|ol|p|picture|pre|script|small|source"
    r"|span|strong|style|sub|summary|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)\b[^<>]*>"
)

SHOWN_AS_CODE: Final = re.compile(
    r"(<[^<>\s][^<>]*>|\b(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)\]'\"*])|<(?=[A-Za-z/!?])"
)
"""<placeholder>, <Tabs>, addresses (many renderers make links of them); and a `<` that may begin something."""


def _neutral(found: re.Match[str]) -> str:
    return f"`{found.group(1)}`" if found.group(1) else "< "


OUTSIDE_CODE: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"`|\\+(?=[!-/:-@\[-`{-~]|https?:|www\.|$)"), ""),  # stray backticks, and the backslashes of escapes
    (re.compile(r"<!--.*?(?:-->|$)", re.DOTALL), ""),
    (re.compile(rf"!\[([^\]]*)\]{TARGET}"), r"\1"),
    (re.compile(rf"\[([^\]]*)\]{TARGET}"), r"\1"),
    (re.compile(r"\[\^[^\]]*\]"), ""),
    (re.compile(r"\[(\d{1,3})\]"), r"(\1)"),  # or it would read as one of our citations
    (re.compile(r"<((?:https?|mailto):[^<>\s]*)>"), r"\1"),
    (re.compile(TAG, re.IGNORECASE), ""),
    (SHOWN_AS_CODE, _neutral),
    (re.compile(r"\](?=[(\[])"), "] "),
    (re.compile(r"\*\*|(?<!\w)__|__(?!\w)"), ""),
)


def inline(text: str) -> str:
    """Markdown of one paragraph without links, images, HTML and bold type, on one line; code spans are kept."""
    cleaned = INVISIBLE.sub("", text)
    parts: list[str] = []
    at = 0
    for span in CODE_SPAN.finditer(cleaned):
        parts += [_outside_code(cleaned[at : span.start()]), span.group()]
        at = span.end()
    return " ".join("".join([*parts, _outside_code(cleaned[at:])]).split())


def shortened(text: str, at_most: int) -> str:
    """The beginning of the text, cut at a word, with an ellipsis where something is missing."""
    if len(text) <= at_most:
        return text
    return text[: at_most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _outside_code(text: str) -> str:
    for pattern, replacement in OUTSIDE_CODE:
        text = pattern.sub(replacement, text)
    # two runs of backticks that touch would become one run, and neither code span would be one any more
    return f"{' ' * text.startswith('`')}{text}{' ' * text.endswith('`')}"
