"""A week of the owner's desk in the terminal: `make report` (specs/insight.md).

Read as the role that owns the tables, with the same queries as the routes, the same threshold and the same masks
(OWNER_FEWEST_READERS, OWNER_SEES_SINGLE_QUESTIONS, OWNER_SEES_GUESTS), and what a day cost by MODEL_INPUT_PRICE and
MODEL_OUTPUT_PRICE. The database is that of STAGE, or the one that
DATABASE_OWNER_URL names, else that of the platform on this machine.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString, get_args

import psycopg
from psycopg.types.json import Jsonb

from infra.local.postgres import Postgres
from infra.local.process import ProcessFailed
from infra.local.state import AlreadyRunning, State, data_folder
from infra.stage_secrets import NoSecrets, database_urls
from infra.stage_settings import with_settings
from shared.clock import now
from shared.errors import Misconfigured
from shared.insight.desk import groups_of, usage_of, wanted
from shared.insight.models import Chosen, Period, Prices, Show
from shared.settings.site import OwnerSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from shared.insight.models import Group, Told, Usage

DAYS: Final = 7
MOST: Final = 10
"""Groups of each list."""
WIDEST: Final = 40
"""Characters of the longest bar."""
HEADINGS: Final[Mapping[Show, str]] = {
    "unanswered": "Not answered by the book",
    "down": "Rated down",
    "asked": "Most asked",
    "pages": "By page",
}
PORT_LINE: Final = 3
"""Of postmaster.pid (https://www.postgresql.org/docs/current/storage-file-layout.html)."""


@contextmanager
def owner_url(environ: Mapping[str, str]) -> Generator[str]:
    """Where the database is, for the role that owns its tables."""
    if environ.get("STAGE"):
        yield database_urls(environ["STAGE"], environ)["DATABASE_OWNER_URL"]
    elif environ.get("DATABASE_OWNER_URL"):
        yield environ["DATABASE_OWNER_URL"]
    else:
        with _on_this_machine(State(data_folder())) as url:
            yield url


@contextmanager
def _on_this_machine(state: State) -> Generator[str]:
    postgres = Postgres(state)
    try:
        with state.locked(), postgres:
            yield postgres.owner_url
    except AlreadyRunning:
        lines = (postgres.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        postgres.port = int(lines[PORT_LINE])
        yield postgres.owner_url


def read(url: str, period: Period, fewest: int, *, guests: bool = False) -> tuple[Usage, dict[Show, list[Group]]]:
    """What the desk shows of a period."""
    with psycopg.connect(url, autocommit=True, application_name="report") as connection:
        usage = _one(connection, "select owner_usage_and_tokens(%s, %s, %s)", period.since, period.until, guests)
        questions = {
            show: _one(
                connection,
                "select owner_questions_by_column(%s, %s, %s)",
                *(period.since, period.until, Jsonb(dict(wanted(Chosen(show), fewest, guests=guests)))),
            )
            for show in get_args(Show)
        }
    return usage_of(usage), {show: groups_of(found, fewest).part for show, found in questions.items()}


def _one(connection: psycopg.Connection[Any], query: LiteralString, *values: object) -> Any:  # noqa: ANN401 (JSON)
    found = connection.execute(query, values).fetchone()
    assert found  # noqa: S101 (a function gives one row)
    return found[0]


def lines(
    period: Period, usage: Usage, questions: Mapping[Show, list[Group]], fewest: int, prices: Prices | None = None
) -> Iterator[str]:
    """The report."""
    total = sum(each.questions for each in usage.days)
    yield f"{period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}"
    yield from _days(usage, prices)
    for show, groups in questions.items():
        yield f"\n{HEADINGS[show]}"
        yield from map(_line, groups[:MOST])
        if not groups:
            yield f"  nothing that {fewest} readers asked" if fewest > 1 else "  nothing"
    refused = sum(each.modes.get("refused", 0) for each in usage.days)
    share = refused / total if total else 0.0
    spent = _spent(sum(each.tokens for each in usage.days), usage.told, prices)
    asked = f"{_counted(total, 'question')} of {_counted(usage.readers, 'reader')}"
    yield f"\n{asked}{spent}, {share:.1%} not answered by the book"


def _days(usage: Usage, prices: Prices | None) -> Iterator[str]:
    most = max((each.questions for each in usage.days), default=0) or 1
    for each in usage.days:
        bar = "#" * round(max(WIDEST * each.questions / most, 1 if each.questions else 0))
        yield f"  {each.day}  {each.questions:6}  {bar}{_spent(each.tokens, each.told, prices)}"


def _spent(tokens: int, told: Told | None, prices: Prices | None) -> str:
    if told and prices:
        return f", cost {prices.cost(told):,.4f}"
    if told:
        return f", {told.read:,} tokens read and {told.written:,} written by the model"
    return f", {tokens:,} tokens of the model" if tokens else ""


def _line(group: Group) -> str:
    shown = _printable(group.text if group.text is not None else group.page or "")
    reasons = "".join(f"\n{'':24}“{_printable(each)}”" for each in group.reasons)
    return f"  {group.times:5} x  {_counted(group.readers, 'reader'):>12}  {shown}{reasons}"


def _counted(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _printable(text: str) -> str:
    """Nothing in it moves a terminal's cursor, or turns the rest of the line around."""
    return "".join(each if each.isprintable() else " " for each in text)


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Read, print; the exit code."""
    period, environ = Period(now() - timedelta(days=DAYS), now()), with_settings(environ)
    try:
        settings = OwnerSettings.read(environ)
        fewest, guests = settings.fewest, settings.sees_guests == "on"
        with owner_url(environ) as url:
            usage, questions = read(url, period, fewest, guests=guests)
    except (NoSecrets, Misconfigured, ProcessFailed, psycopg.Error, OSError) as error:
        print(f"There is no report: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("There is no report: stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    print("\n".join(lines(period, usage, questions, fewest, Prices.of(settings.input_price, settings.output_price))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
