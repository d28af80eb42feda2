"""The turns of a conversation: a question is begun, its answer completes it, unless its reader asks to stop.

What conversations.py says is true here: each function is one batch, may be repeated, and knows its owner from `db`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID

from shared.db import Json, Statement
from shared.errors import Conflict, Gone, InvalidRequest, NotFound
from shared.history import conversation_queries, turn_queries
from shared.history.function_results import message_of, result_if_there
from shared.history.models import (
    CONTENT_CHARACTERS,
    FINAL,
    Message,
    Status,
    StoredQuestion,
    answer_id,
)
from shared.history.titles import UNTITLED
from shared.history.writing import still_there, write
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from shared.db import Database

Question: TypeAlias = tuple[UUID, UUID, str, str, str]
"""Its conversation, its id, a title, what it says, and how a conversation without a title is called."""

WINDOW_MESSAGES: Final = 12
WINDOW_CHARACTERS: Final = 12_000
"""How much of a conversation a question brings along: what a small model can still read."""


def begin_turn(  # noqa: PLR0913 (a question is all of this)
    db: Database,
    *,
    conversation_id: UUID,
    title: str,
    message_id: UUID,
    content: str,
    keep: int,
    asked_at: datetime | None = None,
    replaces: UUID | None = None,
    continues: bool = False,
) -> StoredQuestion:
    """Store a question, in a new conversation unless there is one with this id, and read what was said before it.

    Of the user's conversations the newest `keep` stay, this one among them. Pinned ones go last. A question that had to
    wait since `asked_at` is not stored if everything was deleted meanwhile.

    The question takes the place of the turn that the message `replaces` belongs to, which must be the last one. Of a
    question that had to wait this is not asked: others may have come, and the turn may never have been stored. A
    question that `continues` is told what the answer was whose place its own takes.

    Raises:
        InvalidRequest: The content is empty or too long.
        NotFound: The conversation is somebody else's, or has no message `replaces`.
        Gone: It was deleted or evicted, or everything was since `asked_at`.
        Conflict: The message id was used for another message, or `replaces` is not of the last turn.
    """
    if not content.strip() or len(content) > CONTENT_CHARACTERS:
        raise InvalidRequest(f"must have 1 to {CONTENT_CHARACTERS} characters", "message")
    question = (conversation_id, message_id, title, content, UNTITLED)
    if asked_at is None and replaces is None and not continues:
        begun = _begin_by_kept_plans(db, question, keep)
        if begun is not None:
            return begun
    return _begin(db, question, keep, asked_at, replaces, continues=continues)


def _begin_by_kept_plans(db: Database, question: Question, keep: int) -> StoredQuestion | None:
    """What nearly every question needs; None where the database cannot do that yet."""
    reading = (keep, WINDOW_MESSAGES, WINDOW_CHARACTERS, answer_id(question[1]))
    told = result_if_there(db, Statement(turn_queries.BEGIN_TURN, (*question, *reading)))
    if told is None:
        return None
    stored, id_used, deleted, evicted, window, answer = told
    outcome = QuestionOutcome(stored, id_used, deleted, UUID(evicted) if evicted else None)
    return outcome.begun([message_of(each) for each in window], message_of(answer) if answer else None)


def _begin(
    db: Database,
    question: Question,
    keep: int,
    asked_at: datetime | None,
    replaces: UUID | None,
    *,
    continues: bool,
) -> StoredQuestion:
    turn, content = question[:2], question[3]
    storing = list(_storing(question, asked_at, replaces))
    results = write(
        db,
        *storing,
        Statement(conversation_queries.EVICT, (*turn, keep)),
        Statement(turn_queries.REPLACING_OUTCOME, (*turn, content, replaces))
        if replaces
        else Statement(turn_queries.QUESTION_OUTCOME, (*turn, content)),
        Statement(turn_queries.WINDOW, (*turn, WINDOW_MESSAGES, WINDOW_CHARACTERS)),
        Statement(turn_queries.ANSWER, (turn[0], answer_id(turn[1]))),
        *([Statement(turn_queries.EVERYTHING_DELETED, (asked_at,))] if asked_at else []),
        *([Statement(turn_queries.REPLACED_ANSWER, turn)] if continues else []),
    )
    _, outcome, window, answer, *further = results[len(storing) :]
    if asked_at and further[0].values:
        raise Gone
    [stored] = outcome.into(QuestionOutcome)
    replaced = further[-1].first(Message) if continues else None
    return stored.begun(window.into(Message), answer.first(Message), replaced)


def _storing(question: Question, asked_at: datetime | None, replaces: UUID | None) -> Iterator[Statement]:
    """What stores a question; what it replaces is marked first, as the window is read without it."""
    if replaces:
        replace = turn_queries.REPLACE_WAITING if asked_at else turn_queries.REPLACE_LAST
        yield Statement(replace, (*question[:2], replaces))
    if asked_at:
        waited = (asked_at, replaces, answer_id(question[1]))
        yield Statement(turn_queries.STORE_WAITING_QUESTION, (*question, *waited))
    elif replaces:
        yield Statement(turn_queries.STORE_REPLACING_QUESTION, (*question, replaces))
    else:
        yield Statement(turn_queries.STORE_QUESTION, question)


@record
class QuestionOutcome:
    """What the database says about a question after the attempt to store it.

    Attributes:
        stored: Just this question is there, now or since an earlier request.
        id_used: The id is that of a message of the user's, whichever.
        deleted: The conversation was deleted or evicted.
        evicted: The conversation that had to go for it.
        replaced_known: The message that it shall replace is there; None where it shall replace none.
    """

    stored: bool
    id_used: bool
    deleted: bool
    evicted: UUID | None
    replaced_known: bool | None = None

    def begun(self, window: list[Message], answer: Message | None, replaced: Message | None = None) -> StoredQuestion:
        """The question with what was said before it, and with its answer where that is final.

        Raises:
            AppError: It is not stored.
        """
        self.raise_if_not_stored()
        final = answer if answer is not None and answer.status in FINAL else None
        return StoredQuestion(window, self.evicted, final, replaced)

    def raise_if_not_stored(self) -> None:
        """Raise what kept the question from being stored, if anything did."""
        if self.deleted:
            raise Gone
        if self.stored:
            return
        if self.id_used:
            raise Conflict
        if self.replaced_known:
            raise Conflict("replaces: only the last turn of a conversation can be replaced")
        raise NotFound if self.replaced_known is None else NotFound("replaces: the conversation has no such message")


def complete_turn(  # noqa: PLR0913 (an answer is all of this)
    db: Database,
    *,
    conversation_id: UUID,
    message_id: UUID,
    answer: str,
    sources: Sequence[Mapping[str, object]] = (),
    status: Status = "complete",
    mode: str | None = None,
    page: str | None = None,
    language: str | None = None,
) -> Message:
    """Store the answer to the question `message_id`, and return what is stored now.

    A complete answer stays, and so does one that its reader stopped: whoever comes second gets the first one's.
    On which page it was asked, and in which language answered, the owner of the site may count.

    Raises:
        NotFound: There is no such question in the conversation, or it is somebody else's.
        Gone: The conversation was deleted or evicted meanwhile.
    """
    own_id = answer_id(message_id)
    if len(answer) > CONTENT_CHARACTERS:
        # a model that talks too much must not cost the reader the turn
        answer, status = answer[:CONTENT_CHARACTERS], "partial"
    what = (answer, Json([dict(source) for source in sources]), status, mode, page, language)
    storing = (conversation_id, message_id, own_id, *what)
    told = result_if_there(db, Statement(turn_queries.COMPLETE_TURN, storing))
    if told is not None:
        return still_there(message_of(told[0]) if told[0] else None, deleted=told[1])
    _, stored, deleted = write(
        db,
        Statement(turn_queries.STORE_ANSWER, storing),
        Statement(turn_queries.ANSWER, (conversation_id, own_id)),
        Statement(conversation_queries.DELETED, (conversation_id,)),
    )
    return still_there(stored.first(Message), deleted=bool(deleted.values))


def ask_to_stop(db: Database, question_id: UUID) -> bool:
    """Note that the user wants no more of the answer to a question; False where all of the answer is there already.

    Raises:
        NotFound: There is no such question, or not yet, or it is somebody else's.
    """
    _, stopping = write(
        db,
        Statement(turn_queries.ASK_TO_STOP, (question_id,)),
        Statement(turn_queries.STOPPING, (question_id, answer_id(question_id))),
    )
    if not stopping.values:
        raise NotFound
    return bool(stopping.values[0][1])


def stop_was_asked(db: Database, question_id: UUID) -> bool:
    """Whether the user wants no more of the answer to a question."""
    [asked] = db.run(Statement(turn_queries.STOP_ASKED, (question_id,)), idempotent=True)
    return any(row[0] for row in asked.values)
