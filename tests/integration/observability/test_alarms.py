"""Each component is taken away for real, and the alarms of the deployment are evaluated over what was counted then."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)

from tests.docs.prose import table_rows
from tests.fixtures.alarms import ALARMS, LOUD, RESOURCES, TAKEN_AWAY, Seen, expect, ringing
from tests.fixtures.platform import PATIENCE_SECONDS, until_queue_answers
from tests.integration.observability.test_logs import lines_of
from tests.outage.outages import CHATS, Outage
from tests.outage.storage import Storage

if TYPE_CHECKING:
    from infra.local.platform import Platform, Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person

TIMES = 3
ELSEWHERE = {"model", "a turn that nobody can open"}
"""Rows of the table that have tests of their own: the first in tests/integration/model."""

WITH_THE_QUEUE_LAST = sorted(
    TAKEN_AWAY.keys() - ELSEWHERE, key=lambda taken: ("queue" in taken, "database" in taken, taken)
)
"""The queue is not looked for again for five seconds, and no row but those of the queue needs it."""


def use(outage: Outage) -> Seen:
    """What a reader does, and a monitor once."""
    seen = Seen()
    for route in [CHATS[0], "GET /api/conversations"] * TIMES + ["GET /health"]:
        seen.add(outage.call(route).answer)
    return seen


def test_the_alarms_of_the_runbook_ring_and_no_others(
    platform: Platform, relays: Relays, transport: Transport, person: Person
) -> None:
    until_queue_answers(person.api)
    storage = Storage(platform.postgres.superuser_url)
    outage = Outage(platform, person.api, person, person, relays, storage, transport)
    for taken in WITH_THE_QUEUE_LAST:
        for relay in outage.relays_of(", ".join(taken.split(" and "))):
            relay.refuse()
        seen = use(outage)
        outage.restore()
        expect(taken, seen, lines_of(platform, transport))
        if "queue" not in taken:
            outage.wait_until_well()


def test_a_turn_that_can_never_be_stored_rings(platform: Platform, transport: Transport, person: Person) -> None:
    until_queue_answers(person.api)
    variables = platform.environment(transport)
    sqs = client_of(variables)
    outbox, dead = variables["OUTBOX_QUEUE_URL"], variables["OUTBOX_DEAD_LETTER_URL"]
    once = str(uuid.uuid4())
    sent = {"MessageBody": "sealed by nobody", "MessageGroupId": once, "MessageDeduplicationId": once}
    message = sqs.send_message(QueueUrl=outbox, **sent)["MessageId"]
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not (visible := depth(sqs, dead)):
        assert time.monotonic() < ends_at, "it is not set aside"
        time.sleep(0.05)
    sqs.purge_queue(QueueUrl=dead)

    alarms, cause = TAKEN_AWAY["a turn that nobody can open"]
    assert ringing({}, {"Count": 0, "5xx": 0}, {("OutboxDeadLetters", VISIBLE): visible}) == {alarms}
    told = [each for each in lines_of(platform, transport) if each.get("request_id") == message]
    assert [each["message"] for each in told if each["level"] in LOUD] == [cause]


VISIBLE = "ApproximateNumberOfMessagesVisible"


def depth(sqs: Any, url: str) -> float:  # noqa: ANN401 (boto3 makes its clients at run time)
    """What SQS hands to CloudWatch as that metric."""
    name = "ApproximateNumberOfMessages"
    return float(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def client_of(variables: dict[str, str]) -> Any:  # noqa: ANN401 (as above)
    key = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    there = variables["AWS_ENDPOINT_URL"]
    return cast("Any", boto3).client("sqs", region_name="us-east-1", endpoint_url=there, **key)


def test_the_runbook_says_of_every_alarm_what_to_do() -> None:
    assert {row[0] for row in table_rows("specs/runbook.md", "## Alarms")} == set(ALARMS)


def test_the_runbook_names_the_saved_queries() -> None:
    queries = [each["Properties"] for each in RESOURCES.values() if each["Type"] == "AWS::Logs::QueryDefinition"]
    saved = {each["Name"].partition("/")[2] for each in queries}
    assert {row[0].strip("`") for row in table_rows("specs/runbook.md", "# Runbook")} == saved
