"""An export for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.archive.wire import ArchivedMessage, Export

SPEAKERS = {"user": "You", "assistant": "Answer"}


def as_markdown(export: Export) -> str:
    """One heading a conversation; what was said stands as it was said."""
    return "\n".join(_lines(export))


def _lines(export: Export) -> Iterator[str]:
    yield f"# Conversations of {export.user.name}"
    yield f"\nExported at {timestamp(export.exported_at)}."
    for conversation in export.conversations:
        yield f"\n## {conversation.title}"
        for message in conversation.messages:
            yield from _message(message)
    yield ""


def _message(message: ArchivedMessage) -> Iterator[str]:
    yield f"\n**{SPEAKERS[message.role]}**, {timestamp(message.created_at)}:"
    yield f"\n{message.content}"
    if message.sources:
        yield ""
    for source in message.sources:
        yield f"{source.n}. {source.title}: <{source.url}>"
