from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from shared.deadline import within
from shared.observability import name_request, report_request, request_timings
from shared.outbox.keeping import Outbox, session_owner, user_owner
from shared.outbox.models import WaitingTurn
from shared.outbox.queue import PAUSE_SECONDS, REQUEST, Queue, QueueUnavailable
from shared.outbox.replay import Outcome, read_receipt, set_aside
from shared.outbox.seal import LONGEST_SEALED, Seal
from tests.unit.outbox.turns import QUESTION, SECRET, USER, turn

if TYPE_CHECKING:
    from tests.fixtures.logged import Lines

TOKEN = "a session token of thirty-two ch"


class Sqs:
    """Holds what it is sent, until it is told to fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[dict[str, Any]] = []
        self.asked = 0
        self.error = error

    def send_message(self, **parameters: Any) -> object:  # noqa: ANN401 (as botocore declares it)
        self.asked += 1
        if self.error:
            raise self.error
        self.sent.append(parameters)
        return {}

    def change_message_visibility_batch(self, **parameters: Any) -> object:  # noqa: ANN401 (as botocore declares it)
        raise NotImplementedError(parameters)

    def get_queue_attributes(self, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (as botocore declares it)
        return {"Attributes": {name: str(len(self.sent)) for name in parameters["AttributeNames"]}}

    def close(self) -> None:
        """It holds no connection."""


def outbox(sqs: Sqs | None = None, user_id: str | None = USER) -> Outbox:
    queue = Queue("https://localhost/1/outbox.fifo", lambda: sqs) if sqs else None
    return Outbox(SECRET, queue, TOKEN, lambda: user_id)


def test_a_turn_of_a_known_user_is_queued_behind_the_users_other_turns() -> None:
    sqs = Sqs()

    kept = outbox(sqs).keep(turn())

    [message] = sqs.sent
    assert (kept.queued, kept.receipt) == (True, None)
    assert WaitingTurn.read(Seal.of(SECRET, "outbox").opened(message["MessageBody"])).message_id == QUESTION
    assert str(QUESTION) in message["MessageDeduplicationId"]
    assert USER not in message["MessageGroupId"]


def test_a_message_names_the_request_that_it_comes_from() -> None:
    sqs = Sqs()
    name_request("8476a536-e9f4-11e8-9739-2dfe598c3fcd", "POST /api/chat")

    outbox(sqs).keep(turn())

    [message] = sqs.sent
    told = {"DataType": "String", "StringValue": "8476a536-e9f4-11e8-9739-2dfe598c3fcd"}
    assert message["MessageAttributes"] == {REQUEST: told}


def test_a_better_answer_is_not_taken_for_a_repetition_of_the_one_that_failed() -> None:
    sqs = Sqs()
    failed = turn(answer="not now")
    for each in (failed, turn()):
        outbox(sqs).keep(each if each is not failed else _failed(each))

    ids = {message["MessageDeduplicationId"] for message in sqs.sent}
    groups = {message["MessageGroupId"] for message in sqs.sent}
    assert (len(ids), len(groups)) == (2, 1)


def _failed(one: WaitingTurn) -> WaitingTurn:
    return WaitingTurn.read(one.written().replace(b'"complete"', b'"failed"'))


@pytest.mark.parametrize("sqs", [None, Sqs(OSError("nobody there"))])
def test_without_the_queue_the_reader_gets_a_receipt(sqs: Sqs | None) -> None:
    kept = outbox(sqs).keep(turn())

    assert not kept.queued
    assert kept.receipt
    assert read_receipt(kept.receipt, SECRET, user_id=USER, token="another").answer == turn().answer


def test_somebody_who_cannot_be_named_gets_a_receipt_for_the_session_which_does_not_hold_its_token() -> None:
    sqs = Sqs()
    keeper = outbox(sqs, user_id=None)

    kept = keeper.keep(turn(owner=keeper.owner))

    assert (sqs.sent, kept.queued) == ([], False)
    assert kept.receipt
    assert TOKEN not in Seal.of(SECRET, "receipt").opened(kept.receipt).decode()
    assert read_receipt(kept.receipt, SECRET, user_id="whoever", token=TOKEN).owner == session_owner(TOKEN)


def test_the_owner_is_looked_up_when_it_is_needed() -> None:
    known: list[str] = []
    keeper = Outbox(SECRET, None, TOKEN, lambda: known[0] if known else None)
    assert keeper.owner == session_owner(TOKEN)
    known.append(USER)
    assert keeper.owner == user_owner(USER)


def test_a_queue_that_is_away_is_not_asked_again_at_once() -> None:
    sqs = Sqs(OSError("nobody there"))
    queue = Queue("https://localhost/1/outbox.fifo", lambda: sqs)

    for _ in range(3):
        with pytest.raises(QueueUnavailable):
            queue.send("text", group="group", once="once")

    assert sqs.asked == 1


def test_after_a_pause_a_queue_that_is_back_is_used_again() -> None:
    sqs, now = Sqs(OSError("nobody there")), [1_000.0]
    queue = Queue("https://localhost/1/outbox.fifo", lambda: sqs, lambda: now[0])
    with pytest.raises(QueueUnavailable):
        queue.send("lost", group="group", once="once")

    sqs.error = None
    now[0] += PAUSE_SECONDS + 1
    queue.send("text", group="group", once="once")
    queue.send("another", group="group", once="twice")

    assert [each["MessageBody"] for each in sqs.sent] == ["text", "another"]


def test_the_depth_counts_what_is_not_done_with() -> None:
    sqs = Sqs()
    queue = Queue("https://localhost/1/outbox.fifo", lambda: sqs)
    queue.send("text", group="group", once="once")
    assert queue.depth() == 3


def test_getting_ready_never_fails() -> None:
    def unreachable() -> Sqs:
        raise OSError

    Outbox(SECRET, Queue("https://localhost/1/outbox.fifo", unreachable), TOKEN, lambda: None).prepare()


def test_what_is_too_long_for_the_queue_is_not_kept() -> None:
    sqs = Sqs()
    answer = "".join(chr(0x10000 + 977 * i * i % 0x8000) for i in range(LONGEST_SEALED))

    kept = outbox(sqs).keep(turn(answer=answer))

    assert (kept.queued, kept.receipt, sqs.sent) == (False, None, [])


def test_nothing_secret_is_in_the_repr() -> None:
    assert repr(outbox()) == "Outbox()"


class Holding(Sqs):
    """Says how many messages wait."""

    def __init__(self, waiting: int) -> None:
        super().__init__()
        self.waiting = waiting

    def get_queue_attributes(self, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (as botocore declares it)
        first, *others = parameters["AttributeNames"]
        return {"Attributes": {first: str(self.waiting), **dict.fromkeys(others, "0")}}


def unreachable() -> Sqs:
    raise OSError


@pytest.mark.parametrize(("waiting", "may"), [(0, False), (1, True)])
def test_a_single_message_may_be_the_readers_turn(waiting: int, *, may: bool) -> None:
    assert outbox(Holding(waiting)).may_hold_turns() is may


def test_without_a_queue_no_turn_waits_and_one_that_cannot_be_asked_may_hold_some() -> None:
    queue = Queue("https://localhost/1/outbox.fifo", unreachable)

    assert not outbox().may_hold_turns()
    assert Outbox(SECRET, queue, TOKEN, lambda: None).may_hold_turns()


def test_getting_ready_makes_the_client_and_without_a_queue_nothing() -> None:
    made: list[Sqs] = []

    def connected() -> Sqs:
        made.append(Sqs())
        return made[0]

    outbox().prepare()
    Outbox(SECRET, Queue("https://localhost/1/outbox.fifo", connected), TOKEN, lambda: None).prepare()

    assert len(made) == 1


def test_whoever_has_no_time_left_does_not_ask_the_queue_and_goes_without(lines: Lines) -> None:
    sqs = Sqs()
    with request_timings() as spent:
        with within(0), pytest.raises(QueueUnavailable):
            Queue("https://localhost/1/outbox.fifo", lambda: sqs).send("text", group="group", once="once")
        report_request(200, spent)
    assert sqs.asked == 0
    assert [json.loads(line)["without"] for line in lines.written] == [["queue"]]


def test_a_queue_whose_name_cannot_be_looked_up_is_away() -> None:
    sqs = Sqs()
    nowhere = f"https://{'x' * 64}.example/1/outbox.fifo"  # no label of a name is so long: nobody is asked for it
    with pytest.raises(QueueUnavailable):
        Queue(nowhere, lambda: sqs).send("text", group="group", once="once")
    assert sqs.asked == 0


def test_what_cannot_be_stored_is_sent_aside_and_said_to_be_there() -> None:
    sqs = Sqs()
    dead_letters = Queue("https://localhost/1/dead-letters.fifo", lambda: sqs)
    assert set_aside("sealed", dead_letters, group="group", once="once") is Outcome.SET_ASIDE
    assert [each["MessageBody"] for each in sqs.sent] == ["sealed"]
