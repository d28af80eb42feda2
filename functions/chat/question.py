"""A reader's question, as JSON."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self
from uuid import UUID, uuid5

from pydantic import (
    AfterValidator,
    AliasChoices,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)

from functions.wire import Sent, Storable, Whole
from shared.answering.models import Ask, Mode, Said
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
