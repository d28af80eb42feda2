"""What happens while a question is answered, in this order: the sources, the answer unit by unit, the whole reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from shared.record import record

if TYPE_CHECKING:
    from uuid import UUID

    from shared.answering.models import Mode, Reply, Source
    from shared.degraded import Missing


@record
class Sources:
    """What the answer will cite; told before a model is asked.

    Attributes:
        sources: Numbered; the units cite them as `[n]`.
        mode: How the answer is about to be made. The reply says how it was.
        conversation_id: Of the reply.
        message_id: Of the answer.
        question_id: Of the question.
        degraded: What had to be done without so far.
        stoppable: A word of the reader's reaches whoever writes the answer.
    """

    sources: tuple[Source, ...]
    mode: Mode
    conversation_id: UUID
    message_id: UUID
    question_id: UUID
    degraded: tuple[Missing, ...] = ()
    stoppable: bool = False


@record
class Delta:
    """One whole unit of the answer, to be appended as it is: a sentence, an item of a list, a closed block of code."""

    text: str


@record
class Done:
    """The whole reply, after the turn was stored; it takes the place of everything before it."""

    reply: Reply


Event: TypeAlias = Sources | Delta | Done
