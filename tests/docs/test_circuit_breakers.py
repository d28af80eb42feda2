"""specs/degraded-mode.md says how long the circuit breakers pause: it must be so."""

from __future__ import annotations

from shared import breaker, guarded_client
from shared.db import breaker as database_breaker
from shared.model import client
from shared.settings.answers import ModelSettings
from tests.docs.prose import table_rows

PAGE = "specs/degraded-mode.md"


def test_the_pauses_are_those_of_the_code() -> None:
    told = {row[0]: tuple(float(cell.split()[0]) for cell in row[1:]) for row in table_rows(PAGE, "## In time")}

    assert told == {
        "database": (database_breaker.FIRST_PAUSE, breaker.LONGEST_PAUSE, breaker.PROBE_SECONDS),
        "search": (guarded_client.FIRST_PAUSE, breaker.LONGEST_PAUSE, guarded_client.PROBE_SECONDS),
        "model": (client.FIRST_PAUSE, breaker.LONGEST_PAUSE, ModelSettings.read({}).first_seconds),
    }
