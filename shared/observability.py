"""One JSON line for each request, which is its metrics too, and one wherever something is handled.

Nothing secret is logged: no header, no body, no connection string, no text of a message or an answer. A user is a
pseudonym.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit  # which the logger's package has loaded anyway

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Generator

VERSION: Final = "0.2.0"
"""Of the project, as in pyproject.toml, which no zip holds."""

log = Logger(service="docs-chatbot", utc=True, version=VERSION)
"""The project's only logger (https://docs.aws.amazon.com/powertools/python/latest/core/logger/)."""

NAMESPACE = "docs-chatbot"
"""Of our metrics in CloudWatch."""

METRICS = {
    "total": "RequestMilliseconds",
    "db": "RequestDatabaseMilliseconds",
    "qdrant": "RequestQdrantMilliseconds",
    "model": "RequestModelMilliseconds",
    "queue": "RequestQueueMilliseconds",
    "jwks": "RequestKeysMilliseconds",
}
"""What CloudWatch calls the parts of a request: all that `measured` is given."""

WITHOUT = {
    "database": "WithoutDatabase",
    "retrieval": "WithoutRetrieval",
    "model": "WithoutModel",
    "queue": "WithoutQueue",
}
"""Counts requests that had to do without a component, or were refused for want of it."""

COUNTED = (
    "TurnsQueued",
    "ReceiptsGiven",
    "AnswersRefused",
    "BreakersOpened",
    "AnswersWritten",
    "ChecksFailed",
    "ModelTokens",
)
"""What else is counted. These and those above are metrics of the whole stack: alarms watch them (specs/runbook.md)."""

Event: TypeAlias = Literal[
    "address_change_asked",
    "address_changed",
    "address_verified",
    "ban_enforced",
    "foreign_id_asked",
    "foreign_page_refused",
    "host_bypassed",
    "limit_reached",
    "link_refused",
    "password_changed",
    "password_refused",
    "password_reset",
    "reset_asked",
    "second_factor_asked",
    "session_refused",
    "sessions_ended",
    "sign_in_refused",
    "sign_up_refused",
    "signed_in",
    "signed_out",
    "signed_up",
    "user_delete_asked",
    "user_deleted",
]
"""What happens to accounts, and what is refused and may be an attack (specs/security-events.md)."""

_has_answered = False


@record
class _Request:
    """What there is to tell of the running request: milliseconds of its parts, its batches, what became of it."""

    spent: dict[str, float]
    batches: EphemeralMetrics
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    without: set[str] = field(default_factory=set[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])


_running: ContextVar[_Request | None] = ContextVar("running", default=None)


_named: ContextVar[str] = ContextVar("named", default="")


def name_request(request_id: str, route: str) -> None:
    """Put these on every line until the next request, and whether this container is new; forget the last user."""
    _named.set(request_id)
    log.append_keys(request_id=request_id, route=route, cold_start=not _has_answered, user=None)


def request_named() -> str:
    """The id of the running request, as its reader has seen it; empty where there is none."""
    return _named.get()


def name_user(pseudonym: str) -> None:
    """Put the user on every line until the next request, so that one person's trouble can be followed."""
    log.append_keys(user=pseudonym)


def user_is_named() -> bool:
    """Whether somebody signed in asks."""
    return bool(log.get_current_keys().get("user"))


def report_request(status: int, spent: dict[str, float]) -> None:
    """The one line of a request; on Lambda its metrics and those of its batches are in it.

    CloudWatch finds metrics in any line that is a JSON object with an `_aws` member, whatever else it holds
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
    Lines are what logging costs, in time and in money.
    """
    global _has_answered  # noqa: PLW0603 (it is the container that is new or not)
    _has_answered = True
    milliseconds = {part: round(value, 1) for part, value in spent.items()}
    log.info("answered", status=status, milliseconds=milliseconds, **_outcome(), **_metrics_of_request(spent))


def _outcome() -> dict[str, Any]:
    request = _running.get()
    if request is None:
        return {}
    return request.facts | ({"without": sorted(request.without)} if request.without else {})


