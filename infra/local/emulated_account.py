"""`make emulator`: an AWS account, a database and a store of passages to follow specs/guides/aws.md with, until Ctrl-C.

Nothing of it is real and nothing of it stays. `make deploy-local` deploys by itself; here a person types the commands.
"""

from __future__ import annotations

import json
import shlex
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from infra.local.emulator import CREDENTIALS, PYTHON, REGION, Emulator, functions_secret
from infra.local.interruption import interrupt_once
from infra.local.platform import Platform
from infra.local.process import ProcessFailed
from infra.local.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WATCH_SECONDS: Final = 0.5
OTHERS: Final = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
"""What would lead a command to an account that costs money."""

BANNER: Final = """
    An AWS account with nothing in it, PostgreSQL and a store of passages are there until Ctrl-C.
    In another terminal, in this project:

        . {shell}    # now every command goes there, and not to AWS

    and follow specs/guides/aws.md from 3. on, with these differences:

    3. secret.json and owner.json are written: cp {folder}/*.json .
    4. npm run deploy -- --stage prod --param emulator=true
       {url}/_aws/execute-api/ID    is what AWS calls https://ID.execute-api.{region}.amazonaws.com
    logs  {logs}
"""


def main() -> int:
    """Start everything, wait for Ctrl-C, stop everything; the exit code."""
    if not PYTHON.exists():
        print("ministack is not installed: run `make emulator`", file=sys.stderr)
        return 2
    interrupt_once()
    try:
        with State.temporary() as state, suppress(KeyboardInterrupt):
            _serve(state)
    except ProcessFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("everything is stopped, and nothing of it is left")
    return 0


def _serve(state: State) -> None:
    with Platform(state) as platform:
        variables = platform.environment("http")
        # on AWS Neon's address follows from the database's host
        with Emulator(state, {"DATABASE_HTTP_ENDPOINT": variables["DATABASE_HTTP_ENDPOINT"]}) as emulator:
            folder = state.private_folder("guide")
            _write(folder, variables, platform.postgres.owner_url)
            shell = folder / "aws.sh"
            shell.write_text(_shell(emulator.url), "utf-8")
            quoted = {"shell": shlex.quote(str(shell)), "folder": shlex.quote(str(folder))}
            print(BANNER.format(**quoted, url=emulator.url, region=REGION, logs=state.logs), flush=True)
            while True:
                platform.check()
                emulator.process.check()
                time.sleep(WATCH_SECONDS)


def _write(folder: Path, variables: Mapping[str, str], owner_url: str) -> None:
    """The two secrets of the guide."""
    (folder / "secret.json").write_text(functions_secret(variables), "utf-8")
    (folder / "owner.json").write_text(json.dumps({"DATABASE_OWNER_URL": owner_url}), "utf-8")


def _shell(url: str) -> str:
    chosen = {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": url}
    lines = [f"export {name}={value}" for name, value in chosen.items()]
    return "\n".join([f"unset {' '.join(OTHERS)}", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
