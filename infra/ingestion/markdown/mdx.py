"""MDX and the HTML in Markdown, as plain Markdown: the text of components stays, their tags, scripts and comments go.

Code keeps every character: it is taken out first and put back last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from infra.ingestion.markdown.tags import without_tags

_KEPT: Final = re.compile(
    r"""
    (?P<fence>^(?P<lead>[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?)
       (?P<mark>`{3,}(?=[^`\n]*\n)|~{3,})[^\n]*\n (?:.*?\n)?? [ \t>]*(?P=mark)[`~]*[ \t]*$)
    | (?P<inline>(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`))
    | (?P<comment><!--.*?-->|\{/\*.*?\*/\})
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_ANCHOR: Final = re.compile(r"(?:<!--|\{/\*)\s*#([\w.:-]+)\s*(?:-->|\*/\})")
"""The comment that gives a heading its id, where braces alone would be an expression."""
_PRIVATE: Final[dict[int, None]] = dict.fromkeys((0xE000, 0xE001, 0xE002))
"""Characters that stand for something here, so that they must not be in a page; nobody reads them anyway."""
_UNCLOSED_FENCE: Final = re.compile(r"^[ \t>]*(?:`{3,}[^`\n]*|~{3,}[^\n]*)$", re.MULTILINE)
"""Its author forgot the end: better to read what follows as text than all the rest of the page as code."""
_PLACE: Final = re.compile("\ue000(\\d+)\ue001")
_IMPORT: Final = re.compile(r"^(?:import\s+(?:[\w$*{},\s]+?\s+from\s+)?[\"'][^\"'\n]+[\"'];?[ \t]*)+$", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export\s+(?:const|let|var|function|async|class|default|\{|\*)", re.MULTILINE)
_COMPONENT: Final = re.compile(r"^[ \t]*</?[A-Z][\w.]*[\s/>]", re.MULTILINE)
_SPACE_EXPRESSION: Final = re.compile(r"\{[ \t]*([\"'])[ \t]*\1[ \t]*\}")
_INCLUDE: Final = re.compile(
    r"^[ \t]*(?:\{\*.*\*\}|\{\{\s*#.*\}\}|\[\[(?!autodoc)[\w-]+\]\])[^\n]*$|\[\[autodoc\]\]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class PlainMarkdown:
    """A page without MDX.

    Attributes:
        text: Markdown.
        indented_code: Whether four spaces make code; in MDX they do not.
    """

    text: str
    indented_code: bool


def plain_markdown(text: str, *, is_mdx: bool) -> PlainMarkdown:
    """Take MDX and HTML out of a page; a page with components or imports is MDX, whatever its file's ending."""
    codes: list[str] = []

    def take_out(found: re.Match[str]) -> str:
        if found["comment"]:
            anchor = _ANCHOR.fullmatch(found["comment"])
            return f"{{#{anchor[1]}}}" if anchor else ""
        lead = found["lead"] or ""
        codes.append(found[0][len(lead) :])
        return f"{lead}\ue000{len(codes) - 1}\ue001"

    prose = _UNCLOSED_FENCE.sub("", _KEPT.sub(take_out, text.translate(_PRIVATE)))
    is_mdx = is_mdx or any(sign.search(prose) for sign in (_IMPORT, _EXPORT, _COMPONENT))
    if is_mdx:
        prose = _SPACE_EXPRESSION.sub(" ", _without_exports(_IMPORT.sub("", prose)))
    prose = without_tags(_INCLUDE.sub("", prose))
    return PlainMarkdown(_PLACE.sub(lambda place: codes[int(place[1])], prose), indented_code=not is_mdx)


def _without_exports(text: str) -> str:
    parts: list[str] = []
    end = 0
    for found in _EXPORT.finditer(text):
        if found.start() >= end:
            parts.append(text[end : found.start()])
            end = _end_of_statement(text, found.end())
    return "".join([*parts, text[end:]])


def _end_of_statement(text: str, start: int) -> int:
    """A statement ends at the end of a line on which every bracket is closed."""
    depth = 0
    for place in range(start - 1, len(text)):
        if text[place] in "([{":
            depth += 1
        elif text[place] in ")]}":
            depth -= 1
        elif text[place] == "\n" and depth <= 0:
            return place
    return len(text)
