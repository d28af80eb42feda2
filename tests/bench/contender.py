"""One client in a process of its own: `python -m tests.bench.contender NAME` reads a number of batches from each line,
runs them one after the other, and prints the seconds they took.

Everybody does the same work: two statements in one transaction, one of them with a user's id, one with a row of values.
`rivals` are imported from another environment than the project's (infra/requirements/bench.txt), so nothing of them is
imported at the top.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

URL: Final = os.environ.get("DATABASE_URL", "")
ENDPOINT: Final = os.environ.get("DATABASE_HTTP_ENDPOINT", "")

IDENTITY: Final = "select set_config('app.user_id', $1::text, true)"
ROW: Final = "select $1::int as number, $2::text as text, $3::uuid as id, now() as at"
USER: Final = "018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a"
WARM_UP: Final = 50


def bare_post() -> Callable[[], object]:
    """The least that HTTP costs in Python: a body that is ready, an answer that nobody looks into."""
    parts = urlsplit(ENDPOINT)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    queries = [{"query": IDENTITY, "params": [USER]}, {"query": ROW, "params": ["1", "text", USER]}]
    body = json.dumps({"queries": queries}, separators=(",", ":"))
    headers = {"Neon-Connection-String": URL, "Neon-Raw-Text-Output": "true", "Neon-Array-Mode": "true"}

    def run() -> bytes:
        connection.request("POST", parts.path, body, headers)
        return connection.getresponse().read()

    return run


def bare_pipeline() -> Callable[[], object]:
    """The least that one round trip costs in psycopg."""
    psycopg = import_module("psycopg")
    connection = psycopg.connect(URL, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.RawCursor)

    def run() -> object:
        first, second = connection.cursor(), connection.cursor()
        with connection.pipeline():
            first.execute(IDENTITY, [USER])
            second.execute(ROW, [1, "text", USER])
        return first.fetchall(), second.fetchall()

    return run


def ours() -> Callable[[], object]:
    """The transport that DATABASE_TRANSPORT names, as functions get it."""
    db, settings, uuid = import_module("shared.db"), import_module("shared.settings.database"), import_module("uuid")
    database = import_module("shared.db.opening").open_database(settings.DatabaseSettings.read())
    identity, user = db.Statement(IDENTITY, (USER,)), uuid.UUID(USER)
    return lambda: database.run(identity, db.Statement(ROW, (1, "text", user)))


def neon_serverless() -> Callable[[], object]:
    sql = import_module("neon_serverless").neon(URL, endpoint=ENDPOINT)
    return lambda: sql.transaction([(IDENTITY, [USER]), (ROW, [1, "text", USER])])


def sqlalchemy() -> Callable[[], object]:
    alchemy = import_module("sqlalchemy")
    engine = alchemy.create_engine(
        URL.replace("postgresql://", "postgresql+psycopg://"), pool_size=1, connect_args={"prepare_threshold": None}
    )
    identity = alchemy.text("select set_config('app.user_id', cast(:user as text), true)")
    row = alchemy.text(
        "select cast(:number as int) as number, cast(:text as text) as text, cast(:id as uuid) as id, now() as at"
    )

    def run() -> object:
        with engine.begin() as connection:
            connection.execute(identity, {"user": USER})
            return connection.execute(row, {"number": 1, "text": "text", "id": USER}).all()

    return run


CONTENDERS: Final[dict[str, Callable[[], Callable[[], Any]]]] = {
    "bare POST": bare_post,
    "bare pipeline": bare_pipeline,
    "ours": ours,
    "neon-serverless": neon_serverless,
    "sqlalchemy": sqlalchemy,
}


def main() -> None:
    run = CONTENDERS[sys.argv[1]]()
    for _ in range(WARM_UP):
        run()
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(int(line)):
            run()
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
