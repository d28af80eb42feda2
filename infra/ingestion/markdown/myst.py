"""Directives and roles of MyST, in which Sphinx and Jupyter Book write Markdown, as the Markdown that everybody writes.

    ```{note} Title     :::{warning}     ```{code-block} python     {func}`~pkg.run`     {doc}`the guide <guide>`

What a directive makes of other files, of programs or of the order of pages is no text of the page, and goes. Cells of
notebooks (`{python}`, `{r}`) are code in that language. Code between plain fences stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING: Final = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,}|:{3,})[ \t]*\{(?P<name>[a-zA-Z][\w:+.-]*)[^}]*\}"
    r"[ \t]*(?P<title>.*?)[ \t]*$"
)
_FENCE: Final = re.compile(r"[ \t>]*(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_OPTION: Final = re.compile(r"[ \t]*:[a-zA-Z][\w-]*:(?:[ \t]|$)")
_TARGET: Final = re.compile(r"[ \t]*\([\w.:-]+\)=[ \t]*$")
_ROLE: Final = re.compile(
    r"(?<!\w)\{(?P<name>[a-z][a-z:-]*)\}(?P<mark>`+)(?P<text>(?:(?!(?P=mark)).)+)(?P=mark)"
    r"|(?P<code>`+)(?:(?!(?P=code)).)+(?P=code)"
)
"""A role, or code in a line, in which none begins: `~/.cache/{id}`."""
_TITLED: Final = re.compile(r"(?P<text>.+?)\s*<[^<>]+>$", re.DOTALL)

_ADMONITIONS: Final = frozenset(
    "note warning tip important caution danger attention error hint seealso".split()  # noqa: SIM905 (a list of names)
)
_TITLED_ONLY: Final = frozenset({"admonition", "topic", "dropdown", "card", "tab-item", "sidebar"})
_VERSIONS: Final = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
}
_CODE: Final = {
    "code-block": "", "code": "", "sourcecode": "", "code-cell": "", "prompt": "", "parsed-literal": "",
    "doctest": "pycon", "testcode": "python", "testoutput": "text", "mermaid": "mermaid", "graphviz": "dot",
    "python": "python", "r": "r", "julia": "julia", "bash": "bash", "sql": "sql", "math": "math",
}  # fmt: skip
"""The language of what such a directive holds; empty where its title is that."""
_NO_TEXT: Final = frozenset(
    """
    toctree include literalinclude contents eval-rst raw index only image figure testsetup testcleanup program-output
    bibliography tableofcontents automodule autoclass autofunction click currentmodule module highlight meta
    """.split()  # noqa: SIM905 (as above)
)
_NAMES_IN_CODE: Final = frozenset(
    """
    func class meth attr mod obj data any exc const code command option envvar file program kbd samp type macro
    member variable enum struct
    """.split()  # noqa: SIM905 (as above)
)
_NUMBERED: Final = {"pep": "PEP ", "rfc": "RFC "}


def plain_directives(text: str) -> str:
    """Write what MyST adds to Markdown without it."""
    return "\n".join(_Lines().rewritten(text.split("\n")))


@dataclass(slots=True)
class _Lines:
    """Rewrites line by line; knows which directives it is in, and whether it is between fences or options.

    Attributes:
        open: Of each directive the mark that ends it, and the line that is written for that.
        fence: The mark that ends the code that it is in.
        hidden: The mark that ends what is left out.
        in_head: Only options came since the last directive began.
    """

    open: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    fence: str = ""
    hidden: str = ""
    in_head: bool = False

    def rewritten(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            yield from self._rewritten(line)

    def _rewritten(self, line: str) -> Iterator[str]:
        if self.hidden:
            self.hidden = "" if _ends(line, self.hidden) else self.hidden
        elif self.in_head and (_OPTION.match(line) or (self.fence and not line.strip())):
            return
        elif self.fence:
            yield from self._code(line)
        elif opening := _OPENING.match(line):
            yield from self._opened(opening)
        elif self.open and _ends(line, self.open[-1][0]):
            yield self.open.pop()[1]
        elif not _TARGET.match(line):
            fence = _FENCE.match(line)
            self.fence = fence["mark"] if fence else ""
            yield line if fence else _ROLE.sub(_plain, line)
        self.in_head = self.in_head and bool(self.open or self.fence) and _OPENING.match(line) is not None

    def _code(self, line: str) -> Iterator[str]:
        if _ends(line, self.fence):
            self.fence = ""
        yield line

    def _opened(self, opening: re.Match[str]) -> Iterator[str]:
        name, indent, mark, title = opening["name"], opening["indent"], opening["mark"], opening["title"]
        self.in_head = True
        if name in _NO_TEXT:
            self.hidden = mark
        elif name in _CODE:
            self.fence = mark
            yield f"{indent}{mark}{_CODE[name] or title}"
        elif name in _VERSIONS:
            self.open.append((mark, ""))
            yield f"{indent}{_VERSIONS[name]} {title.rstrip('.')}."
        elif name in _ADMONITIONS or name in _TITLED_ONLY:
            self.open.append((mark, f"{indent}:::"))
            yield f"{indent}:::{name if name in _ADMONITIONS else 'note'} {_ROLE.sub(_plain, title)}".rstrip()
        else:
            self.open.append((mark, ""))
            yield f"{indent}{_ROLE.sub(_plain, title)}"


def _ends(line: str, mark: str) -> bool:
    closing = line.strip()
    return closing.startswith(mark) and not closing.strip(mark[0])


def _plain(role: re.Match[str]) -> str:
    """What a reader sees of a role: a title where it has one, else the last part of a name, or the name of a page."""
    if role["code"]:
        return role.group()
    name, text = role["name"].rpartition(":")[2], role["text"].strip()
    titled = _TITLED.match(text)
    shown = titled["text"] if titled else text.lstrip("!")
    if name in _NUMBERED:
        return shown if titled else f"{_NUMBERED[name]}{shown}"
    if name not in _NAMES_IN_CODE:
        return shown if titled or name != "doc" else shown.rpartition("/")[2]
    shown = shown[1:].rpartition(".")[2] if shown.startswith("~") else shown
    return f"`{shown}()`" if name in {"func", "meth"} and not titled and not shown.endswith(")") else f"`{shown}`"
