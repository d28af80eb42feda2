"""One JSON line for each request and where something is handled, metrics, and where the time of a request went.

Nothing secret is logged: no header, no body, no connection string, no text of a message or an answer. A user is a
pseudonym.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # which the logger's package has loaded anyway

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Self

log = Logger(service="docs-chatbot", utc=True)
"""The project's only logger (https://docs.aws.amazon.com/powertools/python/latest/core/logger/)."""

NAMESPACE = "docs-chatbot"
"""Of our metrics in CloudWatch."""

_spent: ContextVar[dict[str, float] | None] = ContextVar("spent", default=None)

METRICS = {
    "total": "RequestMilliseconds",
    "db": "RequestDatabaseMilliseconds",
    "qdrant": "RequestQdrantMilliseconds",
    "model": "RequestModelMilliseconds",
}
"""What CloudWatch calls the parts of a request."""

_has_answered = False


def name_request(request_id: str, route: str) -> None:
    """Put these on every line until the next request, and whether this container is new; forget the last user."""
    log.append_keys(request_id=request_id, route=route, cold_start=not _has_answered, user=None)


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """What the log calls users: the same name for one user everywhere, and no id.

    Keyed, because a plain hash could be found for every id in a list of users, an export or a backup, so that the log
    would say what each of them did. Whoever reads the log has neither the key nor the secret that it follows from.
    """

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        """The pseudonyms of the deployment with this BETTER_AUTH_SECRET."""
        return cls(hmac.digest(secret.encode(), b"docs-chatbot log 1", hashlib.sha256))

    def of_user(self, user_id: str) -> str:
        """16 hexadecimal digits: two of a million users share theirs with a probability of 1 in 37 million."""
        return hmac.digest(self.key, user_id.encode(), hashlib.sha256).hex()[:16]


def name_user(pseudonym: str) -> None:
    """Put the user on every line until the next request, so that one person's trouble can be followed."""
    log.append_keys(user=pseudonym)


def report_request(status: int, spent: dict[str, float]) -> None:
    """The one line of a request, and its metrics."""
    global _has_answered  # noqa: PLW0603 (it is the container that is new or not)
    _has_answered = True
    log.info("answered", status=status, milliseconds={part: round(value, 1) for part, value in spent.items()})
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("route", str(log.get_current_keys().get("route", "none")))
    for part, milliseconds in spent.items():
        metrics.add_metric(METRICS.get(part, part), MetricUnit.Milliseconds, milliseconds)
    metrics.flush_metrics()


@contextmanager
def measured(part: str) -> Generator[None]:
    """Add the wall time of the block, in milliseconds, to `part` of the running request."""
    began = time.perf_counter()
    try:
        yield
    finally:
        spent = _spent.get()
        if spent is not None:
            spent[part] = spent.get(part, 0.0) + (time.perf_counter() - began) * 1000


@contextmanager
def request_timings() -> Generator[dict[str, float]]:
    """Collect what `measured` adds while the block runs: part -> milliseconds."""
    spent: dict[str, float] = {}
    token = _spent.set(spent)
    try:
        yield spent
    finally:
        _spent.reset(token)


def count_batch(transport: str, *, milliseconds: float, statements: int, retried: int) -> None:
    """One line of CloudWatch's embedded metric format for each batch; only on Lambda, where somebody reads it.

    Args:
        transport: How it travelled; a dimension, as is the route.
        milliseconds: From its first attempt to its outcome.
        statements: How many it had.
        retried: How many attempts it took beyond the first.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("route", str(log.get_current_keys().get("route", "none")))
    metrics.add_dimension("transport", transport)
    metrics.add_metric("DatabaseMilliseconds", MetricUnit.Milliseconds, milliseconds)
    metrics.add_metric("DatabaseStatements", MetricUnit.Count, statements)
    metrics.add_metric("DatabaseRetries", MetricUnit.Count, retried)
    metrics.flush_metrics()


def server_timing(spent: dict[str, float]) -> str:
    """The value of a `Server-Timing` header (https://www.w3.org/TR/server-timing/)."""
    return ", ".join(f"{part};dur={milliseconds:.1f}" for part, milliseconds in spent.items())
