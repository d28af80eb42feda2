"""What was measured, as a page of Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

HEAD: Final = """\
# The same work done otherwise

`make bench-peers` on {date}: {machine}, PostgreSQL {postgres}. {rounds} rounds of {requests} requests of each at each
route, in random order; with 10 ms added {far_rounds} of {far_requests}. All are processes on this machine that are
handed API Gateway's events; the database is the same for all. Load average {before} before, {after} after.

*x ours* compares with ours through PgBouncer in the same round: the median, and in brackets half of the rounds. What is
below 1 is faster than ours; ours *again* is the noise. *Round trips* are counted by a relay on a warm connection, which
then makes each 10 ms longer.
"""

USUAL: Final = """
*The usual stack* is FastAPI, SQLAlchemy 2 (async), asyncpg and Mangum (tests/bench/peers/usual_app.py). *Pre-ping* and
*NullPool* are what is usual on Lambda, where connections die while containers are frozen; a connection that is simply
*kept* is its best case through PgBouncer. *No PgBouncer, prepared* is its best case at all: statements stay prepared on
a connection of its own, of which Postgres has no more than some hundred. It does less than ours: no row-level security,
no repeatable requests, no log line, no metrics. Ours does all of that inside the one round trip.

*Better Auth* looks the session up, then its user, unless `advanced.database.joins` is on. With its cookie cache it
answers without the database for up to five minutes, in which a session that was ended elsewhere still counts; ours asks
each time, and uses the cache in an outage alone. `langchain-postgres` stores texts by an id; it knows no users, titles
or pages, and so has less to do than *our store*, which is ours without HTTP.
The stand-in for Neon's `/sql`, which *ours, http* goes through, is a Python program that costs more than Neon's own.
"""

FRAMEWORK: Final = """
## What the framework costs

The list of 50 conversations, with the same modules of ours below it, and a database that answers at once.
"""

COLD: Final = """
## Cold

The best of fresh processes: importing, then the first answer with its connecting. Bytecode is there. In its zips ours
starts faster still: they leave out what FastAPI imports and nobody needs (`make bench-cold`, `make bench-imports`).
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of a contender at a route.

    Attributes:
        times_ours: How many times our seconds, the median over the rounds.
        low: A quarter of the rounds had less.
        high: A quarter of the rounds had more.
        milliseconds: Of one request, the median.
        flights: Round trips of one request.
        far: Milliseconds of one request when each round trip takes 10 ms more.
        times_ours_far: How many times ours that is.
    """

    route: str
    name: str
    milliseconds: float
    times_ours: float
    low: float
    high: float
    flights: int = 0
    far: float = 0.0
    times_ours_far: float = 0.0


@dataclass(frozen=True, slots=True)
class Cold:
    """A fresh process: milliseconds of its imports, and from their beginning to the end of the first answer."""

    name: str
    imported: float
    first_answer: float
    modules: int | None
    megabytes: float


def page(measured: dict[str, Any]) -> str:
    """The whole page."""
    (rounds, far_rounds), (requests, far_requests) = measured["rounds"], measured["requests"]
    before, after = measured["load"]
    head = HEAD.format(
        date=measured["date"],
        machine=measured["machine"],
        postgres=measured["PostgreSQL"],
        rounds=rounds,
        requests=requests,
        far_rounds=far_rounds,
        far_requests=far_requests,
        before=before,
        after=after,
    )
    return "\n".join([head, *_routes(measured["lines"]), USUAL, *_faster(measured["lines"]), FRAMEWORK]) + "\n".join(
        ["", *_framework(measured["frameworks"]), COLD, *_cold(measured["cold"]), ""]
    )


def _routes(lines: list[Line]) -> list[str]:
    return [
        "| route | who | round trips | ms | x ours | ms, 10 ms away | x ours, 10 ms away |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {each.route} | {each.name} | {each.flights} | {each.milliseconds:.2f} | {_ratio(each)} "
            f"| {each.far:.1f} | {each.times_ours_far:.2f} |"
            for each in lines
        ),
    ]


def _faster(lines: list[Line]) -> list[str]:
    """Who is ahead of ours, said plainly."""
    peers = [each for each in lines if not each.name.startswith("our")]
    ahead = [f"{each.name} at {each.route} ({each.times_ours:.2f})" for each in peers if each.times_ours < 1]
    away = [f"{each.name} at {each.route} ({each.times_ours_far:.2f})" for each in peers if each.times_ours_far < 1]
    return [
        f"**Faster than ours, pooled**: {', '.join(ahead) or 'nobody'}; 10 ms away: {', '.join(away) or 'nobody'}.",
    ]


def _framework(lines: list[Line]) -> list[str]:
    return [
        "| framework | ms | x ours |",
        "|---|---|---|",
        *(f"| {each.name} | {each.milliseconds:.2f} | {_ratio(each)} |" for each in lines),
    ]


def _cold(cold: list[Cold]) -> list[str]:
    return [
        "| who | imports, ms | to the first answer, ms | modules | MB |",
        "|---|---|---|---|---|",
        *(
            f"| {each.name} | {each.imported:.0f} | {each.first_answer:.0f} | {each.modules or ''} "
            f"| {each.megabytes:.0f} |"
            for each in cold
        ),
    ]


def _ratio(line: Line) -> str:
    return f"{line.times_ours:.2f} ({line.low:.2f} to {line.high:.2f})"
