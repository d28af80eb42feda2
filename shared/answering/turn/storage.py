"""How a turn is stored: its question at once, its answer afterwards; both in the outbox while the database is away."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from shared.answering.models import Answer, Mode, Reply, Saved, Source
from shared.answering.turn.parallel import if_slow
from shared.deadline import within
from shared.degraded import Missing, tolerate
from shared.errors import DatabaseUnavailable, Gone, NotFound, NotSignedIn
from shared.history.models import PAGE_CHARACTERS, answer_id
from shared.history.turns import begin_turn, complete_turn
from shared.links import CONTROL_CHARACTERS, page_path
from shared.observability import log
from shared.outbox.models import WaitingTurn

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.answering.models import Ask
    from shared.db import Database
    from shared.history.models import Message, StoredQuestion
    from shared.outbox.keeping import Kept

DATABASE_SECONDS: Final = 1.25
"""The most that either batch may take: a compute that wakes up in 1.2 s stores the question, and a reader waits at most
1.5 s for the first answer in an outage."""

SLOW_SECONDS: Final = 0.3
"""When a batch takes longer than this, the outbox gets ready: that takes half a second, up to one on a busy machine,
and it has to be done when `DATABASE_SECONDS` are over. Of a hundred batches that succeed hardly one takes so long."""


class TurnOutbox(Protocol):
    """Keeps the turns that could not be stored (shared/outbox)."""

    @property
    def owner(self) -> str:
        """Whose they are, as far as is known by now."""
        ...

    def prepare(self) -> None:
        """Get ready; it must not raise."""
        ...

    def may_hold_turns(self) -> bool:
        """Whether turns wait to be stored, as far as can be told; it must not raise."""
        ...

    def keep(self, turn: WaitingTurn) -> Kept:
        """Queue a turn, or make a receipt of it; it must not raise."""
        ...


@dataclass(slots=True)
class Storage:
    """Where one turn goes.

    Attributes:
        db: The signed-in reader's database; None for a guest, whose turns are not stored.
        keep: How many conversations a reader keeps.
        outbox: Takes the turn when the database cannot be reached; None for a guest.
        missing: What this turn had to do without so far.
        is_behind: The turn has to wait for the one whose place it takes, which waits itself.
    """

    db: Database | None
    keep: int
    outbox: TurnOutbox | None = None
    missing: set[Missing] = field(default_factory=set[Missing])
    is_behind: bool = False

    def begin(self, ask: Ask, title: str) -> StoredQuestion | None:
        """Store the question, and read what was said before; None where it is not stored.

        What it replaces may wait in the outbox; then it waits there as well, behind it.

        Raises:
            NotSignedIn: The session has ended.
            NotFound: The conversation is somebody else's, or has no message `replaces`.
            Gone: The conversation was deleted.
            Conflict: The message id was used for another message, or `replaces` is not of the last turn.
        """
        if self.db is None or ask.temporary:
            return None
        with self._patient(), tolerate(DatabaseUnavailable, Missing.DATABASE, self.missing):
            try:
                return self._begun(self.db, ask, title)
            except NotFound:
                self.is_behind = ask.replaces is not None and self.outbox is not None and self.outbox.may_hold_turns()
                if not self.is_behind:
                    raise
        return None

    def _begun(self, db: Database, ask: Ask, title: str) -> StoredQuestion:
        return begin_turn(
            db,
            conversation_id=ask.conversation_id,
            title=title,
            message_id=ask.message_id,
            content=ask.message,
            keep=self.keep,
            replaces=ask.replaces,
            continues=ask.continues,
        )

    def complete(self, ask: Ask, answer: Answer, begun: StoredQuestion | None) -> Reply:
        """Store the answer where it can and may be stored, and say what became of the turn."""
        reply = self._kept(ask, answer, begun)
        # what went for this turn is gone already, whether or not the answer could be stored as well
        return replace(reply, evicted=begun.evicted) if begun else reply

    def _kept(self, ask: Ask, answer: Answer, begun: StoredQuestion | None) -> Reply:
        if begun and begun.answered:
            return self._replied(ask, as_answer(begun.answered), Saved.STORED)
        stored = self._store_answer(ask, answer) if begun else None
        if stored is not None:
            # what is not in the row, such as what the answer cost, is told of the answer that was just made alone
            same = stored.content == answer.text
            return self._replied(ask, answer if same else as_answer(stored), Saved.STORED)
        if self.outbox is None or not (self.is_behind or Missing.DATABASE in self.missing):
            return self._replied(ask, answer, Saved.NO)
        kept = self.outbox.keep(_waiting(ask, answer, self.outbox.owner))
        return self._replied(ask, answer, Saved.QUEUED if kept.queued else Saved.NO, kept.receipt)

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
                    status=answer.status,
                    mode=answer.mode,
                    page=stored_page(ask.page),
                    language=ask.language,
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
            degraded=done_without(self.missing),
            receipt=receipt,
        )


def done_without(missing: set[Missing]) -> tuple[Missing, ...]:
    """What was done without, always in the same order."""
    return tuple(each for each in Missing if each in missing)


def as_answer(stored: Message) -> Answer:
    """What is stored of an answer."""
    sources = tuple(Source(**source) for source in stored.sources)  # pyright: ignore[reportArgumentType] (written above)
    # an answer that a client appended says nothing about how it came about
    return Answer(stored.content, Mode(stored.mode or Mode.EXTRACTIVE), sources, stored.status)


def _waiting(ask: Ask, answer: Answer, owner: str) -> WaitingTurn:
    return WaitingTurn(
        owner=owner,
        conversation_id=ask.conversation_id,
        message_id=ask.message_id,
        question=ask.message,
        answer=answer.text,
        sources=tuple(asdict(source) for source in answer.sources),
        status=answer.status,
        mode=answer.mode,
        asked_at=datetime.now(UTC),
        replaces=ask.replaces,
        page=stored_page(ask.page),
        language=ask.language,
    )


def stored_page(page: str | None) -> str | None:
    """Of a page, without what could tell of its reader, such as a query; as long as can be stored."""
    return CONTROL_CHARACTERS.sub("", page_path(page) or "/")[:PAGE_CHARACTERS] if page else None
