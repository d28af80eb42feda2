"""What guests ask is sent to the owner's desk without who asked, and nobody waits for it."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from starlette.requests import Request

from functions.dependencies.guests import GuestsOutbox, guests_outbox, owner_sees_guests
from functions.dependencies.queue import outbox_queue
from shared.answering.models import Ask, Mode
from shared.auth.identity.rules import AuthRules
from shared.history.models import answer_id
from shared.observability import name_request
from shared.outbox.guests import AT_ONCE, SENDING, GuestQuestion
from shared.outbox.queue import Queue
from shared.outbox.seal import Seal
from shared.settings.accounts import AuthSettings
from tests.unit.outbox.turns import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

SECONDS = 30
"""Until a test gives up that waits for an event."""


class Sqs:
    """Takes a message when it may, and says that it has come."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.came = threading.Semaphore(0)
        self.may_take = threading.Event()
        self.may_take.set()
        self.error = error

    def send_message(self, **parameters: Any) -> object:  # noqa: ANN401 (as botocore declares it)
        self.came.release()
        self.may_take.wait(SECONDS)
        if self.error:
            raise self.error
        self.sent.append(parameters)
        return {}

    def change_message_visibility_batch(self, **parameters: Any) -> object:  # noqa: ANN401 (as botocore declares it)
        raise NotImplementedError(parameters)

    def get_queue_attributes(self, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (as botocore declares it)
        raise NotImplementedError(parameters)

    def close(self) -> None:
        """It holds no connection."""


def ask(message: str = "What is a node?", **more: Any) -> Ask:  # noqa: ANN401 (fields of it)
    return replace(Ask(message, uuid4(), uuid4(), language="en"), **more)


def outbox(sqs: Sqs) -> GuestsOutbox:
    return GuestsOutbox(Queue("https://localhost/1/outbox.fifo", lambda: sqs), SECRET)


def ended() -> None:
    """Wait until all that was on its way has come, or is gone."""
    for thread in threading.enumerate():
        if thread.name == SENDING:
            thread.join(SECONDS)


def told(sqs: Sqs, *asked: Ask, mode: Mode = Mode.REFUSED) -> list[GuestQuestion]:
    """What the queue holds when all of these were told."""
    guests = outbox(sqs)
    for each in asked:
        guests.tell(each, mode)
        ended()
    found = (GuestQuestion.read(Seal.of(SECRET, "outbox").opened(each["MessageBody"])) for each in sqs.sent)
    return [each for each in found if each is not None]


def test_a_question_is_sent_with_its_page_and_nothing_of_who_asked() -> None:
    sqs = Sqs()
    name_request("8476a536-e9f4-11e8-9739-2dfe598c3fcd", "POST /api/chat")
    asked = ask("I am ada@example.com, where is the arm?", page="https://docs.test/arm?from=ada#there")
    [sent] = told(sqs, asked)
    assert sent.text == "I am [e-mail], where is the arm?"
    assert (sent.id, sent.mode, sent.page, sent.language) == (answer_id(asked.message_id), "refused", "/arm", "en")
    [message] = sqs.sent
    assert message["MessageAttributes"] == {}
    assert str(asked.message_id) not in message["MessageGroupId"]


def test_a_question_is_cut_after_it_was_masked() -> None:
    [sent] = told(Sqs(), ask("x" * 490 + " ada@example.com is my address"))
    assert sent.text == ("x" * 490 + " [e-mail] is my address")[:500]


def test_a_question_asked_again_names_what_it_replaces_by_either_id() -> None:
    before = uuid4()
    [sent] = told(Sqs(), ask(replaces=before))
    assert sent.replaces == (before, answer_id(before))


@pytest.mark.parametrize(("temporary", "mode"), [(True, Mode.REFUSED), (False, Mode.SMALL_TALK)])
def test_temporary_questions_and_greetings_are_not_sent(*, temporary: bool, mode: Mode) -> None:
    assert told(Sqs(), ask(temporary=temporary), mode=mode) == []


def test_nobody_waits_for_a_queue_that_is_slow_and_few_messages_wait_at_once() -> None:
    sqs = Sqs()
    sqs.may_take.clear()
    guests = outbox(sqs)
    for _ in range(3 * AT_ONCE):
        guests.tell(ask(), Mode.REFUSED)
    for _ in range(AT_ONCE):
        assert sqs.came.acquire(timeout=SECONDS)
    sqs.may_take.set()
    ended()
    assert len(sqs.sent) == AT_ONCE


def test_a_queue_that_is_away_costs_the_guest_nothing() -> None:
    assert told(Sqs(OSError("away")), ask(), ask()) == []
    assert len(told(Sqs(), ask())) == 1, "there is room again"


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[..., None]]:
    """Starts a container with a queue, as far as these dependencies see one: it reads the settings given."""

    def start(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        outbox_queue.cache_clear()
        owner_sees_guests.cache_clear()

    start(OUTBOX_QUEUE_URL="https://localhost/1/outbox.fifo")
    yield start
    monkeypatch.undo()
    start()


def kept_of(headers: dict[str, str]) -> GuestsOutbox | None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "method": "POST", "path": "/api/chat", "headers": raw})
    rules = AuthRules.of(AuthSettings(SECRET, "https://api.example.com"))
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(guests_outbox(request, None, rules))


def test_nothing_is_sent_unless_the_owner_wants_it(container: Callable[..., None]) -> None:
    assert kept_of({}) is None
    container(OWNER_SEES_GUESTS="on")
    assert kept_of({}) is not None


@pytest.mark.parametrize("header", ["sec-gpc", "dnt"])
def test_a_guest_objects_by_the_header_of_their_browser(container: Callable[..., None], header: str) -> None:
    container(OWNER_SEES_GUESTS="on")
    assert kept_of({header: "1"}) is None
    assert kept_of({header: "0"}) is not None


def test_a_turn_is_no_question_of_a_guest() -> None:
    question = GuestQuestion(UUID(int=1), (), datetime(2026, 11, 27, tzinfo=UTC), "x", "refused", None, None)
    assert GuestQuestion.read(question.written()) == question
    assert GuestQuestion.read(b'{"version":1}') is None
