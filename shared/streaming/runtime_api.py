"""Lambda's Runtime API, as a runtime speaks it whose answers are streamed.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming. An answer for
HTTP begins with its status and headers as JSON, and eight NUL bytes before its body
(https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html).
"""

from __future__ import annotations

import base64
import json
import os
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNTIME: Final = "/2018-06-01/runtime"
AFTER_HEAD: Final = b"\0" * 8
HTTP_ANSWER: Final = "application/vnd.awslambda.http-integration-response"
FAILED: Final = "Lambda-Runtime-Function-Error-Type"
FAILURE: Final = "Lambda-Runtime-Function-Error-Body"


@record
class Context:
    """What a handler is told of its invocation, by the names that Lambda's own runtime client uses."""

    aws_request_id: str
    deadline: int

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends the process."""
        return max(0, self.deadline - int(time.time() * 1000))


class RuntimeApi:
    """The API of one execution environment.

    Args:
        address: Host and port.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._asking = HTTPConnection(address)  # without a time limit: there is no hurry between two requests

    def next_invocation(self) -> Invocation:
        """Wait for work."""
        self._asking.request("GET", f"{RUNTIME}/invocation/next")
        answer = self._asking.getresponse()
        event = json.loads(answer.read())
        os.environ["_X_AMZN_TRACE_ID"] = answer.getheader("Lambda-Runtime-Trace-Id") or ""
        request_id = answer.getheader("Lambda-Runtime-Aws-Request-Id") or ""
        context = Context(request_id, int(answer.getheader("Lambda-Runtime-Deadline-Ms") or 0))
        return Invocation(self._address, event, context)

    def could_not_start(self, error: BaseException) -> None:
        """Tell why there is no function to call."""
        _post(self._address, "init/error", _failure(error))


class Invocation:
    """One event, and the way back for its answer.

    Attributes:
        event: Decoded.
        context: What the handler is told.
        begun: Whether a part of the answer is on its way already.
    """

    def __init__(self, address: str, event: Any, context: Context) -> None:  # noqa: ANN401 (whatever JSON can hold)
        self.event = event
        self.context = context
        self.begun = False
        self._address = address
        self._answer = HTTPConnection(address)
        self._path = f"invocation/{context.aws_request_id}"

    def return_whole(self, result: object) -> None:
        """The answer to what is no HTTP request."""
        _post(self._address, f"{self._path}/response", json.dumps(result).encode())

    def begin(self, status: int, headers: Mapping[str, str], cookies: list[str]) -> None:
        """Send status and headers; what follows is the body."""
        self.begun = True
        self._answer.putrequest("POST", f"{RUNTIME}/{self._path}/response")
        for name, value in {
            "Lambda-Runtime-Function-Response-Mode": "streaming",
            "Transfer-Encoding": "chunked",
            "Content-Type": HTTP_ANSWER,
            "Trailer": f"{FAILED}, {FAILURE}",
        }.items():
            self._answer.putheader(name, value)
        self._answer.endheaders()
        head = {"statusCode": status, "headers": headers, "cookies": cookies}
        self.send(json.dumps(head).encode() + AFTER_HEAD)

    def send(self, part: bytes) -> None:
        """Send a part of the body, at once."""
        if part:
            self._answer.send(b"%x\r\n%b\r\n" % (len(part), part))

    def end(self) -> None:
        """The answer is whole."""
        self._finish(b"")

    def fail(self, error: BaseException) -> None:
        """The answer will never be whole; nobody may take what is there of it for all."""
        failure = _failure(error)
        if not self.begun:
            _post(self._address, f"{self._path}/error", failure)
            return
        told = base64.b64encode(failure)
        self._finish(b"%b: %b\r\n%b: %b\r\n" % (FAILED.encode(), _kind(error).encode(), FAILURE.encode(), told))

    def _finish(self, trailers: bytes) -> None:
        self._answer.send(b"0\r\n%b\r\n" % trailers)
        self._answer.getresponse().read()
        self._answer.close()


def _post(address: str, path: str, body: bytes) -> None:
    connection = HTTPConnection(address)
    connection.request("POST", f"{RUNTIME}/{path}", body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


def _failure(error: BaseException) -> bytes:
    """What Lambda is told, for its log: the kind alone, since a text may hold what nobody may read."""
    return json.dumps({"errorMessage": "see the log of the function", "errorType": _kind(error)}).encode()


def _kind(error: BaseException) -> str:
    return f"Runtime.{type(error).__name__}"
