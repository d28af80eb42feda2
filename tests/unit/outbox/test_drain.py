"""What the replay does with events that no queue of ours hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.dependencies.database import opened_database
from functions.outbox.drain import dead_letter_queue, handler, messages_of, outbox
from shared.events import WARM
from tests.unit.outbox.turns import SECRET

if TYPE_CHECKING:
    from collections.abc import Generator

    from aws_lambda_powertools.utilities.typing import LambdaContext


class Context:
    aws_request_id = "an-invocation"

    def get_remaining_time_in_millis(self) -> int:
        return 5_000


CONTEXT: LambdaContext = Context()  # pyright: ignore[reportAssignmentType] (what is read of it)
FOREIGN: list[object] = [
    None,
    "warm",
    [],
    {},
    {"Records": None},
    {"Records": 7},
    {"Records": []},
    {"Records": [None, {}]},
    {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {}}}]},
    {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "{}"}}]},
    {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
    {"requestContext": {"http": {"method": "POST", "path": "/"}}, "body": "{}"},
]
MESSAGE: dict[str, Any] = {"messageId": "1", "receiptHandle": "there", "body": "x", "eventSource": "aws:sqs"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Of a function that has a secret, and nothing that it could reach."""
    for kept in (opened_database, dead_letter_queue, outbox):
        kept.cache_clear()
    monkeypatch.setenv("BETTER_AUTH_SECRET", SECRET)
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@127.0.0.1:1/docs")
    for name in ("OUTBOX_QUEUE_URL", "OUTBOX_DEAD_LETTER_URL"):
        monkeypatch.delenv(name, raising=False)
    yield
    for kept in (opened_database, dead_letter_queue, outbox):
        kept.cache_clear()


@pytest.mark.parametrize("event", FOREIGN)
def test_what_holds_no_message_of_a_queue_is_answered_without_work(event: object) -> None:
    assert handler(event, CONTEXT) == WARM


@pytest.mark.parametrize(
    "wrong",
    [
        {"attributes": {}},
        {"attributes": {"ApproximateReceiveCount": "often"}},
        {"attributes": {}, "body": None},
        {"attributes": {}, "messageAttributes": {"request": 7}},
        {"attributes": {}, "messageAttributes": None},
    ],
)
def test_a_message_that_cannot_be_read_stays_in_its_queue(wrong: dict[str, Any]) -> None:
    answer = handler({"Records": [MESSAGE | wrong]}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_messages_are_told_from_what_comes_beside_them() -> None:
    assert messages_of({"Records": [MESSAGE, {"eventSource": "aws:s3"}, "?"]}) == [MESSAGE]
