"""Opens the database that the settings name."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from shared.db.breaker import GuardedDatabase

if TYPE_CHECKING:
    from shared.db.batch import Database
    from shared.settings.database import DatabaseSettings


def open_database(settings: DatabaseSettings) -> Database:
    """The transport that `DATABASE_TRANSPORT` names, behind a circuit breaker. The first batch connects it.

    Under SnapStart, no connection gets into the snapshot, where every container that is restored would share it.
    """
    database = GuardedDatabase(open_transport(settings))
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        import_module("snapshot_restore_py").register_before_snapshot(database.close)  # Lambda's runtime brings it
    return database


def open_transport(settings: DatabaseSettings) -> Database:
    """The transport that `DATABASE_TRANSPORT` names, by itself."""
    if settings.transport == "http":
        from shared.db.http import HttpDatabase  # noqa: PLC0415 (each transport's imports are paid for only when chosen)

        return HttpDatabase(settings)
    from shared.db.pooled import PooledDatabase  # noqa: PLC0415 (as above)

    return PooledDatabase(settings)
