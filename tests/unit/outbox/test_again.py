"""An outage of days: turns come less often, so that they do not run out of deliveries before the database is back."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from functions.dependencies.database import opened_database
from functions.outbox.drain import dead_letter_queue, handler, outbox
from shared.outbox.again import LATER_SECONDS, OFTEN, seconds_until
from shared.outbox.seal import Seal
from tests.unit.outbox.turns import SECRET, turn

if TYPE_CHECKING:
    from collections.abc import Generator

PUT_OFF = "AmazonSQS.ChangeMessageVisibilityBatch"


class Context(SimpleNamespace):
    def get_remaining_time_in_millis(self) -> int:
        return 10_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Generator[list[tuple[str, dict[str, Any]]]]:
    """What SQS was asked, while the database refuses; by a real client over HTTP."""
    seen: list[tuple[str, dict[str, Any]]] = []

    class Sqs(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append((self.headers["x-amz-target"], body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"Successful": [], "Failed": []}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sqs)
    threading.Thread(target=server.serve_forever).start()
    address = f"http://127.0.0.1:{server.server_port}"
    variables = {
        "DATABASE_URL": "postgresql://app:x@127.0.0.1:1/docs",
        "DATABASE_TRANSPORT": "pooled",
        "BETTER_AUTH_SECRET": SECRET,
        "BETTER_AUTH_URL": "https://api.example.com",
        "OUTBOX_QUEUE_URL": f"{address}/123456789012/outbox.fifo",
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    forget_what_was_opened()
    yield seen
    server.shutdown()
    server.server_close()
    forget_what_was_opened()


def forget_what_was_opened() -> None:
    for cached in (opened_database, dead_letter_queue, outbox):
        cached.cache_clear()


def records(*deliveries: int) -> dict[str, Any]:
    body = Seal.of(SECRET, "outbox").closed(turn().written())
    return {
        "Records": [
            {
                "messageId": f"message {count}",
                "receiptHandle": f"receipt {count}",
                "body": body,
                "attributes": {"MessageGroupId": f"user {count}", "ApproximateReceiveCount": str(count)},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:outbox.fifo",
                "awsRegion": "us-east-1",
            }
            for count in deliveries
        ]
    }


def test_what_has_come_very_often_comes_every_twenty_minutes(asked: list[tuple[str, dict[str, Any]]]) -> None:
    answer = handler(records(1, OFTEN, OFTEN + 1, 999), Context())  # pyright: ignore[reportArgumentType] (all that is used of it)

    assert len(answer["batchItemFailures"]) == 4
    [(call, body)] = asked
    assert call == PUT_OFF
    put_off = {each["ReceiptHandle"]: each["VisibilityTimeout"] for each in body["Entries"]}
    assert put_off == {f"receipt {OFTEN + 1}": LATER_SECONDS, "receipt 999": LATER_SECONDS}


def test_in_the_first_hours_the_queue_says_when(asked: list[tuple[str, dict[str, Any]]]) -> None:
    handler(records(1, 2, OFTEN), Context())  # pyright: ignore[reportArgumentType] (as above)

    assert asked == []
    assert [seconds_until(each) for each in (1, OFTEN, OFTEN + 1)] == [None, None, LATER_SECONDS]


def test_a_queue_that_cannot_be_asked_loses_nothing(
    asked: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    answer = handler(records(999), Context())  # pyright: ignore[reportArgumentType] (as above)

    assert answer["batchItemFailures"] == [{"itemIdentifier": "message 999"}]
    assert asked == []
