"""Every few minutes, from EventBridge: each function that readers call is called, so that Lambda keeps a container.

The event has no HTTP shape, so the function does nothing for it (shared/app.py). The calls are asynchronous: nobody
waits for an answer, and a container that has to be started first is started meanwhile. Where there shall be two, both
calls stay for a moment, since one container would otherwise serve one after the other.

Lambda would trace each of these calls, being the only one of its second. They say that nobody wants that
(https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from shared.events import STAY_SECONDS
from shared.record import record
from shared.settings.site import WarmSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE: Final = "_X_AMZN_TRACE_ID"
"""The variable in which Lambda's runtime client names the trace of an invocation."""

ROOT: Final = re.compile(r"Root=[-0-9a-f]+")
NO_ROOT: Final = "Root=1-00000000-000000000000000000000000"


class LambdaClient(Protocol):
    """The one call of boto3's client that we use."""

    def invoke(self, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3 has no types)
        """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""
        ...


class NotKeptWarm(Exception):
    """Some functions could not be called."""


def handler(_event: object, _context: object) -> dict[str, int]:
    """Call each function as often as containers of it shall be there; the answer says how often in all.

    Raises:
        NotKeptWarm: Some could not be called, all others were; an alarm watches the errors of this function.
    """
    calls = list(wanted(WarmSettings.read().functions))
    failures = [failure for call in calls if (failure := _failure(call))]
    if failures:
        raise NotKeptWarm(f"{len(failures)} of {len(calls)} calls failed") from failures[0]
    return {"called": len(calls)}


@record
class Call:
    """One that is due.

    Attributes:
        function: Its name, or the address of a version.
        stays: It has to stay for a moment, beside another one.
    """

    function: str
    stays: bool


def wanted(functions: str) -> Iterator[Call]:
    """Every call that is due."""
    for each in functions.split(","):
        name, _, containers = each.strip().rpartition("=")
        for _ in range(int(containers or 0)):
            yield Call(name, int(containers) > 1)


def _failure(call: Call) -> Exception | None:
    payload = json.dumps({"staySeconds": STAY_SECONDS} if call.stays else {})
    try:
        client().invoke(FunctionName=call.function, InvocationType="Event", Payload=payload)
    except Exception as error:  # noqa: BLE001 (botocore's errors cannot be named without importing them)
        return error
    return None


@cache
def client() -> LambdaClient:
    """Kept by the container; boto3 is part of Lambda's Python runtime."""
    import boto3  # noqa: PLC0415 (see shared/outbox/queue.py) # pyright: ignore[reportMissingTypeStubs] (it has none)

    made = cast("Any", boto3).client("lambda")
    made.meta.events.register("before-sign.lambda.Invoke", _untraced)
    return made


def _untraced(request: Any, **_: object) -> None:  # noqa: ANN401 (botocore's own)
    found = ROOT.search(os.environ.get(TRACE, ""))
    del request.headers["X-Amzn-Trace-Id"]
    request.headers["X-Amzn-Trace-Id"] = f"{found[0] if found else NO_ROOT};Sampled=0"
