"""A turn reaches the queue over a connection that is open already, and is not lost with one that has ended."""

from __future__ import annotations

import hashlib
import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pytest

from infra.local.ports import LOOPBACK
from infra.local.relay import Relay
from shared.deadline import within
from shared.outbox.keeping import Outbox
from shared.outbox.queue import RESTED_SECONDS, Queue, QueueUnavailable, connect_by_botocore
from tests.fixtures.clock import Clock
from tests.unit.outbox.turns import SECRET, USER, turn

if TYPE_CHECKING:
    from collections.abc import Generator

REFUSAL: Final = {"__type": "com.amazonaws.sqs#KmsAccessDenied", "message": "not with this key"}


class Answers(BaseHTTPRequestHandler):
    """SQS' JSON protocol, as far as a queue is sent to and asked."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet, which a relay passes or does not
    asked: ClassVar[list[str]] = []
    sent: ClassVar[dict[str, str]] = {}
    refuses: ClassVar[list[bool]] = []
    hangs_up: ClassVar[list[bool]] = []

    def do_POST(self) -> None:
        """Answer one call."""
        parameters: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        operation = self.headers["x-amz-target"].partition(".")[2]
        self.asked.append(operation)
        if self.hangs_up:
            self.close_connection = True
            return
        body = json.dumps(self._answer(operation, parameters)).encode()
        self.send_response(400 if self.refuses else 200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.refuses:
            return REFUSAL
        if operation == "GetQueueAttributes":
            return {"Attributes": dict.fromkeys(parameters["AttributeNames"], "0")}
        text: str = parameters["MessageBody"]
        self.sent[parameters["MessageDeduplicationId"]] = text
        return {"MessageId": "1", "MD5OfMessageBody": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
        """Nothing is printed."""


@pytest.fixture
def relay() -> Generator[Relay]:
    """Leads to a queue that answers everything."""
    for told in (Answers.asked, Answers.sent, Answers.refuses, Answers.hangs_up):
        told.clear()
    with ThreadingHTTPServer((LOOPBACK, 0), Answers) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with Relay(server.server_port) as relay:
            yield relay
        server.shutdown()
        thread.join()


@pytest.fixture
def clock() -> Clock:
    """The one on the wall."""
    return Clock()


@pytest.fixture
def queue(relay: Relay, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """The queue as a function has it: botocore's own client."""
    url = f"http://{LOOPBACK}:{relay.port}"
    for name, value in {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    patient = partial(connect_by_botocore, 60.0)  # what is slow here is the machine
    return Queue(f"{url}/1/outbox.fifo", patient, clock)


def send(queue: Queue, once: str = "once") -> None:
    with within(120):
        queue.send("a turn", group="group", once=once)


def test_a_turn_that_is_queued_after_getting_ready_opens_no_connection(queue: Queue, relay: Relay) -> None:
    outbox = Outbox(SECRET, queue, "token", lambda: USER)
    outbox.prepare()
    with relay.count() as passed:
        kept = outbox.keep(turn())
    assert kept.queued
    assert (passed.connections, passed.flights) == (0, 1)


def test_getting_ready_again_asks_over_the_connection_that_is_there(queue: Queue, relay: Relay) -> None:
    with relay.count() as passed:
        queue.reach()
        queue.reach()
    assert (passed.connections, Answers.asked) == (1, ["GetQueueAttributes"] * 2)


@pytest.mark.parametrize("ending", ["reset", "hang_up", "cut"])
def test_a_kept_connection_that_has_ended_costs_no_turn(queue: Queue, relay: Relay, ending: str) -> None:
    send(queue, "first")
    if ending == "cut":
        relay.cut_after(0)  # it looks open, and is reset when something is asked: nobody told a frozen container
    else:
        getattr(relay, ending)()
    send(queue, "second")
    assert list(Answers.sent) == ["first", "second"]


def test_a_queue_that_hangs_up_again_is_away(queue: Queue) -> None:
    Answers.hangs_up.append(True)
    with pytest.raises(QueueUnavailable):
        send(queue)
    assert Answers.asked == ["SendMessage"] * 2


def test_a_refusal_is_not_asked_again(queue: Queue) -> None:
    Answers.refuses.append(True)
    with pytest.raises(QueueUnavailable):
        send(queue)
    assert Answers.asked == ["SendMessage"]


@pytest.mark.parametrize(("seconds", "connections"), [(RESTED_SECONDS - 1, 0), (RESTED_SECONDS + 1, 1), (-3_600, 1)])
def test_a_connection_that_has_rested_is_not_trusted(
    queue: Queue, relay: Relay, clock: Clock, seconds: float, connections: int
) -> None:
    send(queue, "first")
    clock.now += seconds
    with relay.count() as passed:
        send(queue, "second")
    assert (passed.connections, list(Answers.sent)) == (connections, ["first", "second"])


def test_getting_ready_while_the_queue_is_away_says_nothing_about_it_later(queue: Queue, relay: Relay) -> None:
    relay.refuse()
    queue.reach()
    relay.restore()
    send(queue)
    assert Answers.sent == {"once": "a turn"}
