"""What Lambda calls when turns wait in the outbox: it stores each, in the order in which its owner asked.

SQS hands over up to ten messages and wants to know which of them are not done
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html): those come again later. After a message
that is not done, the further ones of the same user are not tried, so that they stay in order.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any, Final, cast

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.dependencies.database import opened_database
from shared.db.attempts import unhurried
from shared.db.sqlstate import can_ever_be_stored
from shared.deadline import within
from shared.errors import DatabaseUnavailable, StatementFailed
from shared.events import WARM
from shared.observability import log, name_request
from shared.outbox.again import LATER_SECONDS, may_be_opened_later, seconds_until
from shared.outbox.queue import REQUEST, Queue, QueueUnavailable
from shared.outbox.replay import Outcome, replay, set_aside
from shared.outbox.seal import BrokenSeal, looks_sealed
from shared.settings.accounts import AuthSettings
from shared.settings.database import DeadLetterSettings, HistorySettings, OutboxSettings

MARGIN_SECONDS = 1.0

SQS: Final = "aws:sqs"

ROUTE: Final = "outbox"
"""What lines about turns that waited have in place of a route."""


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Store what waits; the answer names the messages that are not done. An event without messages keeps it warm."""
    records = messages_of(event)
    if not records:
        return dict(WARM)
    processor = SqsFifoPartialProcessor(skip_group_on_error=True)
    processor.raise_on_entire_batch_failure = False  # an outage is no fault of this function
    seconds = context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS
    with within(seconds), unhurried(), processor(records, _store):
        processor.process()  # pyright: ignore[reportUnknownMemberType] (Powertools does not say what it returns)
    answer = processor.response()
    name_request(str(getattr(context, "aws_request_id", "")), ROUTE)
    _put_off(records, {str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]})
    log.info("replayed", extra={"records": len(records), "later": len(answer["batchItemFailures"])})
    return dict(answer)


def messages_of(event: object) -> list[dict[str, Any]]:
    """The messages that SQS hands over; none where somebody else does, or nobody."""
    records: object = cast("dict[str, object]", event).get("Records") if isinstance(event, dict) else None
    found = cast("list[object]", records) if isinstance(records, list) else []
    messages = [cast("dict[str, Any]", each) for each in found if isinstance(each, dict)]
    return [each for each in messages if each.get("eventSource") == SQS]


def _put_off(records: list[dict[str, Any]], undone: set[str]) -> None:
    """Let those wait longer that have come very often, so that an outage of days does not use up their deliveries."""
    waiting = [
        record["receiptHandle"]
        for record in records
        if record["messageId"] in undone and seconds_until(_delivery(record))
    ]
    queue = outbox()
    if waiting and queue is not None:
        with suppress(QueueUnavailable):  # it is logged, and they come in two minutes instead
            queue.put_off(waiting, LATER_SECONDS)


def _delivery(record: dict[str, Any]) -> int:
    """How often it has come; once, where nothing says so."""
    attributes: dict[str, object] = record.get("attributes") or {}
    told = str(attributes.get("ApproximateReceiveCount"))
    return int(told) if told.isdecimal() else 1


def _store(record: SQSRecord) -> Outcome:
    """Store one, or set it aside where no later try can. What is raised leaves it in the queue.

    That goes for a turn of a later version of this code, too: it waits until that version is back. Every line about it
    has the id of the request in which its reader asked.
    """
    name_request(_request_of(record), ROUTE)
    try:
        outcome = replay(
            record.body, opened_database(), AuthSettings.read().secret, keep=HistorySettings.read().conversations
        )
    except DatabaseUnavailable as error:
        log.warning("a queued turn waits: %s", error.__cause__ or error)
        raise
    except BrokenSeal as error:  # dropping could lose a turn, so a person has to look
        if looks_sealed(record.body) and may_be_opened_later(_delivery(record.raw_event)):
            log.warning("a queued turn waits: it was sealed with another secret")
            raise
        return _set_aside(record, error)
    except StatementFailed as error:
        if can_ever_be_stored(error.sqlstate):
            raise  # after a migration or a deployment; until then it waits
        return _set_aside(record, error)
    log.info("a queued turn is %s", outcome)
    return outcome


def _request_of(record: SQSRecord) -> str:
    attributes: dict[str, dict[str, str]] = record.raw_event.get("messageAttributes") or {}
    return attributes.get(REQUEST, {}).get("stringValue") or record.message_id


def _set_aside(record: SQSRecord, error: Exception) -> Outcome:
    log.error("a queued turn can never be stored and is set aside", exc_info=error)
    dead_letters = dead_letter_queue()
    if dead_letters is None:
        raise QueueUnavailable
    attributes = record.attributes
    group, once = attributes.message_group_id or "unknown", attributes.message_deduplication_id or record.message_id
    return set_aside(record.body, dead_letters, group=group, once=once)


@cache
def outbox() -> Queue | None:
    """Where the messages come from."""
    url = OutboxSettings.read().queue_url
    return Queue(url) if url else None


@cache
def dead_letter_queue() -> Queue | None:
    """Where a person looks, if there is such a queue."""
    url = DeadLetterSettings.read().url
    return Queue(url) if url else None
