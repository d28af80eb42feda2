"""SQS, as far as we use it: send a text, ask how many wait, and put off what came too early.

botocore is part of Lambda's Python runtime and not of our zips. Its import and its first client take about half a
second, so both are put off until something has to be queued; `reach` lets that happen while the database is waited for.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from urllib.parse import urlsplit

from shared.breaker import BreakerOpen, CircuitBreaker
from shared.deadline import remaining
from shared.names import is_address, names
from shared.observability import count_without, log, measured, request_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECONDS: Final = 0.8
"""For connecting, and again for the answer: in one region SQS needs a hundredth of it."""

HTTPS: Final = 443

RESTED_SECONDS: Final = 20.0
"""A connection that nobody used for so long is not trusted: the container may have been frozen, and it cut off."""

PAUSE_SECONDS: Final = 5.0
"""For so long nobody asks a queue that could not be reached."""

WAITING: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
"""Ready, being replayed, and held back; together they are what is not stored yet."""


REQUEST: Final = "request"
"""The attribute of a message that names the request it comes from."""


class QueueUnavailable(Exception):
    """The queue could not be reached, or refused the message."""


class SqsClient(Protocol):
    """The calls of botocore's client that we use."""

    def send_message(self, **parameters: Any) -> object:  # noqa: ANN401 (botocore has no types)
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html."""
        ...

    def get_queue_attributes(self, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (as above)
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html."""
        ...

    def change_message_visibility_batch(self, **parameters: Any) -> object:  # noqa: ANN401 (as above)
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html."""
        ...

    def close(self) -> None:
        """Let go of its connections; the next call opens another."""
        ...


class Queue:
    """A first-in-first-out queue.

    Args:
        url: Its address.
        connect: Makes the client; botocore's unless given.
        clock: See `CircuitBreaker`; what rested while the container was frozen has rested.
    """

    def __init__(
        self, url: str, connect: Callable[[], SqsClient] | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._connect = connect or connect_by_botocore
        self._client: SqsClient | None = None
        self._connecting = threading.Lock()
        self._clock = clock
        self._used_at = 0.0
        self._breaker = CircuitBreaker("the queue", first_pause=PAUSE_SECONDS, longest_pause=PAUSE_SECONDS, clock=clock)

    def prepare(self) -> None:
        """Make the client, on any thread. What fails here fails again, and is told, when the queue is used."""
        with suppress(Exception):
            self._connected()

    def reach(self) -> None:
        """Prepare, and leave an open connection behind: whatever is sent next waits for no name and no handshake.

        It may be left alone on a thread, and be frozen there with the container, so that what it meets says nothing
        about the queue: the circuit breaker is not told.
        """
        with suppress(Exception):
            client = self._connected()
            self._find(SECONDS)
            client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[WAITING[0]])

    def _connected(self) -> SqsClient:
        with self._connecting:
            if self._client is None:
                self._client = self._connect()
            elif not 0 <= self._clock() - self._used_at <= RESTED_SECONDS:
                self._client.close()
            self._used_at = self._clock()
            return self._client

    def send(self, text: str, *, group: str, once: str) -> None:
        """Queue a text behind those of the same group; a second one with the same `once` within 5 minutes is dropped.

        The message says which request it comes from, so that lines about it can be found by that.

        Raises:
            QueueUnavailable: It is not certain that the queue has it.
        """
        named = request_named()
        told = {REQUEST: {"DataType": "String", "StringValue": named}} if named else {}
        self._call(
            lambda client: client.send_message(
                QueueUrl=self._url,
                MessageBody=text,
                MessageGroupId=group,
                MessageDeduplicationId=once,
                MessageAttributes=told,
            )
        )

    def depth(self) -> int:
        """How many messages are not done with, approximately.

        Raises:
            QueueUnavailable: It could not be asked.
        """
        answer = cast(
            "dict[str, Any]",
            self._call(lambda client: client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(WAITING))),
        )
        return sum(int(answer["Attributes"][name]) for name in WAITING)

    def put_off(self, receipts: Sequence[str], seconds: int) -> None:
        """Let messages come again no sooner, by the receipts with which they came; ten at most.

        Raises:
            QueueUnavailable: They may come as soon as any other.
        """
        entries = [
            {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
            for number, receipt in enumerate(receipts)
        ]
        self._call(lambda client: client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries))

    def _call(self, call: Callable[[SqsClient], object]) -> object:
        if remaining() <= 0:
            count_without("queue")
            raise QueueUnavailable
        try:
            with self._breaker.admitted(), measured("queue"):
                self._find(remaining(SECONDS))
                answer = self._answered(call)
        except BreakerOpen as error:
            raise QueueUnavailable from error
        except Exception as error:  # botocore's errors cannot be named without importing them
            log.warning("the queue did not answer", exc_info=error)
            self._breaker.found_away(SECONDS)
            raise QueueUnavailable from error
        self._breaker.found_well()
        return answer

    def _answered(self, call: Callable[[SqsClient], object]) -> object:
        """What it answers; once more where the connection ended first, which a kept one does at a bad moment.

        A message that had arrived all the same is known by what it is sent `once` for.
        """
        try:
            return call(self._connected())
        except Exception as error:
            if not _hung_up(error):
                raise
            log.info("the queue hung up, and is asked once more", exc_info=error)
            return call(self._connected())

    def _find(self, seconds: float) -> None:
        """See that its name can be looked up: botocore would do that without a limit of ours.

        Raises:
            Unresolved: No name server says where it is.
        """
        host = urlsplit(self._url).hostname or ""
        if not is_address(host):
            names.look_up(host, HTTPS, seconds)


def connect_by_botocore(seconds: float = SECONDS) -> SqsClient:
    """A client that gives up soon: whoever waits for it is a reader who has waited for the database already."""
    from botocore.config import Config  # noqa: PLC0415 (see above) # pyright: ignore[reportMissingTypeStubs] (it has none)
    from botocore.session import Session  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

    patience = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1}, proxies={})
    # boto3 makes the same client, and takes a seventh longer to import
    return cast("SqsClient", Session().create_client("sqs", config=patience))  # pyright: ignore[reportUnknownMemberType] (as above)


def _hung_up(error: Exception) -> bool:
    """Whether the connection ended before anything was answered."""
    from botocore.exceptions import ConnectionClosedError, SSLError  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

    return isinstance(error, ConnectionClosedError | SSLError)
