"""A question, an answer, and the reply that carries both to the client."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.record import record

if TYPE_CHECKING:
    from uuid import UUID

    from shared.degraded import Missing
    from shared.history.models import Role, Status
    from shared.retrieval.models import Found


class Mode(StrEnum):
    """How an answer came about (the wire's `mode`)."""

    GENERATED = "generated"
    EXTRACTIVE = "extractive"
    REFUSED = "refused"
    SMALL_TALK = "smalltalk"
    UNAVAILABLE = "unavailable"


class Saved(StrEnum):
    """What became of the turn (the wire's `saved`)."""

    STORED = "stored"
    QUEUED = "queued"
    NO = "no"


@record
class Said:
    """Something that was said, as a client remembers it: data, and never believed."""

    role: Role
    content: str


@record
class Ask:
    """What a reader asks.

    Attributes:
        message: The question, 1 to 4,000 characters.
        conversation_id: The conversation that the turn belongs to, be it new or known.
        message_id: Id of the question; asking twice with one id is asking once.
        follows: The conversation may hold earlier turns: its id came with the question.
        selected_text: What the reader marked on a page and asks about.
        page: Address of the page that the reader is on.
        temporary: The turn must not be stored.
        turns: What was said before, oldest first, as far as the client remembers.
        language: BCP 47 tag that the client asks to be answered in.
        accepted: What the reader's browser prefers, as the header Accept-Language has it.
        replaces: A message of the last turn, whose place this one takes.
        continues: The answer goes on where that turn's ended.
        mode: `extractive` where the reader wants no answer that a model writes.
        consent: The provider to whom the reader has agreed that marked text may be passed on.
    """

    message: str
    conversation_id: UUID
    message_id: UUID
    follows: bool = False
    selected_text: str | None = None
    page: str | None = None
    temporary: bool = False
    turns: tuple[Said, ...] = ()
    language: str | None = None
    accepted: str | None = None
    replaces: UUID | None = None
    continues: bool = False
    mode: Mode | None = None
    consent: str | None = None


@record
class Source:
    """A page that an answer cites.

    Attributes:
        n: What stands in brackets in the answer.
        url: The page's address, at the section cited.
        snippet: The passage's sentence that is closest to the question.
    """

    n: int
    title: str
    url: str
    snippet: str


@record
class Basis:
    """What an answer was made from.

    Attributes:
        question: As it was searched for: completed where it leans on what was said before.
        found: By that search.
    """

    question: str
    found: Found


@record
class Usage:
    """What a written answer cost.

    Attributes:
        input: Tokens that the model read.
        output: Tokens that it wrote.
        cost: In the currency of the owner's prices.
        estimated: Counted by us, since the provider did not say.
    """

    input: int
    output: int
    cost: float
    estimated: bool = False


@record
class Answer:
    """What the assistant says.

    Attributes:
        text: Markdown; `[1]` cites the source with that number. Code blocks and lists, but no links and no HTML.
        sources: In the order of their numbers.
        status: All of it, cut short, or none.
        basis: What it was made from; None where nothing was found, or nothing searched.
        usage: Of a model; None where none was asked.
        grounded: Of what a model wrote, at least two thirds stood in the sources; None where none wrote it.
    """

    text: str
    mode: Mode
    sources: tuple[Source, ...] = ()
    status: Status = "complete"
    basis: Basis | None = field(default=None, compare=False, repr=False)
    usage: Usage | None = None
    grounded: bool | None = None


@record
class Reply:
    """An answer and what became of it.

    Attributes:
        conversation_id: Under which the turn is stored, or would have been.
        message_id: Of the answer.
        degraded: What had to be done without.
        receipt: What the client may hand in later, when the turn could be neither stored nor queued.
        evicted: The conversation that had to go for the one that this turn began.
    """

    answer: Answer
    conversation_id: UUID
    message_id: UUID
    saved: Saved
    degraded: tuple[Missing, ...] = ()
    receipt: str | None = None
    evicted: UUID | None = None
