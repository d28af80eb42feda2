"""The document that an export gives and an import takes. Fields that an import does not know are ignored."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from functions.wire import AwareTime, Json, Storable, Title
from shared.history.archive import Page
from shared.history.models import CONTENT_CHARACTERS, Opinion, Role, Status
from shared.links import is_linkable

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = "docs-chatbot-history"

Mode = Literal["generated", "extractive", "refused", "unavailable"]
Comment = Annotated[str, StringConstraints(min_length=1, max_length=2000), Storable]

TITLE_CHARACTERS: Final = 500
URL_CHARACTERS: Final = 2048
SNIPPET_CHARACTERS: Final = 1000
"""Of a source: more than any answer has, and so little that a history stays readable whatever is imported."""


def _linkable(address: str) -> str:
    if address and not is_linkable(address):
        raise ValueError("must be an http or https address, or a path that begins with one slash")
    return address


class ArchivedSource(Json):
    """What an answer cites as `[n]`."""

    n: Annotated[int, Field(ge=0, le=1000)]
    title: Annotated[str, StringConstraints(max_length=TITLE_CHARACTERS), Storable]
    url: Annotated[str, StringConstraints(max_length=URL_CHARACTERS), Storable, AfterValidator(_linkable)] = Field(
        description="Empty where the source has no address"
    )
    snippet: Annotated[str, StringConstraints(max_length=SNIPPET_CHARACTERS), Storable]

    @classmethod
    def of_stored(cls, source: Mapping[str, Any]) -> Self:
        """As an import will take it back, whatever the documentation's addresses looked like."""
        url = source["url"]
        return cls(
            n=source["n"],
            title=source["title"][:TITLE_CHARACTERS],
            url=url if len(url) <= URL_CHARACTERS and is_linkable(url) else "",
            snippet=source["snippet"][:SNIPPET_CHARACTERS],
        )


class ArchivedMessage(Json):
    """A question or an answer."""

    id: UUID
    role: Role
    content: Annotated[str, Field(max_length=CONTENT_CHARACTERS), Storable]
    sources: Annotated[list[ArchivedSource], Field(default_factory=list, max_length=50)]
    status: Status = "complete"
    mode: Mode | None = None
    created_at: AwareTime
    replaced_by: UUID | None = Field(
        default=None, description="Question that took the place of this turn; the message shows only in exports"
    )
    feedback: Opinion | None = None
    feedback_comment: Comment | None = None

    @classmethod
    def of_stored(cls, message: Mapping[str, Any]) -> Self:
        """From its row."""
        sources = [ArchivedSource.of_stored(each) for each in message["sources"]]
        return cls.model_validate({**message, "sources": sources})


class ArchivedConversation(Json):
    """A conversation with its messages in their order."""

    id: UUID
    title: Title
    pinned: bool = False
    created_at: AwareTime
    updated_at: AwareTime
    messages: Annotated[list[ArchivedMessage], Field(max_length=10_000)]

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> Self:
        """The other way round is no conversation."""
        if self.updated_at < self.created_at:
            raise ValueError("updatedAt lies before createdAt")
        return self


class ArchivedUser(Json):
    """Who exported."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: AwareTime
    hidden: bool = Field(default=False, description="The owner of the site does not see their questions")


class ArchivedProfile(Json):
    """What somebody told the site about themselves."""

    consented_at: AwareTime
    background: str | None
    language: str | None
    theme: str | None
    text_size: str | None


class ArchivedSession(Json):
    """Where somebody is signed in, without what could be used to sign in."""

    created_at: AwareTime
    expires_at: AwareTime
    ip_address: str | None
    user_agent: str | None


class Archive(Json):
    """What an import needs of an export."""

    format: Literal["docs-chatbot-history"] = FORMAT
    version: Literal[1] = 1
    conversations: Annotated[list[ArchivedConversation], Field(max_length=1000)]

    def rows(self) -> list[dict[str, Any]]:
        """As `shared.history.archive.import_conversations` takes them."""
        return [each.model_dump(mode="json", by_alias=False) for each in self.conversations]


class Export(Archive):
    """Everything of a reader's, or a page of it where it is too much for one answer."""

    exported_at: AwareTime
    user: ArchivedUser
    profile: ArchivedProfile | None = Field(description="Null where nobody consented to one; an import leaves it alone")
    sessions: list[ArchivedSession]
    next_cursor: str | None = Field(description="Asks for the rest; null when this is all")

    @classmethod
    def of(cls, page: Page, at: datetime) -> Self:
        """The page as a document, newest conversation first."""
        newest_first = sorted(page.conversations, key=lambda each: each[0].updated_at, reverse=True)
        return cls(
            exported_at=at,
            user=ArchivedUser.model_validate(page.user),
            profile=ArchivedProfile.model_validate(page.profile) if page.profile else None,
            sessions=[ArchivedSession.model_validate(each) for each in page.sessions],
            conversations=[
                ArchivedConversation(
                    id=conversation.id,
                    title=conversation.title,
                    pinned=conversation.pinned,
                    created_at=conversation.created_at,
                    updated_at=conversation.updated_at,
                    messages=[ArchivedMessage.of_stored(each) for each in messages],
                )
                for conversation, messages in newest_first
            ],
            next_cursor=page.next_cursor,
        )
