"""A function's process, for tests that freeze it: connects, and runs one batch whenever it reads a line."""

from __future__ import annotations

import json
import sys
import time

from shared import deadline
from shared.db import Statement
from shared.db.attempts import unhurried
from shared.db.opening import open_transport
from shared.errors import AppError
from shared.settings.database import DatabaseSettings

UNIT = Statement("insert into contract.run default values")


def main(patience: float) -> None:
    database = open_transport(DatabaseSettings.read())
    database.run(Statement("select 1"))
    print(json.dumps("connected"), flush=True)  # noqa: T201 (that is how it speaks)
    for _ in sys.stdin:
        began = time.monotonic()
        try:
            with deadline.within(patience), unhurried():
                database.run(UNIT, idempotent=False)
            outcome = "rows"
        except AppError as error:
            outcome = type(error).__name__
        print(json.dumps([outcome, time.monotonic() - began]), flush=True)  # noqa: T201 (the same)


if __name__ == "__main__":
    main(float(sys.argv[1]))
