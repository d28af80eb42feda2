"""One event on its way to a function, as Lambda describes it to the function's process."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

    from infra.local.gateway.routes import Function

ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for one function.

    Attributes:
        request_id: Lambda's id of it.
        event: JSON.
        deadline: When the function has to be done, in milliseconds since 1970.
        arn: The function's ARN.
        trace_id: An X-Ray trace id.
    """

    request_id: str
    event: bytes
    deadline: int
    arn: str
    trace_id: str

    @classmethod
    def of(cls, function: Function, event: bytes) -> Self:
        """A new one, due when the function's timeout is over."""
        now = time.time()
        return cls(
            request_id=str(uuid.uuid4()),
            event=event,
            deadline=int((now + function.timeout) * 1000),
            arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function.name}",
            trace_id=f"Root=1-{int(now):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0",
        )

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """All that `awslambdaric` reads: its native client crashes when one of them is missing."""
        named = {
            "content-type": "application/json",
            "content-length": str(len(self.event)),
            "lambda-runtime-aws-request-id": self.request_id,
            "lambda-runtime-deadline-ms": str(self.deadline),
            "lambda-runtime-invoked-function-arn": self.arn,
            "lambda-runtime-trace-id": self.trace_id,
        }
        return [(name.encode(), value.encode()) for name, value in named.items()]
