"""Readers find containers that are there: who calls the functions, and what these do for it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from functions.containers.keep_warm import Call, NotKeptWarm, client, handler, wanted
from shared.app import build_handler
from shared.events import STAY_SECONDS, WARM
from shared.web import APIRouter

if TYPE_CHECKING:
    from collections.abc import Generator

TRACE = "Root=1-69285f3f-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0"


@dataclass(frozen=True, slots=True)
class Invoked:
    """A call of Lambda's API, as it came over HTTP from boto3."""

    function: str
    kind: str
    trace: str
    body: bytes


@pytest.fixture
def invoked(monkeypatch: pytest.MonkeyPatch) -> Generator[list[Invoked]]:
    """What Lambda is asked for; it knows every function but `gone`."""
    seen: list[Invoked] = []

    class Lambda(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = self.path.split("/")[3]
            [trace] = self.headers.get_all("x-amzn-trace-id") or [""]
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append(Invoked(name, self.headers["x-amz-invocation-type"], trace, body))
            self.send_response(404 if name == "gone" else 202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lambda)
    threading.Thread(target=server.serve_forever).start()
    variables = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "keepWarm",  # then botocore hands its own trace on
        "_X_AMZN_TRACE_ID": TRACE,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    yield seen
    client.cache_clear()
    server.shutdown()
    server.server_close()


def test_each_function_is_called_as_often_as_containers_shall_be_there(
    invoked: list[Invoked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARM_FUNCTIONS", "docs-dev-chat=2,docs-dev-search=1")

    assert handler({}, None) == {"called": 3}

    assert [each.function for each in invoked] == ["docs-dev-chat", "docs-dev-chat", "docs-dev-search"]
    assert {each.kind for each in invoked} == {"Event"}
    assert [each.body for each in invoked] == [b'{"staySeconds": 0.1}', b'{"staySeconds": 0.1}', b"{}"]


def test_the_calls_are_traced_by_nobody(invoked: list[Invoked], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARM_FUNCTIONS", "docs-dev-chat=1")

    handler({}, None)
    monkeypatch.delenv("_X_AMZN_TRACE_ID")
    handler({}, None)

    assert [each.trace for each in invoked] == [
        "Root=1-69285f3f-0123456789abcdef01234567;Sampled=0",
        "Root=1-00000000-000000000000000000000000;Sampled=0",
    ]


def test_a_function_that_cannot_be_called_keeps_no_other_one_cold(
    invoked: list[Invoked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARM_FUNCTIONS", "gone=1,docs-dev-chat=1")

    with pytest.raises(NotKeptWarm, match="1 of 2"):
        handler({}, None)
    assert [each.function for each in invoked] == ["gone", "docs-dev-chat"]


def test_the_address_of_a_version_is_a_name_as_well() -> None:
    alias = "arn:aws:lambda:us-east-1:123456789012:function:docs-prod-chat:snapstart"
    assert list(wanted(f"{alias}=2,b=0,c=1")) == [
        Call(alias, stays=True),
        Call(alias, stays=True),
        Call("c", stays=False),
    ]
    assert list(wanted("")) == []


@pytest.mark.parametrize(
    ("event", "seconds"),
    [
        ({"staySeconds": STAY_SECONDS}, STAY_SECONDS),
        ({"staySeconds": 3600}, STAY_SECONDS),
        ({"staySeconds": -1}, 0.0),
        ({"staySeconds": float("nan")}, 0.0),
        ({"staySeconds": "long"}, 0.0),
        ({}, 0.0),
    ],
)
def test_a_call_stays_as_long_as_it_is_told_and_no_longer_than_a_moment(
    event: dict[str, object], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)

    answer = build_handler(APIRouter())(event, SimpleNamespace())  # pyright: ignore[reportArgumentType] (nobody asks it)

    assert answer == WARM
    assert sum(slept) == seconds


def test_nothing_is_logged_measured_or_opened_for_it(capfd: pytest.CaptureFixture[str]) -> None:
    build_handler(APIRouter())({"staySeconds": 0.01}, SimpleNamespace())  # pyright: ignore[reportArgumentType] (as above)

    assert capfd.readouterr() == ("", "")
