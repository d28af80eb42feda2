"""HTML and JSX tags: their text stays, what their attributes tell a reader stays, the rest goes."""

from __future__ import annotations

import re
from typing import Final

from infra.ingestion.markdown.admonitions import CLOSE, FOLD, marked
from infra.ingestion.markdown.raw_definitions import with_definitions
from infra.ingestion.markdown.raw_tables import with_tables
from infra.ingestion.pictures import description

_TAG_START: Final = re.compile(r"<(?P<closing>/?)(?P<name>[A-Za-z][\w.-]*)?(?=[\s/>])")
_ATTRIBUTE: Final = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|\{\s*[\"'`]([^\"'`]*)[\"'`]\s*\})")
_SILENT: Final = re.compile(
    r"<(script|style|svg|template|literalinclude)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_SHORTCODE: Final = re.compile(r"[ \t]?\{\{(?:<[^{}]{0,1000}>|%[^{}]{0,1000}%)\}\}")
"""What Hugo puts something in place of that only it knows: `{{< since "2.1" >}}`."""
_HEADING: Final = re.compile(
    r"(?:<(?P<mark>a|span|div|p)\b(?P<before>[^<>]*?)(?:/>|>\s*</(?P=mark)\s*>)\s*)?"
    r"<h(?P<level>[1-6])\b(?P<own>[^<>]*)>(?P<inside>(?:(?!</?h[1-6]\b).){0,1000}?)</h(?P=level)\s*>",
    re.DOTALL | re.IGNORECASE,
)
"""A whole one, with the empty mark before it that links lead to."""
_SUMMARY: Final = re.compile(
    r"<details\b[^<>]*>\s*<summary\b[^<>]*>(?P<said>(?:(?!</?(?:details|summary)\b).){1,1000}?)</summary\s*>",
    re.DOTALL | re.IGNORECASE,
)
"""The line that readers unfold something by; a heading in it is that line."""
_HEADING_TAG: Final = re.compile(r"</?h[1-6]\b[^<>]*>|^[ \t]*#{1,6}[ \t]", re.MULTILINE | re.IGNORECASE)
_LINK_TO_ITSELF: Final = re.compile(r"<a\b[^<>]*>\s*[¶#§🔗⚓]\s*</a\s*>", re.IGNORECASE)
"""What readers copy a heading's address from."""
_INNER: Final = re.compile(r"<(?:a|span)\b([^<>]*)>", re.IGNORECASE)
_LONGEST_TAG: Final = 4000
_HEADING_START: Final = re.compile(r" {0,3}#{1,6}[ \t]")
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n")

_OPTIONS: Final = {"tabitem": ("label", "value"), "tab": ("label", "title"), "hfoption": ("id",)}
"""Components that are one choice among several, and the attributes that say which."""
_ADMONITIONS: Final = frozenset(
    {"tip", "note", "info", "warning", "caution", "danger", "important", "callout", "admonition"}
)
_BLOCKS: Final = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote center dd details div dl dt figcaption figure footer header hfoptions main"
        " nav ol p picture pre section summary table tabs tbody tfoot thead tr ul video",
    )
)


def without_tags(text: str) -> str:
    """Take the tags out of text that holds no code."""
    text = with_tables(with_definitions(_SILENT.sub("", _SHORTCODE.sub("", text))))
    text = _HEADING.sub(_on_one_line, _SUMMARY.sub(_folded, text))
    parts: list[str] = []
    end = 0
    for start in _TAG_START.finditer(text):
        if start.start() < end:
            continue
        close = _end_of_tag(text, start.end())
        if close is not None:
            put = _replacement(start, text[start.end() : close])
            # a tag in a heading does not end it, whatever kind it is
            parts += text[end : start.start()], " " if put.isspace() and _in_heading(text, start.start()) else put
            end = close + 1
    return "".join([*parts, text[end:]])


def _in_heading(text: str, place: int) -> bool:
    return _HEADING_START.match(text, text.rfind("\n", 0, place) + 1, place) is not None


def _end_of_tag(text: str, start: int) -> int | None:
    """Find the `>` that is in no quotes and in no braces; None if this was only a less-than sign."""
    quote, depth = "", 0
    for place in range(start, min(len(text), start + _LONGEST_TAG)):
        character = text[place]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and (depth or text[place - 1] == "="):
            quote = character
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif not depth and character == ">":
            return place
        elif not depth and (character == "<" or _BLANK_LINE.match(text, place)):
            return None
    return None


def _replacement(tag: re.Match[str], attributes: str) -> str:
    name = (tag["name"] or "").lower()
    if name[:1] == "h" and name[1:].isdigit():
        return _heading(int(name[1:]), attributes, closing=bool(tag["closing"]))
    if tag["closing"]:
        if name in _OPTIONS or name in _ADMONITIONS or name == "details":
            return f"\n\n{CLOSE}\n\n"
        return "\n\n" if name in _BLOCKS else ""
    return _opening(name, _named(attributes), attributes)


def _opening(name: str, named: dict[str, str], attributes: str) -> str:
    if name in _OPTIONS:
        label = next((named[each] for each in _OPTIONS[name] if named.get(each)), "")
        return f"\n\n{marked('', label)}\n\n"
    if name == "details":  # without a line that says what it is
        return f"\n\n{marked('', '')}\n\n"
    if name in _ADMONITIONS:
        kind = "warning" if "warning" in attributes else named.get("type", name)
        return f"\n\n{marked(kind.capitalize(), named.get('title', ''))}\n\n"
    if name in {"img", "image"}:
        return description(named.get("alt", ""))
    return {"br": " ", "li": "\n- ", "td": " | ", "th": " | "}.get(name, "\n\n" if name in _BLOCKS else "")


def _folded(found: re.Match[str]) -> str:
    return f"\n\n{marked(FOLD, ' '.join(_HEADING_TAG.sub(' ', found['said']).split()))}\n\n"


def _on_one_line(found: re.Match[str]) -> str:
    """Markdown's headings are a line each, wherever the words of this one stand."""
    tags: list[str] = [found["own"], *_INNER.findall(found["inside"]), found["before"] or ""]
    anchor = next((name for each in tags if (name := _anchor(each))), "")
    told = _LINK_TO_ITSELF.sub("", found["inside"])
    return f"{_opened(int(found['level']), anchor)}{' '.join(told.split())}\n\n"


def _heading(level: int, attributes: str, *, closing: bool) -> str:
    return "\n\n" if closing else _opened(min(level, 6), _anchor(attributes))


def _anchor(attributes: str) -> str:
    """The id, or the name that links led to before there were ids."""
    named = _named(attributes)
    return named.get("id") or named.get("name") or ""


def _named(attributes: str) -> dict[str, str]:
    return {each[0]: each[1] or each[2] or each[3] for each in _ATTRIBUTE.findall(attributes)}


def _opened(level: int, anchor: str) -> str:
    # an anchor at the head of the heading; where one stands in the text does not matter to who looks for it
    return f"\n\n{'#' * level} {f'{{#{anchor}}} ' if anchor else ''}"
