"""`POST /api/chat`: a question in, an answer with its sources out; at once, or told while it is made."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Final

from functions.chat.question import Question
from functions.chat.reply import Answered, SourcesEvent, Unit
from functions.dependencies.allowances import Questions, ask_a_question
from functions.dependencies.book import Examples, OpenBook
from functions.dependencies.callers import Reader
from functions.dependencies.guests import OwnersGuests
from functions.dependencies.outbox import ReadersOutbox
from functions.dependencies.rules import Rules
from functions.dependencies.uses import count_use
from functions.dependencies.writer import AnswersWriter
from shared.answering.feedback_token import Rated, token_for
from shared.answering.models import Mode, Reply
from shared.answering.turn.chat import Chat
from shared.answering.turn.events import Delta, Done, Sources
from shared.answering.words import Words
from shared.app import build_handler
from shared.event_stream import EVENT_STREAM, EventStream, Named, asks_for_events
from shared.observability import count, note
from shared.settings.answers import ChatSettings
from shared.settings.database import HistorySettings
from shared.web import APIRouter, Depends, Header, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.answering.turn.events import Event

router = APIRouter()

Accept = Annotated[str, Header(include_in_schema=False)]
AcceptLanguage = Annotated[str | None, Header(include_in_schema=False)]

BOTH: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {EVENT_STREAM: {"schema": {"type": "string", "description": "See specs/streaming.md"}}}}
}


async def counted_question(request: Request, reader: Reader, questions: Questions) -> None:
    """A guest's question counts for their address, a signed-in reader's for themselves.

    Raises:
        TooManyRequests: It is one too many for now.
    """
    if reader is None:
        await ask_a_question(request, questions)
    else:
        count_use(reader, "chat")


@router.post(
    "/api/chat",
    response_model=Answered,
    response_model_exclude_none=True,
    dependencies=[Depends(counted_question)],
    responses=BOTH,
)
async def ask(  # noqa: PLR0913, PLR0917 (a question is all of this)
    question: Question,
    reader: Reader,
    outbox: ReadersOutbox,
    book: OpenBook,
    rules: Rules,
    examples: Examples,
    writer: AnswersWriter,
    guests: OwnersGuests,
    accept: Accept = "",
    accept_language: AcceptLanguage = None,
) -> Answered | Response:
    """Answer a question from the book; the turn of a signed-in reader is stored.

    With `Accept: text/event-stream` the reply comes as events, each as soon as there is something to tell.
    """
    keep = HistorySettings.read().conversations
    settings = ChatSettings.read()
    chat = Chat(
        partial(book.search, edition=question.edition()),
        reader,
        keep,
        outbox,
        Words(settings.words or {}),
        examples=examples.first,
        stop_seconds=settings.stop_milliseconds / 1000,
    )
    if guests is not None:
        chat.told = guests.tell
    asked = question.as_ask(accept_language)
    if writer is not None and question.mode is None:
        writer.join(chat, asked, stored=reader is not None and not question.temporary)
    voting = rules.cookies.secret if reader is None or question.temporary else None
    if not asks_for_events(accept):
        return _answered(chat.reply(asked), voting)
    events = chat.events(asked)
    first = next(events)  # what is wrong with the question is said by a status, as without events
    return EventStream(_named(chain([first], events), voting))


def _named(events: Iterator[Event], voting: str | None) -> Iterator[Named]:
    """The events as they are sent; specs/streaming.md."""
    for event in events:
        match event:
            case Sources():
                yield "sources", _json(SourcesEvent.of(event))
            case Delta():
                yield "delta", _json(Unit(text=event.text))
            case Done():
                yield "done", _json(_answered(event.reply, voting))


def _json(body: SourcesEvent | Unit | Answered) -> str:
    return body.model_dump_json(by_alias=True, exclude_none=True)


def _answered(reply: Reply, voting: str | None) -> Answered:
    """The reply as JSON; who has no message to vote on is given a token made with the secret `voting`."""
    _tell_the_log(reply)
    return Answered.of(reply, _feedback_token(reply, voting) if voting else None)


def _tell_the_log(reply: Reply) -> None:
    note(mode=reply.answer.mode, saved=reply.saved, degraded=list(reply.degraded))
    if usage := reply.answer.usage:
        tokens = usage.input + usage.output
        note(model={"input": usage.input, "output": usage.output, "cost": usage.cost}, grounded=reply.answer.grounded)
        count("AnswersWritten")
        count("ModelTokens", tokens)
    for name, happened in {
        "TurnsQueued": reply.saved == "queued",
        "ReceiptsGiven": bool(reply.receipt),
        "AnswersRefused": reply.answer.mode == Mode.REFUSED,
    }.items():
        if happened:
            count(name)


def _feedback_token(reply: Reply, secret: str) -> str | None:
    """Of an answer from the book; what was said beside it is nothing to vote on."""
    if reply.answer.mode in {Mode.SMALL_TALK, Mode.UNAVAILABLE}:
        return None
    cited = next((each.url for each in reply.answer.sources), None)
    return token_for(Rated(reply.message_id, reply.answer.mode, cited), secret)


handler = build_handler(router)
