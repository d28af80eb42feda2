"""The local queue hands its messages to a function in order, as SQS does, whatever became of them before."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import uuid4

import pytest

from infra.local.gateway.event_sources import EventSourceMapping, Source
from infra.local.gateway.invocation import ACCOUNT, REGION
from infra.local.gateway.routes import Function
from tests.fixtures.platform import until_queue_answers

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.platform import Platform
    from tests.fixtures.platform import Person

DRAIN: Final = Function("drain", "drain", "functions/outbox/drain.handler", timeout=30, memory=512)


@dataclass
class Away:
    """A function that can do nothing with its first events, and everything with later ones."""

    failures: int
    events: list[list[str]] = field(default_factory=list[list[str]])

    async def invoke(self, function: Function, event: bytes) -> bytes:
        """Note what came; all of it has to come again while failures are left."""
        assert function == DRAIN
        records: list[dict[str, Any]] = json.loads(event)["Records"]
        self.events.append([each["body"] for each in records])
        undone = records if len(self.events) <= self.failures else []
        return json.dumps({"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in undone]}).encode()


@pytest.fixture
def loop() -> Generator[asyncio.AbstractEventLoop]:
    """Runs in a thread of its own, as the gateway's does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_what_one_person_sent_comes_again_in_its_order_where_none_of_it_was_done(
    platform: Platform, person: Person, loop: asyncio.AbstractEventLoop
) -> None:
    import boto3  # noqa: PLC0415 (takes long) # pyright: ignore[reportMissingTypeStubs] (it has none)

    until_queue_answers(person.api)
    url = f"http://127.0.0.1:{platform.moto.port}/{ACCOUNT}/{uuid4()}.fifo"
    away = Away(failures=2)
    mapping = EventSourceMapping(Source(DRAIN, url, {"FifoQueue": "true"}, None, 10), away, loop)
    mapping.make_queues()
    there = {"endpoint_url": f"http://127.0.0.1:{platform.moto.port}", "region_name": REGION}
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = cast("Any", boto3).client("sqs", **there, **keys)
    for number in range(4):
        client.send_message(
            QueueUrl=url, MessageBody=f"{number}", MessageGroupId="ann", MessageDeduplicationId=f"{number}"
        )

    for _ in range(3):
        mapping.poll()

    assert away.events == [["0", "1", "2", "3"]] * 3
