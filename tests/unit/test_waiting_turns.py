"""What a removal of the stack would lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from moto import mock_aws

from infra.kept_queues import remove_empty
from infra.waiting_turns import waiting

if TYPE_CHECKING:
    from collections.abc import Generator

NAME = "docs-chatbot-backend-dev-outbox.fifo"
DEAD = "docs-chatbot-backend-dev-outbox-dead-letters.fifo"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    """SQS with the two queues of a stage."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client: Any = cast("Any", boto3).client("sqs", region_name="us-east-1")
        for name in (NAME, DEAD):
            client.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
        yield client


def test_what_is_ready_and_what_is_being_worked_on_counts(sqs: Any) -> None:  # noqa: ANN401 (boto3 makes its clients at run time)
    url = sqs.get_queue_url(QueueName=NAME)["QueueUrl"]
    for number in range(3):
        once = {"MessageGroupId": str(number), "MessageDeduplicationId": str(number)}
        sqs.send_message(QueueUrl=url, MessageBody="a turn", **once)
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1

    assert waiting([NAME, DEAD], {}) == {NAME: 3, DEAD: 0}


def test_a_stack_that_was_never_there_has_nothing_to_lose(sqs: Any) -> None:  # noqa: ANN401 (as above)
    assert len(sqs.list_queues()["QueueUrls"]) == 2
    assert waiting(["docs-chatbot-backend-pr-42-outbox.fifo"], {}) == {"docs-chatbot-backend-pr-42-outbox.fifo": 0}


def test_the_queues_of_a_removed_stack_are_deleted_where_nothing_waits(sqs: Any) -> None:  # noqa: ANN401 (as above)
    assert remove_empty([NAME, DEAD, "docs-chatbot-backend-pr-42-outbox.fifo"], {}) == [NAME, DEAD]
    assert "QueueUrls" not in sqs.list_queues()


def test_both_stay_while_a_turn_waits_in_either(sqs: Any) -> None:  # noqa: ANN401 (as above)
    url = sqs.get_queue_url(QueueName=DEAD)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a turn", MessageGroupId="1", MessageDeduplicationId="1")
    assert remove_empty([NAME, DEAD], {}) == []
    assert len(sqs.list_queues()["QueueUrls"]) == 2
