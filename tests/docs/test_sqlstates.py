"""specs/sqlstates.md tells what each error of the database means: it must be so, and no class may be missing."""

from __future__ import annotations

from typing import Final

import pytest
from psycopg import errors

from shared.db.attempts import Failure
from shared.db.http import refused
from shared.db.sqlstate import Meaning, Retry, Verdict, can_ever_be_stored, judge_state
from shared.http_client import Response
from tests.docs.prose import table_rows

PAGE: Final = "specs/sqlstates.md"
STATES: Final = {row[0]: row[2:] for row in table_rows(PAGE, "# What the database's errors mean")}
ANSWERS: Final = table_rows(PAGE, "## Neon's proxy and compute")
AGAIN: Final = {Retry.NEVER: "no", Retry.SAFE: "yes", Retry.IF_IDEMPOTENT: "if idempotent"}

EVERY_CODE: Final = sorted(
    {
        found.sqlstate
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, errors.Error) and found.sqlstate is not None
    }
)


def told(verdict: Verdict) -> list[str]:
    answer = Failure(verdict, "").for_caller().status
    return [str(answer), "away" if verdict.meaning is Meaning.AWAY else "well", AGAIN[verdict.retry]]


def row_of(sqlstate: str) -> list[str]:
    return STATES.get(sqlstate) or STATES[sqlstate[:2]]


@pytest.mark.parametrize("sqlstate", [*EVERY_CODE, "RL413", "RL429"])
def test_each_code_of_postgresql_is_judged_as_its_row_says(sqlstate: str) -> None:
    outbox = "waits" if can_ever_be_stored(sqlstate) else "dead letters"
    assert row_of(sqlstate) == [*told(judge_state(sqlstate, "ERROR", "something")), outbox]


def test_no_row_is_about_a_class_that_does_not_exist() -> None:
    assert {state[:2] for state in STATES} == {code[:2] for code in EVERY_CODE} | {"00", "01", "RL"}


def test_what_is_answered_with_503_waits_in_the_outbox_always() -> None:
    assert {row[3] for row in STATES.values() if row[0] == "503"} == {"waits"}


@pytest.mark.parametrize("row", ANSWERS, ids=[row[2] + row[0] for row in ANSWERS])
def test_each_answer_of_neons_proxy_is_judged_as_its_row_says(row: list[str]) -> None:
    status, code, message, *expected = row
    severity = "ERROR" if code and code != "08P01" else ""
    answer = {"message": message.split("`")[1], "code": code, "severity": severity} if "`" in message else None
    assert told(refused(Response(int(status), {}, b""), answer).verdict) == expected
