"""The npm driver `@neondatabase/serverless`, to which our client and our stand-in are held."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.fixtures.missing import missing

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("neon_driver.mjs")
INSTALLED = PROJECT / "node_modules" / "@neondatabase" / "serverless"

CONNECTION_STRING = (
    "postgresql://app:p%40ss@ep-cool-darkness-123456-pooler.us-east-2.aws.neon.tech/appdb?sslmode=require"
)


def run_driver(
    cases: list[dict[str, Any]], connection_string: str = CONNECTION_STRING, endpoint: str | None = None
) -> dict[str, dict[str, Any]]:
    """Outcome by case: `requests` that were sent, and `result` or `error`.

    Skips the test where node or the driver is not installed; in CI that is a failure.
    """
    node = shutil.which("node")
    if node is None or not INSTALLED.exists():
        missing(f"{'node' if node is None else '@neondatabase/serverless (npm ci)'} is not installed")
    question = {"connectionString": connection_string, "endpoint": endpoint, "cases": cases}
    run = subprocess.run(  # noqa: S603 (our own script)
        [node, SCRIPT], input=json.dumps(question), capture_output=True, text=True, check=True, env={"TZ": "UTC"}
    )
    return {outcome["id"]: outcome for outcome in json.loads(run.stdout)}
