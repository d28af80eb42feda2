"""Admonitions of Docusaurus, MkDocs and GitHub as ordinary text: what they warn of is worth finding.

    :::tip Title … :::        !!! note "Title"        /// note | Title … ///        > [!WARNING]

MkDocs' tabs (`=== "Linux"`) are written in the same manner and are treated alike. Code between fences stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE: Final = re.compile(r"[ \t>]*(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_COLONS: Final = re.compile(
    r"(?P<indent>[ \t]*):{3,}[ \t]*"
    r"(?:(?P<kind>[a-zA-Z][\w-]*)(?:\[(?P<label>.*)\]|[ \t]+(?P<title>[^{]*?))?[ \t]*(?:\{.*\})?)?[ \t]*$"
)
_SLASHES: Final = re.compile(
    r"(?P<indent>[ \t]*)/{3,}[ \t]*(?:(?P<kind>[a-zA-Z][\w-]*)[ \t]*(?:\|[ \t]*(?P<title>.*?))?)?[ \t]*$"
)
_INDENTED: Final = re.compile(
    r"(?P<indent>[ \t]*)(?:!!!|\?\?\?\+?|===)[ \t]+(?P<kind>[a-zA-Z][\w -]*?)?[ \t]*(?:\"(?P<title>[^\"]*)\")?[ \t]*$"
)
_ALERT: Final = re.compile(r"(?P<indent>[ \t]*>[ \t]*)\[!(?P<kind>[A-Za-z]+)\][ \t]*$")
_STEP: Final = 4
"""Columns by which MkDocs indents what belongs to an admonition."""


def plain_admonitions(text: str) -> str:
    """Write every admonition as its kind and title, a colon, and its text."""
    return "\n".join(_Lines().rewritten(text.split("\n")))


@dataclass(slots=True)
class _Lines:
    """Rewrites line by line; knows whether it is between fences and which indentation to take away."""

    _mark: str = ""
    _joins: bool = False
    _indents: list[int] = field(default_factory=list[int])

    def rewritten(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            kept = self._outdented(line)
            if self._joins and not kept.strip():
                continue
            self._joins = False
            if self._is_code(kept):
                yield kept
            else:
                yield from self._rewritten(kept)

    def _outdented(self, line: str) -> str:
        """Take away the indentation of the admonitions that the line is in; a line with less ends them."""
        if not line.strip():
            return line
        indent = len(line) - len(line.lstrip(" "))
        while self._indents and indent < self._indents[-1] + _STEP * len(self._indents):
            self._indents.pop()
        return line[_STEP * len(self._indents) :]

    def _is_code(self, line: str) -> bool:
        fence = _FENCE.match(line)
        if fence is None:
            return bool(self._mark)
        if not self._mark:
            self._mark = fence["mark"]
        elif fence["mark"].startswith(self._mark) and not line[fence.end() :].strip("`~ \t"):
            self._mark = ""
        return True

    def _rewritten(self, line: str) -> list[str]:
        indented = _INDENTED.match(line)
        if indented and (indented["kind"] or indented["title"]):
            self._indents.append(len(indented["indent"]))
            return self._opened(indented)
        alert = _ALERT.match(line)
        if alert:
            return [f"{alert['indent']}{alert['kind'].capitalize()}:"]
        block = _COLONS.match(line) or _SLASHES.match(line)
        if block:
            return self._opened(block) if block["kind"] else [""]
        return [line]

    def _opened(self, opening: re.Match[str]) -> list[str]:
        """Without a title the kind makes one paragraph with the text below it."""
        found = opening.groupdict()
        indent, kind = found["indent"], (found["kind"] or "").capitalize()
        title = found["title"] or found.get("label")
        self._joins = not title
        if not title:
            return ["", f"{indent}{kind}:"]
        return ["", f"{indent}{kind}: {title}" if kind else f"{indent}{title}:", ""]
