"""One turn of the chat: the question stored and the book searched at once, then the answer made, told and stored.

A signed-in reader costs two database batches and one request to Qdrant; a guest costs the latter alone. What cannot be
reached is done without, and the reply says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from shared.answering.conversation.follow_up import may_refer_back, refers_back
from shared.answering.conversation.small_talk import heard
from shared.answering.generated.writer import Brief
from shared.answering.languages import spoken
from shared.answering.models import Answer, Mode
from shared.answering.turn.events import Delta, Done, Sources
from shared.answering.turn.parallel import in_background
from shared.answering.turn.pieces import pieces
from shared.answering.turn.respondent import Respondent, no_examples
from shared.answering.turn.stopping import Watch, stop_of
from shared.answering.turn.storage import Storage, as_answer, done_without
from shared.answering.words import Words
from shared.degraded import Missing, tolerate
from shared.errors import ModelUnavailable
from shared.history.models import answer_id
from shared.history.titles import UNTITLED, title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from shared.answering.conversation.follow_up import Utterance
    from shared.answering.conversation.small_talk import Heard
    from shared.answering.generated.writer import Rewriter, Writer, Writing
    from shared.answering.models import Ask, Reply
    from shared.answering.turn.events import Event
    from shared.answering.turn.respondent import Examples, Search
    from shared.answering.turn.stopping import Stop
    from shared.answering.turn.storage import TurnOutbox
    from shared.db import Database
    from shared.history.models import StoredQuestion

LONGEST: Final = 32_000
"""Bytes of an answer that is being written; fewer than a message may have characters."""


def nothing() -> None:
    """Where nobody waits for the end of a turn."""


def to_nobody(_ask: Ask, _mode: Mode) -> None:
    """Where nobody is told what was asked."""


@dataclass(slots=True)
class Chat:
    """One turn.

    Attributes:
        search: How the book is searched.
        db: The signed-in reader's database; None for a guest, whose turns are not stored.
        keep: How many conversations a reader keeps.
        outbox: Takes the turn when the database cannot be reached; None for a guest.
        words: What is said of the assistant itself.
        writer: Writes answers of its own; None where all are quoted.
        rewriter: Makes questions of messages that lean on others, or are in another language than the book.
        stop_seconds: How often it is asked, while one is written, whether its reader wants no more of it.
        examples: Questions that the book answers.
        missing: What this turn had to do without so far.
        when_over: Is called when the turn has ended, however it ended.
        told: Is told what was asked, and how it was answered; it must not raise.
    """

    search: Search
    db: Database | None
    keep: int
    outbox: TurnOutbox | None = None
    words: Words = field(default_factory=Words)
    writer: Writer | None = None
    rewriter: Rewriter | None = None
    stop_seconds: float = 1.0
    examples: Examples = no_examples
    missing: set[Missing] = field(default_factory=set[Missing])
    when_over: Callable[[], None] = nothing
    told: Callable[[Ask, Mode], None] = to_nobody

    def reply(self, ask: Ask) -> Reply:
        """Answer, and store the turn where it can and may be stored.

        Raises:
            NotSignedIn: The session has ended.
            NotFound: The conversation is somebody else's.
            Gone: The conversation was deleted.
            Conflict: The message id was used for another message.
        """
        return next(event.reply for event in self.events(ask) if isinstance(event, Done))

    def events(self, ask: Ask) -> Generator[Event]:
        """The same, told while it happens; what `reply` raises is raised before the first event.

        The turn is stored before the last event. Whoever stops listening in between ends the model's work and stores
        nothing further.
        """
        try:
            yield from self._events(ask)
        finally:
            self.when_over()

    def _events(self, ask: Ask) -> Generator[Event]:
        said = heard(ask.message)
        language = spoken(ask.language, ask.message, ask.accepted, said.languages)
        respondent = Respondent(self.search, self.missing, self.words, language, self.examples, self.rewriter)
        storage = Storage(self.db, self.keep, self.outbox, self.missing)
        begun, answer = self._begin_and_quote(ask, said, respondent, storage)
        if begun and begun.answered:
            answer = as_answer(begun.answered)
            writing = None
        else:
            writing = self._writing(ask, answer, begun, language)
        stop = stop_of(self.db if begun and writing else None, ask.message_id)
        yield replace(self._sources(ask, answer, writing), stoppable=stop is not None)
        if writing:
            answer = yield from self._written(writing, answer, stop)
        else:
            yield from _deltas(answer)
        asked = replace(ask, language=language)
        reply = storage.complete(asked, answer, begun)
        self.told(asked, reply.answer.mode)
        yield Done(reply)

    def _begin_and_quote(
        self, ask: Ask, said: Heard, respondent: Respondent, storage: Storage
    ) -> tuple[StoredQuestion | None, Answer]:
        """Both at once, unless the search must know what was asked before."""
        begin = storage.begin
        if said.kind is not None:
            return begin(ask, UNTITLED), respondent.small_talk(said.kind)
        title, question = title_of(said.question), said.question
        selected = ask.selected_text
        if selected is not None:
            with in_background(lambda: respondent.about_selection(question, selected, ask.page)) as explained:
                begun = begin(ask, title)
            return begun, explained.result()
        continues = ask.follows or bool(ask.turns)
        if continues and refers_back(question):
            begun = begin(ask, title)
            answer = respondent.in_conversation(question, _said_before(ask, begun))
            return begun, respondent.translated(question, answer, was_rewritten=True)
        with in_background(lambda: respondent.alone(question)) as result:
            begun = begin(ask, title)
        answer = result.result()
        if continues and answer.mode is Mode.REFUSED and may_refer_back(question):
            answer = respondent.tried_again(question, _said_before(ask, begun), answer)
        return begun, respondent.translated(question, answer)

    def _writing(self, ask: Ask, quoted: Answer, begun: StoredQuestion | None, language: str) -> Writing | None:
        """None where nobody writes: what is off topic, small talk or cannot be searched is never written about."""
        if self.writer is None or quoted.basis is None or quoted.mode is not Mode.EXTRACTIVE:
            return None
        basis = quoted.basis
        said = _said_before(ask, begun)
        replaced = as_answer(begun.replaced) if begun and begun.replaced else None
        return self.writer.writing(Brief(ask, basis.question, basis.found, quoted, said, language, replaced))

    def _sources(self, ask: Ask, answer: Answer, writing: Writing | None) -> Sources:
        return Sources(
            sources=writing.sources if writing else answer.sources,
            mode=Mode.GENERATED if writing else answer.mode,
            conversation_id=ask.conversation_id,
            message_id=answer_id(ask.message_id),
            question_id=ask.message_id,
            degraded=done_without(self.missing),
        )

    def _written(self, writing: Writing, quoted: Answer, stop: Stop) -> Generator[Event, None, Answer]:
        """The writer's units as they come, until they end; the quoted answer where nothing of them stands."""
        told, size = "", 0
        without_model = tolerate(ModelUnavailable, Missing.MODEL, self.missing)
        with Watch(writing.stop, stop, self.stop_seconds) as watch, without_model:
            for unit in writing.units():
                size += len(unit.encode())
                if size > LONGEST:
                    watch.end("partial")
                    break
                told += unit
                yield Delta(unit)
            if watch.ended == "partial" and writing.answer() is None:
                raise ModelUnavailable  # the time was up before anything could be shown
        answer = writing.answer()
        if watch.ended == "stopped":  # also of nothing: whoever stopped it does not wait for a quotation
            return replace(answer or Answer(told, Mode.GENERATED, writing.sources), status="stopped")
        if answer is None:
            if not told:
                yield from _deltas(quoted)
            return quoted
        return replace(answer, status=watch.ended) if watch.ended else answer


def _deltas(answer: Answer) -> Iterator[Event]:
    return map(Delta, pieces(answer.text))


def _said_before(ask: Ask, begun: StoredQuestion | None) -> Sequence[Utterance]:
    """What is stored of the conversation; what the client says was said, where nothing is or it cannot be read."""
    return (begun.window if begun else []) or ask.turns
