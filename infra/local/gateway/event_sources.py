"""What Lambda does for an event source mapping with a queue: poll the queue, invoke the function, delete what is done.

The function's answer names the messages that are not done (`ReportBatchItemFailures`): those stay in the queue and come
again. On AWS that takes the queue's `VisibilityTimeout`, here two seconds. The queues are made here as well, from
`resources` of serverless.yml, as soon as the local SQS answers; it needs seconds to start, and nothing waits for it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from infra.local.gateway.environment import FunctionFailed, FunctionTimedOut
from infra.local.gateway.environments import Overloaded
from infra.local.gateway.invocation import ACCOUNT, REGION
from infra.local.gateway.serverless import section
from infra.local.ports import answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from infra.local.gateway.routes import Function

MAPPING = "AWS::Lambda::EventSourceMapping"

POLL_SECONDS = 0.2
LONG_POLL_SECONDS = 2
AGAIN_SECONDS = 2
"""For which nothing is asked for after a message that was not done; it comes again then."""

PATIENCE_SECONDS = 30
"""For an answer beyond the long poll: what the queue hands to somebody who has hung up comes too late, out of order."""

HIDDEN_SECONDS = 12
"""For which a message that is worked on is hidden from others: longer than a replay takes here, and short enough that
what a gateway had received when it was stopped comes again soon. Coming twice is harmless: a replay is idempotent."""

log = logging.getLogger("event sources")


@dataclass(frozen=True, slots=True)
class Source:
    """A queue whose messages a function gets.

    Attributes:
        function: What is invoked.
        url: The queue's address.
        attributes: Of the queue, as SQS names them.
        dead_letter_url: Where messages go that came too often; made with the queue.
        batch: How many messages at most go into one event.
    """

    function: Function
    url: str
    attributes: Mapping[str, str]
    dead_letter_url: str | None
    batch: int

    @property
    def arn(self) -> str:
        """As the function is told where its messages come from."""
        return _arn(self.url)


def read_sources(
    document: Mapping[str, Any], functions: Iterable[Function], variables: Mapping[str, str]
) -> Iterator[Source]:
    """The event source mappings in serverless.yml; one whose queue has no address here is passed over.

    Args:
        document: What `read_serverless` gave.
        functions: All there are.
        variables: The functions' environment; where serverless.yml says `{Ref: <queue>}`, it has the address.
    """
    by_logical_id = {f"{each.key[:1].upper()}{each.key[1:]}LambdaFunction": each for each in functions}
    resources = section(section(document.get("resources")).get("Resources"))
    for each in map(section, resources.values()):
        if each.get("Type") == MAPPING:
            properties = section(each["Properties"])
            queue = _named(properties["EventSourceArn"])
            function = by_logical_id[section(properties["FunctionName"])["Ref"]]
            url = _address(document, queue, variables)
            if url:
                redrive = section(section(section(resources[queue]).get("Properties")).get("RedrivePolicy"))
                dead_letter_url = _address(document, _named(redrive.get("deadLetterTargetArn")), variables)
                attributes = _attributes(redrive, dead_letter_url)
                yield Source(function, url, attributes, dead_letter_url, int(properties.get("BatchSize", 10)))


def _named(reference: object) -> str:
    """The resource that `{Fn::GetAtt: [name, Arn]}` speaks of."""
    return (section(reference).get("Fn::GetAtt") or [""])[0]


def _attributes(redrive: Mapping[str, Any], dead_letter_url: str | None) -> dict[str, str]:
    if dead_letter_url is None:
        return {"FifoQueue": "true"}
    policy = {"deadLetterTargetArn": _arn(dead_letter_url), "maxReceiveCount": redrive["maxReceiveCount"]}
    return {"FifoQueue": "true", "RedrivePolicy": json.dumps(policy)}


def _address(document: Mapping[str, Any], queue: str, variables: Mapping[str, str]) -> str | None:
    for function in section(document.get("functions")).values():
        for name, value in section(section(function).get("environment")).items():
            if queue and section(value).get("Ref") == queue:
                return variables.get(name)
    return None


def _arn(url: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{url.rpartition('/')[2]}"


class Invokes(Protocol):
    """Runs functions, as `Environments` do."""

    async def invoke(self, function: Function, event: bytes) -> bytes:
        """See `Environments.invoke`."""
        ...


class EventSourceMapping(threading.Thread):
    """Polls one queue for as long as the gateway runs; a thread, because boto3 waits.

    Args:
        source: The queue and its function.
        environments: Runs the function.
        loop: Where they live.
    """

    def __init__(self, source: Source, environments: Invokes, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name=f"poll {source.url}", daemon=True)
        self._source = source
        self._environments = environments
        self._loop = loop
        self._client: Any = None

    def run(self) -> None:
        """Make the queue, then poll it until the process ends; whatever goes wrong is tried again."""
        address = urlsplit(self._source.url)
        while not answers(address.port or 80, address.hostname or ""):
            time.sleep(POLL_SECONDS)
        made = False
        while True:
            try:
                made = made or self.make_queues()
                self.poll()
            except Exception as error:  # noqa: BLE001 (SQS or the function is away: tests see to that on purpose)
                log.warning("%s: %s", self._source.function.key, error)
                time.sleep(POLL_SECONDS)

    def make_queues(self) -> bool:
        """Make what is polled, and where its messages go that came too often; True."""
        self._client = _client(self._source.url)
        if self._source.dead_letter_url:
            self._make(self._source.dead_letter_url, {"FifoQueue": "true"})
        self._make(self._source.url, self._source.attributes)
        return True

    def _make(self, url: str, attributes: Mapping[str, str]) -> None:
        self._client.create_queue(QueueName=url.rpartition("/")[2], Attributes=attributes)

    def poll(self) -> None:
        """Hand over what waits, and delete what is done."""
        received = self._client.receive_message(
            QueueUrl=self._source.url,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
            MaxNumberOfMessages=self._source.batch,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=LONG_POLL_SECONDS,
        )
        messages: list[dict[str, Any]] = received.get("Messages", [])
        if not messages:
            return
        undone = self._undone(messages)
        for message in messages:
            handle = {"QueueUrl": self._source.url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in undone:
                # moto hands over the last one of a group first where several become visible by themselves
                self._client.change_message_visibility(**handle, VisibilityTimeout=0)
            else:
                self._client.delete_message(**handle)
        if undone:
            time.sleep(AGAIN_SECONDS)

    def _undone(self, messages: list[dict[str, Any]]) -> set[str]:
        """The ids of the messages that the function could not deal with: all, where it failed as a whole."""
        event = json.dumps({"Records": [_record(message, self._source.arn) for message in messages]}).encode()
        invoked = asyncio.run_coroutine_threadsafe(self._environments.invoke(self._source.function, event), self._loop)
        try:
            answer = section(json.loads(invoked.result()))
        except (FunctionFailed, FunctionTimedOut, Overloaded) as error:
            log.warning("%s: %s", self._source.function.key, error)
            return {message["MessageId"] for message in messages}
        failures: list[dict[str, str]] = answer.get("batchItemFailures") or []
        return {failure["itemIdentifier"] for failure in failures}


def _record(message: dict[str, Any], arn: str) -> dict[str, Any]:
    """As Lambda hands it over (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {f"{key[:1].lower()}{key[1:]}": value for key, value in attribute.items()}
            for name, attribute in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def _client(url: str) -> Any:  # noqa: ANN401 (boto3 has no types)
    import boto3  # noqa: PLC0415 (its import takes longer than the gateway's start) # pyright: ignore[reportMissingTypeStubs] (it has none)
    from botocore.config import Config  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

    address = urlsplit(url)
    patience = Config(
        connect_timeout=2, read_timeout=LONG_POLL_SECONDS + PATIENCE_SECONDS, retries={"total_max_attempts": 1}
    )
    session: Any = boto3.Session()
    return session.client(
        "sqs",
        config=patience,
        endpoint_url=f"{address.scheme}://{address.netloc}",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 (the local SQS takes any)
    )