def _metrics_of_request(spent: dict[str, float]) -> dict[str, Any]:
    if not _somebody_counts():
        return {}
    parts = _new_metrics()
    for part, milliseconds in spent.items():
        parts.add_metric(METRICS[part], MetricUnit.Milliseconds, milliseconds)
    request = _running.get()
    further = (request.batches, _counts_of(request)) if request else ()
    return _in_one([parts, *(each for each in further if each.metric_set)])


def _counts_of(request: _Request) -> EphemeralMetrics:
    """Of the whole stack: an alarm watches one metric."""
    metrics = _metrics_of_stack()
    for name, count in request.counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    for component in request.without & WITHOUT.keys():
        metrics.add_metric(WITHOUT[component], MetricUnit.Count, 1)
    return metrics


def tell(event: Event, reason: str) -> None:
    """Put the event on the line of the running request.

    Args:
        event: What happened.
        reason: Why, or by which way, in a fixed word: nothing that somebody sent.
    """
    note(event=event, reason=reason.lower())


def note(**facts: Any) -> None:  # noqa: ANN401 (whatever JSON can hold)
    """Put these on the line of the running request: what became of it, and no text of anybody."""
    if request := _running.get():
        request.facts.update(facts)


def count(name: str, by: int = 1) -> None:
    """Count one of COUNTED in the running request."""
    if request := _running.get():
        request.counts[name] = request.counts.get(name, 0) + by


def count_without(component: str) -> None:
    """The running request had to do without a component, or is refused for want of it; counted once a request."""
    if request := _running.get():
        request.without.add(component)


def _in_one(several: list[EphemeralMetrics]) -> dict[str, Any]:
    """What the members of one line tell, each in a directive of its own: they have other dimensions."""
    told = [cast("dict[str, Any]", each.serialize_metric_set()) for each in several]  # pyright: ignore[reportUnknownMemberType] (it takes a bare `dict`)
    line = {name: value for each in told for name, value in each.items()}
    directives = [directive for each in told for directive in each["_aws"]["CloudWatchMetrics"]]
    return line | {"_aws": line["_aws"] | {"CloudWatchMetrics": directives}}


def _somebody_counts() -> bool:
    """Only on Lambda somebody reads metrics."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def _new_metrics() -> EphemeralMetrics:
    metrics = _metrics_of_stack()
    metrics.add_dimension("route", str(log.get_current_keys().get("route", "none")))
    return metrics


def _metrics_of_stack() -> EphemeralMetrics:
    """Told apart from those of the account's other stages: all names of a stack's functions begin with its name."""
    metrics = EphemeralMetrics(namespace=NAMESPACE)
    metrics.add_dimension("stack", os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "").rpartition("-")[0] or "none")
    return metrics


@contextmanager
def measured(part: str) -> Generator[None]:
    """Add the wall time of the block, in milliseconds, to `part` of the running request."""
    began = time.perf_counter()
    try:
        yield
    finally:
        request = _running.get()
        if request:
            request.spent[part] = request.spent.get(part, 0.0) + (time.perf_counter() - began) * 1000


@contextmanager
def request_timings() -> Generator[dict[str, float]]:
    """Collect what `measured` and `count_batch` tell while the block runs; yields part -> milliseconds."""
    request = _Request({}, _new_metrics())
    token = _running.set(request)
    try:
        yield request.spent
    finally:
        _running.reset(token)


def count_batch(transport: str, *, milliseconds: float, statements: int, retried: int) -> None:
    """Count a batch among the metrics of its request; where there is none, in a line of its own.

    Args:
        transport: How it travelled; a dimension, as is the route.
        milliseconds: From its first attempt to its outcome.
        statements: How many it had.
        retried: How many attempts it took beyond the first.
    """
    if not _somebody_counts():
        return
    request = _running.get()
    metrics = request.batches if request else _new_metrics()
    metrics.add_dimension("transport", transport)
    metrics.add_metric("DatabaseMilliseconds", MetricUnit.Milliseconds, milliseconds)
    metrics.add_metric("DatabaseStatements", MetricUnit.Count, statements)
    metrics.add_metric("DatabaseRetries", MetricUnit.Count, retried)
    if not request:
        metrics.flush_metrics()


def server_timing(spent: dict[str, float]) -> str:
    """The value of a `Server-Timing` header (https://www.w3.org/TR/server-timing/)."""
    return ", ".join(f"{part};dur={milliseconds:.1f}" for part, milliseconds in spent.items())
