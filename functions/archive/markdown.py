"""An export for people to read.

What was said keeps its lists, tables and code, but nothing in it becomes a link, an image or HTML: it may have come in
with somebody else's export. Links are those of the sources, which are checked (functions/archive/wire.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.archive.wire import ArchivedMessage, Export

FENCE: Final = re.compile(r"(?P<indent> {0,3})(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
CODE_SPAN: Final = re.compile(r"(?<![`\\])(`+)(?!`)(?:.*?[^`])\1(?!`)")
OPENS: Final = re.compile(r"<|\[(?!\d{1,3}\](?![\[(:]))")
"""What links, images and HTML tags begin with, but for a citation: after a backslash, a character like any other."""

MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~!])")

SPEAKERS: Final = {"user": "You", "assistant": "Answer"}


def as_markdown(export: Export) -> str:
    """One heading a conversation; what was said stands as it was said."""
    return "\n".join(_lines(export))


def _lines(export: Export) -> Iterator[str]:
    yield f"# Conversations of {_plain(export.user.name)}"
    yield f"\nExported at {timestamp(export.exported_at)}."
    for conversation in export.conversations:
        yield f"\n## {_plain(conversation.title)}"
        for message in conversation.messages:
            yield from _message(message)
    yield ""


def _message(message: ArchivedMessage) -> Iterator[str]:
    replaced = " (replaced later)" if message.replaced_by else ""
    yield f"\n**{SPEAKERS[message.role]}**, {timestamp(message.created_at)}{replaced}:"
    yield ""
    yield from _harmless(message.content)
    if message.sources:
        yield ""
    for source in message.sources:
        yield f"{source.n}. {_plain(source.title)}" + (f": <{source.url}>" if source.url else "")


def _plain(text: str) -> str:
    """The text on one line, with no character that means something to Markdown."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _harmless(markdown: str) -> Iterator[str]:
    """Its lines, without links, images and HTML; a block of code that is not closed is closed at the end."""
    inside: re.Match[str] | None = None
    code_may_go_on = False
    for line in markdown.splitlines():
        if inside and line.strip() and not line.startswith(inside["indent"]):
            inside = None  # a list ended, and its code with it
        if inside:
            yield line
            inside = None if _closes(line, inside["fence"]) else inside
        elif inside := FENCE.match(line):
            yield line
        else:
            code_may_go_on = bool(line.strip()) and (code_may_go_on or "`" in CODE_SPAN.sub("", line))
            yield _without_links(line, has_code=not code_may_go_on)
    if inside:
        yield inside["indent"] + inside["fence"]


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(line) - len(line.lstrip(" ")) <= 3 and len(mark) >= len(fence) and set(mark) == {fence[0]}  # noqa: PLR2004 (more is code that is indented)


def _without_links(line: str, *, has_code: bool) -> str:
    """A line outside of blocks of code.

    Args:
        line: In a table a bar ends a cell, and code with it: there, code is taken for text.
        has_code: No span of code reaches into the line or out of it, so that those in it are what they seem.
    """
    if "|" in line or not has_code:
        return OPENS.sub(_escaped, line)
    parts: list[str] = []
    end = 0
    for code in CODE_SPAN.finditer(line):
        parts += [OPENS.sub(_escaped, line[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, OPENS.sub(_escaped, line[end:])])


def _escaped(opening: re.Match[str]) -> str:
    """With a backslash before it, unless there is one already that escapes it."""
    before = opening.string[: opening.start()]
    backslashes = len(before) - len(before.rstrip("\\"))
    return opening[0] if backslashes % 2 else f"\\{opening[0]}"
