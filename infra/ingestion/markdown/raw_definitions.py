"""Lists of terms that a page of Markdown writes as HTML, as entries of a list: else a term and its text would part."""

from __future__ import annotations

import re
from typing import Final

_LIST: Final = re.compile(
    r"^[ \t]*<dl\b[^<>]*>(?P<inside>(?:(?!</?dl\b).){1,120000}?)</dl\s*>[ \t]*$",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
"""One that stands by itself, with no other one in it."""
_ENTRY: Final = re.compile(
    r"\s{0,400}<dt\b[^<>]*>(?P<term>(?:(?!</?d[td]\b).){1,400}?)</dt\s*>\s*"
    r"<dd\b[^<>]*>(?P<said>(?:(?!</?d[td]\b).){1,4000}?)</dd\s*>",
    re.DOTALL | re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    r"^[ \t]*\ue000\d+\ue001[ \t]*$|<(?:ul|ol|li|pre|table|details|h[1-6]|blockquote)\b|^[ \t]*(?:[-*+]|\d+[.)])[ \t]",
    re.IGNORECASE | re.MULTILINE,
)
"""What does not fit into a line: code of several lines, which is kept at its place, lists, headings."""
_CODE: Final = re.compile(r"<code\b[^<>]*>([^`<>\n]+)</code\s*>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br\s*/?>|</?p\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ENDS: Final = (":", "?", "!")


def with_definitions(text: str) -> str:
    """Write each list of terms as Markdown does; an entry that is more than lines stays as it is."""
    return _LIST.sub(_entries, text) if "<dl" in text.lower() else text


def _entries(found: re.Match[str]) -> str:
    return f"\n\n{_ENTRY.sub(_entry, found['inside'])}\n\n"


def _entry(found: re.Match[str]) -> str:
    if _BLOCK.search(found.group()):
        return found.group()
    term, said = _line(found["term"]), _line(found["said"])
    return f"\n- {term} {said}\n" if term.endswith(_ENDS) else f"\n- {term}: {said}\n"


def _line(text: str) -> str:
    """What is written as code stays so; how far the source is indented says nothing."""
    return " ".join(_TAG.sub("", _BREAK.sub(" ", _CODE.sub(r"`\1`", text))).split())
