"""The platform's commands: `python -m infra.local [run | ingest DOCS | clean]`; the Makefile calls them."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from infra.local.foreground import Foreground
from infra.local.passages import ingest
from infra.local.state import AlreadyRunning, State, data_folder
from shared.settings.database import Transport

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the exit code."""
    parser = _parser()
    asked, others = parser.parse_known_args(arguments)
    if asked.command == "ingest":
        return ingest(State(asked.data), others)
    if others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    if asked.command == "clean":
        return _clean(asked.data)
    return Foreground(State(asked.data), asked.transport, asked.port).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="The whole platform on this machine.")
    parser.add_argument("--data", type=Path, default=data_folder(), help="where the data lives (%(default)s)")
    # make passes PORT= and TRANSPORT= on as variables
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or None, help="of the demo page and the API")
    parser.add_argument(
        "--transport",
        choices=get_args(Transport),
        default=os.environ.get("TRANSPORT") or "http",
        help="to the database",
    )
    parser.set_defaults(command="run")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="command")
    commands.add_parser("run", help="start everything, until Ctrl-C (the default)")
    # its arguments, --help among them, are those of python -m infra.ingestion
    commands.add_parser("ingest", help="fill the store of passages", add_help=False)
    commands.add_parser("clean", help="remove all data: accounts, conversations, passages, secrets")
    return parser


def _clean(folder: Path) -> int:
    if not folder.exists():
        print(f"There is no data ({folder}).")
        return 0
    try:
        with State(folder).locked():
            shutil.rmtree(folder)
    except AlreadyRunning:
        print("The platform is running. Stop it first (Ctrl-C).", file=sys.stderr)
        return 1
    print(f"Removed {folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
