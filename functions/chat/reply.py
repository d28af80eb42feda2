"""The reply to a question as JSON, and the events of one that is told while it is made."""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.answering.models import Mode, Reply, Saved, Source, Usage
from shared.answering.turn.events import Sources
from shared.degraded import Missing


class Cited(BaseModel):
    """A source: `[n]` in the answer cites it."""

    n: int
    title: str
    url: str
    snippet: str

    @classmethod
    def all_of(cls, sources: tuple[Source, ...]) -> list[Self]:
        """As JSON, in the order of their numbers."""
        return [cls(n=each.n, title=each.title, url=each.url, snippet=each.snippet) for each in sources]


class Spent(BaseModel):
    """What a written answer cost."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    input_tokens: int
    output_tokens: int
    cost: float = Field(description="In the currency of the owner's prices; 0 without prices")
    estimated: bool = Field(description="The provider did not say, so the tokens are ours to guess")

    @classmethod
    def of(cls, usage: Usage | None) -> Self | None:
        """As JSON."""
        if usage is None:
            return None
        return cls(input_tokens=usage.input, output_tokens=usage.output, cost=usage.cost, estimated=usage.estimated)


class Answered(BaseModel):
    """An answer and what became of the turn."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    answer: str = Field(description="Markdown without links, images and HTML; `[n]` cites a source")
    sources: list[Cited]
    conversation_id: UUID = Field(description="Under which the turn is stored, or would have been")
    message_id: UUID = Field(description="Id of the answer")
    mode: Mode
    saved: Saved
    degraded: list[Missing] = Field(description="What had to be done without")
    receipt: str | None = Field(
        default=None,
        description="Only where the turn of a signed-in reader could be neither stored nor queued: "
        "hand it in at `POST /api/replay` within 24 hours",
    )
    feedback_token: str | None = Field(
        default=None,
        description="Only where the turn is stored nowhere: with it the answer can be rated at "
        "`POST /api/messages/{id}/feedback`, for 24 hours and without a session",
    )
    status: Literal["partial", "stopped"] | None = Field(
        default=None, description="Only where a written answer was cut short, or stopped by its reader"
    )
    grounded: bool | None = Field(
        default=None,
        description="Only of an answer that a model wrote: false where more than a third of what it wrote did not "
        "stand in the sources and was left out, so that what is left deserves a doubt",
    )
    usage: Spent | None = Field(default=None, description="Only of an answer that a model wrote")
    evicted_id: UUID | None = Field(
        default=None, description="Only where this turn began a conversation and another one had to go for it"
    )

    @classmethod
    def of(cls, reply: Reply, feedback_token: str | None) -> Self:
        """The reply as JSON."""
        answer = reply.answer
        return cls(
            answer=answer.text,
            sources=Cited.all_of(answer.sources),
            conversation_id=reply.conversation_id,
            message_id=reply.message_id,
            mode=answer.mode,
            saved=reply.saved,
            degraded=list(reply.degraded),
            receipt=reply.receipt,
            feedback_token=feedback_token,
            status=answer.status if answer.status in ("partial", "stopped") else None,
            evicted_id=reply.evicted,
            grounded=answer.grounded,
            usage=Spent.of(answer.usage),
        )


class SourcesEvent(BaseModel):
    """The event `sources`: what the answer will cite, and the ids of the turn."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    sources: list[Cited]
    conversation_id: UUID
    message_id: UUID = Field(description="Id of the answer")
    question_id: UUID = Field(description="Id of the question")
    mode: Mode = Field(description="How the answer is about to be made; the reply says how it was")
    degraded: list[Missing] = Field(description="What had to be done without so far")
    stoppable: bool = Field(description="Whether a stop ends the answer; else a client stops reading")

    @classmethod
    def of(cls, event: Sources) -> Self:
        """The event as JSON."""
        return cls(
            sources=Cited.all_of(event.sources),
            conversation_id=event.conversation_id,
            message_id=event.message_id,
            question_id=event.question_id,
            mode=event.mode,
            degraded=list(event.degraded),
            stoppable=event.stoppable,
        )


class Unit(BaseModel):
    """The event `delta`: one whole unit, to be appended as it is."""

    text: str
