"""One turn of the chat: the question stored and the book searched at once, then the answer stored.

A signed-in reader costs two database batches and one request to Qdrant; a guest costs the latter alone. What cannot be
reached is done without, and the reply says so.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from shared.answering.follow_up import may_refer_back, refers_back
from shared.answering.languages import spoken
from shared.answering.models import Answer, Mode, Reply, Saved, Source
from shared.answering.parallel import beside, if_slow
from shared.answering.respondent import Respondent
from shared.answering.small_talk import heard
from shared.answering.words import Words
from shared.deadline import within
from shared.degraded import Missing, tolerate
from shared.errors import DatabaseUnavailable, Gone, NotFound, NotSignedIn
from shared.history.models import answer_id
from shared.history.titles import UNTITLED, title_of
from shared.history.turns import begin_turn, complete_turn
from shared.observability import log
from shared.outbox.models import WaitingTurn

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from shared.answering.follow_up import Utterance
    from shared.answering.models import Ask
    from shared.answering.respondent import Search
    from shared.answering.small_talk import Heard
    from shared.db import Database
    from shared.history.models import Begun, Message, Status
    from shared.outbox.keeping import Kept

DATABASE_SECONDS: Final = 1.25
"""The most that either batch may take: a compute that wakes up in 1.2 s stores the question, and a reader waits at most
1.5 s for the first answer in an outage."""

SLOW_SECONDS: Final = 0.5
"""When a batch takes longer than this, the outbox gets ready: that takes half a second, and it may well be needed."""


class TurnKeeper(Protocol):
    """Keeps the turns that could not be stored (shared/outbox)."""

    @property
    def owner(self) -> str:
        """Whose they are, as far as is known by now."""
        ...

    def prepare(self) -> None:
        """Get ready; it must not raise."""
        ...

    def keep(self, turn: WaitingTurn) -> Kept:
        """Queue a turn, or make a receipt of it; it must not raise."""
        ...


@dataclass(slots=True)
class Chat:
    """One turn.

    Attributes:
        search: How the book is searched.
        db: The signed-in reader's database; None for a guest, whose turns are not stored.
        keep: How many conversations a reader keeps.
        outbox: Takes the turn when the database cannot be reached; None for a guest.
        words: What is said of the assistant itself.
        missing: What this turn had to do without so far.
    """

    search: Search
    db: Database | None
    keep: int
    outbox: TurnKeeper | None = None
    words: Words = field(default_factory=Words)
    missing: set[Missing] = field(default_factory=set[Missing])

    def reply(self, ask: Ask) -> Reply:
        """Answer, and store the turn where it can and may be stored.

        Raises:
            NotSignedIn: The session has ended.
            NotFound: The conversation is somebody else's.
            Gone: The conversation was deleted.
            Conflict: The message id was used for another message.
        """
        begun, answer = self._store_and_answer(ask)
        reply = self._keep(ask, answer, begun)
        # what went for this turn is gone already, whether or not the answer could be stored as well
        return replace(reply, evicted=begun.evicted) if begun else reply

    def _keep(self, ask: Ask, answer: Answer, begun: Begun | None) -> Reply:
        if begun and begun.answered:
            return self._replied(ask, _as_answer(begun.answered), Saved.STORED)
        stored = self._store_answer(ask, answer) if begun else None
        if stored is not None:
            return self._replied(ask, _as_answer(stored), Saved.STORED)
        if self.outbox is None or Missing.DATABASE not in self.missing:
            return self._replied(ask, answer, Saved.NO)
        kept = self.outbox.keep(_waiting(ask, answer, self.outbox.owner))
        return self._replied(ask, answer, Saved.QUEUED if kept.queued else Saved.NO, kept.receipt)

    def _store_and_answer(self, ask: Ask) -> tuple[Begun | None, Answer]:
        """Both at once, unless the search must know what was asked before."""
        said = heard(ask.message)
        respondent = self._respondent(ask, said)
        if said.kind is not None:
            return self._begin(ask, UNTITLED), respondent.small_talk(said.kind)
        title, question = title_of(said.question), said.question
        selected = ask.selected_text
        if selected is not None:
            with beside(lambda: respondent.about_selection(question, selected, ask.page)) as explained:
                begun = self._begin(ask, title)
            return begun, explained.result()
        continues = ask.follows or bool(ask.turns)
        if continues and refers_back(question):
            begun = self._begin(ask, title)
            return begun, respondent.in_conversation(question, _said_before(ask, begun))
        with beside(lambda: respondent.alone(question)) as result:
            begun = self._begin(ask, title)
        answer = result.result()
        if continues and answer.mode is Mode.REFUSED and may_refer_back(question):
            answer = respondent.tried_again(question, _said_before(ask, begun), answer)
        return begun, answer

    def _respondent(self, ask: Ask, said: Heard) -> Respondent:
        language = spoken(ask.language, ask.message, ask.accepted, said.languages)
        return Respondent(self.search, self.missing, self.words, language)

    def _begin(self, ask: Ask, title: str) -> Begun | None:
        if self.db is None or ask.temporary:
            return None
        with self._patient(), tolerate(DatabaseUnavailable, Missing.DATABASE, self.missing):
            return begin_turn(
                self.db,
                conversation_id=ask.conversation_id,
                title=title,
                message_id=ask.message_id,
                content=ask.message,
                keep=self.keep,
            )
        return None

    def _store_answer(self, ask: Ask, answer: Answer) -> Message | None:
        assert self.db is not None  # noqa: S101 (a turn that was begun has a database)
        with self._patient(), tolerate(DatabaseUnavailable, Missing.DATABASE, self.missing):
            try:
                return complete_turn(
                    self.db,
                    conversation_id=ask.conversation_id,
                    message_id=ask.message_id,
                    answer=answer.text,
                    sources=[asdict(source) for source in answer.sources],
                    status=_status(answer),
                    mode=answer.mode,
                )
            except (Gone, NotFound, NotSignedIn) as error:
                # deleted or signed out while the answer was made: the reader still gets it
                log.info("an answer was not stored", exc_info=error)
        return None

    @contextmanager
    def _patient(self) -> Generator[None]:
        """Wait for the database as long as a reader may have to."""
        with ExitStack() as stack:
            stack.enter_context(within(DATABASE_SECONDS))
            if self.outbox is not None:
                stack.enter_context(if_slow(SLOW_SECONDS, self.outbox.prepare))
            yield

    def _replied(self, ask: Ask, answer: Answer, saved: Saved, receipt: str | None = None) -> Reply:
        return Reply(
            answer=answer,
            conversation_id=ask.conversation_id,
            message_id=answer_id(ask.message_id),
            saved=saved,
            degraded=tuple(each for each in Missing if each in self.missing),
            receipt=receipt,
        )


def _said_before(ask: Ask, begun: Begun | None) -> Sequence[Utterance]:
    """What is stored of the conversation; what the client says was said, where nothing is or it cannot be read."""
    return (begun.window if begun else []) or ask.turns


def _status(answer: Answer) -> Status:
    return "failed" if answer.mode is Mode.UNAVAILABLE else "complete"


def _waiting(ask: Ask, answer: Answer, owner: str) -> WaitingTurn:
    return WaitingTurn(
        owner=owner,
        conversation_id=ask.conversation_id,
        message_id=ask.message_id,
        question=ask.message,
        answer=answer.text,
        sources=tuple(asdict(source) for source in answer.sources),
        status=_status(answer),
        mode=answer.mode,
        asked_at=datetime.now(UTC),
    )


def _as_answer(stored: Message) -> Answer:
    sources = tuple(Source(**source) for source in stored.sources)  # pyright: ignore[reportArgumentType] (written above)
    # an answer that a client appended says nothing about how it came about
    return Answer(stored.content, Mode(stored.mode or Mode.EXTRACTIVE), sources)
