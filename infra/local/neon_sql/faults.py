"""Ways to fail that Neon has, to be switched on by tests: `PUT /faults {"kind": "rate limit", "times": 2}`.

| kind | what a client sees |
|---|---|
| `delay` | the answer comes `seconds` later: a suspended compute wakes up |
| `control plane` | 500 without a code, nothing executed |
| `rate limit` | 500 (not 429) without a code, nothing executed |
| `terminate` | Postgres ends the session in mid-query: 400 with 57P01 |
| `cut before` | the connection is cut before anything is executed |
| `cut after` | everything is executed and committed, then the connection is cut without an answer |
| `too large` | 507 after everything was executed |
| `slow body` | the answer's body comes drop by drop, over `seconds` |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.local.neon_sql.protocol import Query, Refused

if TYPE_CHECKING:
    from asyncio import Transport
    from typing import ClassVar

    from infra.local.neon_sql.protocol import Call

Kind = Literal["delay", "control plane", "rate limit", "terminate", "cut before", "cut after", "too large", "slow body"]

REFUSALS: Final[dict[str, str]] = {
    "control plane": "Control plane request failed",
    "rate limit": "Too many connections to this endpoint. Please try again later.",
}
SUICIDE: Final = Query("select pg_terminate_backend(pg_backend_pid())", (), rows_as_arrays=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail, for the next `times` requests."""

    kind: Kind
    seconds: float = 0.0
    times: int = 1

    @classmethod
    def read(cls, content: dict[str, Any]) -> Fault:
        """Understand the body of `PUT /faults`.

        Raises:
            ValueError: There is no such kind.
        """
        if content.get("kind") not in get_args(Kind):
            raise ValueError(f"kind is one of {', '.join(get_args(Kind))}")
        return cls(content["kind"], float(content.get("seconds", 0)), int(content.get("times", 1)))

    def refuse(self) -> None:
        """Raise what Neon answers without having asked Postgres, if this fault is one of those."""
        if self.kind in REFUSALS:
            raise Refused(500, REFUSALS[self.kind])

    def sabotage(self, call: Call) -> Call:
        """What is executed instead of the call."""
        return replace(call, queries=(*call.queries[:-1], SUICIDE)) if self.kind == "terminate" else call


class Faults:
    """The fault that is switched on, if any."""

    def __init__(self) -> None:
        self._fault: Fault | None = None

    def switch(self, fault: Fault | None) -> None:
        """Switch it on, in place of any other; None switches off."""
        self._fault = fault

    def take(self) -> Fault | None:
        """The fault that the next request meets."""
        fault = self._fault
        if fault is None or fault.times <= 0:
            return None
        self._fault = replace(fault, times=fault.times - 1)
        return fault


class CuttableProtocol(HttpToolsProtocol):
    """HTTP whose connections can be cut from within a request; uvicorn itself would answer 500."""

    by_client: ClassVar[dict[tuple[str, int] | None, Transport]] = {}

    def connection_made(self, transport: Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] (uvicorn's type)
        """Remember the connection by its client's address."""
        super().connection_made(transport)
        self.by_client[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.by_client.pop(self.client, None)
        super().connection_lost(exc)

    @classmethod
    def cut(cls, client: tuple[str, int] | None) -> None:
        """Reset the client's connection without another byte."""
        cls.by_client[client].abort()
