"""`python -m infra.local.neon_sql --port 4444 --postgres-port 6432`: serve the stand-in on loopback until stopped."""

from __future__ import annotations

import argparse

import uvicorn

from infra.local.neon_sql.app import MAX_BYTES, build_app
from infra.local.neon_sql.faults import CuttableProtocol
from infra.local.ports import LOOPBACK

KEEP_ALIVE_SECONDS = 75


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.neon_sql", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="where it listens, on 127.0.0.1")
    parser.add_argument("--postgres-host", default=LOOPBACK, help="of the Postgres or PgBouncer behind it")
    parser.add_argument("--postgres-port", type=int, default=5432, help="the same")
    parser.add_argument("--max-bytes", type=int, default=MAX_BYTES, help="largest request and largest answer")
    options = parser.parse_args()
    uvicorn.run(
        build_app(options.postgres_host, options.postgres_port, options.max_bytes),
        host=LOOPBACK,
        port=options.port,
        http=CuttableProtocol,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
