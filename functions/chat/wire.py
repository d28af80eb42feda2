"""The JSON of the chat: a question, its reply, and the events of a reply that is told while it is made."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from functions.wire import Sent, Storable, Whole
from shared.answering.models import Ask, Mode, Reply, Said, Saved, Source, Usage
from shared.answering.turn.events import Sources
from shared.degraded import Missing
from shared.history.models import Role
from shared.retrieval.queries import Edition
from shared.uuid7 import uuid7

MOST_SAID: Final = 12
MOST_CHARACTERS_SAID: Final = 8_000


Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Storable]
Selection = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), Storable]
Address = Annotated[str, StringConstraints(max_length=2000), Storable]
Provider = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), Storable]
Version = Annotated[str, StringConstraints(max_length=100), Storable]
Language = Annotated[str, StringConstraints(max_length=35), Storable]


class Turn(Sent):
    """A question or an answer that the client remembers."""

    role: Role
    content: Annotated[str, Whole]


def _bounded(said: list[Turn]) -> list[Turn]:
    if sum(len(each.content) for each in said) > MOST_CHARACTERS_SAID:
        raise ValueError(f"must have at most {MOST_CHARACTERS_SAID} characters together")
    return said


class Question(Sent):
    """A reader's question."""

    message: Message = Field(validation_alias=AliasChoices("message", "question", "query"))
    conversation_id: UUID | None = Field(
        default=None,
        validation_alias=AliasChoices("conversationId", "session_id"),
        description="Continues this conversation, or begins it with this id",
    )
    message_id: UUID | None = Field(
        default=None, description="Id of the question: sent again with it, it is asked only once"
    )
    selected_text: Selection | None = Field(
        default=None, description="Marked by the reader: answered from it, or explained by what the book says"
    )
    page: Address | None = Field(
        default=None,
        description="Address of the page that the reader is on, the source of `selectedText`, whose version answers",
    )
    version: Version | None = Field(
        default=None,
        description="Name of the version whose pages answer; without it that of `page`, else the one that readers have",
    )
    pages_language: Language | None = Field(
        default=None, description="BCP 47 tag of the language whose pages answer; without it all may"
    )
    language: Language | None = Field(
        default=None,
        description="BCP 47 tag of the reader's language: a model writes in it, and the assistant speaks of itself in "
        "it, if it can. Without it the message tells, or the header Accept-Language; where it is the book's own, a "
        "message in another language is answered in that",
    )
    replaces: UUID | None = Field(
        default=None,
        description="Id of the question or the answer of the conversation's last turn, whose place this one takes: "
        "asked anew, edited, or continued. With `conversationId`, and a new `messageId`",
    )
    continues: StrictBool = Field(
        default=False, description="With `replaces`: a model goes on where that answer ended, and begins with it"
    )
    temporary: StrictBool = Field(default=False, description="Answer without storing anything")
    mode: Literal["extractive"] | None = Field(
        default=None, description="`extractive`: no model writes the answer, it is quoted from the book"
    )
    consent: Provider | None = Field(
        default=None,
        description="Name of the provider (`MODEL_PROVIDER`) to whom the reader has agreed that `selectedText` may be "
        "passed on; without it a question about a marked text is answered by quotes",
    )

    turns: Annotated[list[Turn], Field(max_length=MOST_SAID), AfterValidator(_bounded)] = Field(
        default=[],
        description="What was said before, oldest first: the last 6 questions and their answers at most, and 8,000 "
        "characters. It counts where the conversation is not stored, or cannot be read; it is never stored itself",
    )

    @model_validator(mode="after")
    def replaces_in_a_conversation(self) -> Self:
        """There is no last turn of what has not begun, and no answer to continue."""
        if self.continues and not self.replaces:
            raise ValueError("continues: needs replaces")
        if self.replaces and not self.conversation_id:
            raise ValueError("replaces: needs conversationId")
        if self.replaces and self.replaces == self.message_id:
            raise ValueError("replaces: a turn cannot take its own place; give it a messageId of its own")
        return self

    def _own_conversation(self) -> UUID:
        """A new conversation's id; the same for the same question, so that sending it again finds the answer."""
        return uuid5(self.message_id, "conversation") if self.message_id else uuid7()

    def edition(self) -> Edition:
        """The pages that may answer."""
        return Edition(self.version or None, self.pages_language or None, self.page)

    def as_ask(self, accepted: str | None) -> Ask:
        """The question as the use-case knows it, with ids where the client brought none."""
        return Ask(
            message=self.message,
            conversation_id=self.conversation_id or self._own_conversation(),
            message_id=self.message_id or uuid7(),
            follows=self.conversation_id is not None,
            selected_text=self.selected_text or None,
            page=self.page,
            temporary=self.temporary,
            turns=tuple(Said(each.role, each.content) for each in self.turns),
            language=self.language,
            accepted=accepted,
            replaces=self.replaces,
            continues=self.continues,
            mode=Mode(self.mode) if self.mode else None,
            consent=self.consent,
        )


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
