"""Once a day, from EventBridge: what is too old goes, and what has expired."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Protocol

from shared import deadline
from shared.app import MARGIN_SECONDS
from shared.db import Database
from shared.db.attempts import unhurried
from shared.db.opening import open_database
from shared.expired import purge_expired, purge_guest_questions
from shared.history.retention import purge
from shared.observability import log
from shared.settings.database import DatabaseSettings, RetentionSettings


class Context(Protocol):
    """What is needed of Lambda's own."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends the invocation."""
        ...


@cache
def _database() -> Database:
    return open_database(DatabaseSettings.read())


def handler(_event: object, context: Context) -> dict[str, int]:
    """Purge, and say how much; an error fails the invocation, and Lambda tries it again twice."""
    with deadline.within(context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS), unhurried():
        purged = asdict(purge(_database(), RetentionSettings.read().history_days))
        purged |= asdict(purge_expired(_database()))
        purged["guest_questions"] = purge_guest_questions(_database())
    log.info("purged", extra=purged)
    return purged
