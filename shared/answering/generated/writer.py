"""Who writes an answer of their own from the passages: the seam between a turn of the chat and a model.

A writer decides for each question whether it writes at all (a budget, a consent, a circuit breaker). What it writes is
its own matter: `Writing.units` gives whole units that were checked, in order. Each is shown as soon as it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.conversation.follow_up import Utterance
    from shared.answering.models import Answer, Ask, Source
    from shared.retrieval.models import Found


@record
class Brief:
    """What there is to write from.

    Attributes:
        ask: The request as it came.
        question: What was searched for: the message, completed where it leans on what was said before.
        found: What the search found, on topic.
        quoted: The answer that stands ready, should nothing be written.
        said: What was said before, oldest first; data, and never believed.
        language: The reader's, one that the assistant has words in.
        replaced: The answer that is to be continued: the new one begins with it. None where it begins anew.
    """

    ask: Ask
    question: str
    found: Found
    quoted: Answer
    said: Sequence[Utterance]
    language: str
    replaced: Answer | None = None


class Writing(Protocol):
    """An answer that is being written."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it may cite, with the numbers that its units use; known before the model is asked."""
        ...

    def units(self) -> Iterator[str]:
        """Whole checked units; appended to each other they are Markdown. Asked for once.

        Raises:
            ModelUnavailable: The model gave nothing, or broke off. `answer` tells what of it can stand.
        """
        ...

    def stop(self) -> None:
        """End the model's work at once; `units` ends without an error. Comes from any thread, and more than once."""
        ...

    def answer(self) -> Answer | None:
        """What was written, after `units` ended however it ended; None where the quoted answer shall stand instead."""
        ...


class Rewriter(Protocol):
    """Makes questions of messages that do not stand alone."""

    def rewritten(self, message: str, said: Sequence[tuple[str, str]], language: str) -> str | None:
        """The message as a question in the book's language; None where its words must do."""
        ...


class Writer(Protocol):
    """Writes answers."""

    def writing(self, brief: Brief) -> Writing | None:
        """Begin an answer, without a word to the model yet; None where this question is left to the quoted answer."""
        ...
