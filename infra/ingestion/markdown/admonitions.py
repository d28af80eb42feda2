"""Admonitions of Docusaurus, MkDocs and GitHub as ordinary text between marks, for the parser of Markdown knows none.

    :::tip Title … :::        !!! note "Title"        /// note | Title … ///        > [!WARNING]

MkDocs' tabs (`=== "Linux"`) are written in the same manner and are treated alike. Code between fences stays as it is.
The marks are paragraphs of their own: `OPEN label SPLIT title` and, where the admonition's end is known, `CLOSE`.
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
OPEN: Final = "\ue003"
SPLIT: Final = "\ue004"
CLOSE: Final = "\ue005"
"""Private characters, of which a page has none."""
FOLD: Final = "\ue006"
"""The label of what readers unfold."""
_MARKS: Final[dict[int, None]] = dict.fromkeys(map(ord, (OPEN, SPLIT, CLOSE, FOLD)))
_STEP: Final = 4
"""Columns by which MkDocs indents what belongs to an admonition."""


def marked(label: str, title: str) -> str:
    """Give the paragraph that begins an admonition."""
    return f"{OPEN}{label}{SPLIT}{title}"


def plain_admonitions(text: str) -> str:
    """Write every admonition as its text between marks."""
    return "\n".join(_Lines().rewritten(text.translate(_MARKS).split("\n")))


@dataclass(slots=True)
class _Lines:
    """Rewrites line by line; knows whether it is between fences and which indentation to take away."""

    _mark: str = ""
    _indents: list[int] = field(default_factory=list[int])

    def rewritten(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            yield from self._ended(line)
            kept = line[_STEP * len(self._indents) :] if line.strip() else line
            if self._is_code(kept):
                yield kept
            else:
                yield from self._rewritten(kept)
        yield from self._ended("", at_end=True)

    def _ended(self, line: str, *, at_end: bool = False) -> Iterator[str]:
        """End the indented admonitions that the line is not in any more."""
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() and not at_end:
            return
        while self._indents and (at_end or indent < self._indents[-1] + _STEP * len(self._indents)):
            outer = self._indents.pop()
            yield from ("", f"{' ' * outer}{CLOSE}", "")

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
            # the blank line makes it a paragraph of its own; a quotation ends where its admonition does
            return [f"{alert['indent']}{marked(alert['kind'].capitalize(), '')}", alert["indent"]]
        block = _COLONS.match(line) or _SLASHES.match(line)
        if block:
            return self._opened(block) if block["kind"] else ["", f"{block['indent']}{CLOSE}", ""]
        return [line]

    def _opened(self, opening: re.Match[str]) -> list[str]:
        found = opening.groupdict()
        label, title = (found["kind"] or "").capitalize(), found["title"] or found.get("label") or ""
        return ["", f"{found['indent']}{marked(label, title)}", ""]
