"""The database of the container; nothing is connected before its first batch."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from shared.db import Database
from shared.db.opening import open_database
from shared.settings.database import DatabaseSettings
from shared.web import Depends


async def database() -> Database:
    """The container's database; nothing is connected before its first batch."""
    return opened_database()


@cache
def opened_database() -> Database:
    """The same, for what is no route."""
    return open_database(DatabaseSettings.read())


Db = Annotated[Database, Depends(database)]
