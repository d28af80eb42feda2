"""Filling the store of passages, whether or not the platform runs."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from infra.local.components import passages_store
from infra.local.platform import COLLECTION
from infra.local.process import Process
from infra.local.program import PROJECT, inherited_environment, python_program
from infra.local.state import RUNNING, AlreadyRunning

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from infra.local.state import State

OWN_DOCUMENTS = tuple(
    PROJECT / each
    for each in (
        "README.md",
        "specs/1-neon-db-setup/quickstart.md",
        "specs/degraded-mode.md",
        "specs/errors.md",
        "specs/guides",
        "specs/settings.md",
    )
)
"""What the first question is answered from when nobody has ingested anything yet: the pages for those who use this.

The pages for those who change it describe the same things in other words, and would often be quoted instead.
"""

SAMPLE_SITE = "self"
"""`infra.ingestion.ingest.SAMPLE_SITE`, whose module takes a second to import."""

STORES_NOTHING = frozenset({"--dry-run", "--help", "-h"})
"""Arguments with which an ingestion needs no store."""


class NoStore(RuntimeError):
    """The store can be asked by nobody right now; the message says what to do."""


def is_empty(qdrant_url: str) -> bool:
    """Whether there is no passage in the store, or no collection at all."""
    request = urllib.request.Request(  # noqa: S310 (the platform's own address, on loopback)
        f"{qdrant_url}/collections/{COLLECTION}/points/count", b"{}", {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 (as above)
            return json.load(answer)["result"]["count"] == 0
    except urllib.error.HTTPError as error:
        with error:
            return True


def ingest_own_documents(state: State, qdrant_url: str) -> None:
    """Make the project's own pages answerable, until somebody ingests a site of their own.

    Raises:
        ProcessFailed: They could not be ingested; the message ends with the tail of the log.
    """
    documents = [str(each) for each in OWN_DOCUMENTS if each.exists()]
    arguments = _arguments([*documents, "--site", SAMPLE_SITE], qdrant_url)
    ingestion = Process(python_program("ingestion", *arguments, log=state.logs / "ingestion.log"))
    ingestion.start()
    ingestion.wait_for_success()


def ingest(state: State, arguments: Sequence[str]) -> int:
    """Ingest into the running platform, or into its store alone when it does not run; the exit code.

    Args:
        state: Whose store.
        arguments: What `python -m infra.ingestion` is given, besides where the store is.
    """
    if not STORES_NOTHING.isdisjoint(arguments):
        return subprocess.run([sys.executable, "-m", "infra.ingestion", *arguments], check=False).returncode
    try:
        with opened(state) as url:
            return _run(arguments, url)
    except NoStore as error:
        print(error, file=sys.stderr)
        return 1


@contextmanager
def opened(state: State) -> Generator[str]:
    """Give the address of the running platform's store, or of the store alone, which runs until this ends.

    Raises:
        NoStore: The platform is between the two.
    """
    with ExitStack() as until_the_end:
        yield _opened(state, until_the_end)


def _opened(state: State, until_the_end: ExitStack) -> str:
    try:
        until_the_end.enter_context(state.locked())
    except AlreadyRunning as error:
        running = state.read(RUNNING)
        if running is None:
            raise NoStore("The platform is just starting or stopping. Please try again in a moment.") from error
        return running["qdrant"]
    store = passages_store(state)
    until_the_end.callback(store.stop)
    store.start()
    store.wait()
    return store.url


def _run(arguments: Sequence[str], qdrant_url: str) -> int:
    """In the foreground, so that people see its progress bar."""
    command = [sys.executable, *_arguments(arguments, qdrant_url)]
    return subprocess.run(command, env=inherited_environment(), check=False).returncode


def _arguments(arguments: Sequence[str], qdrant_url: str) -> list[str]:
    return ["-m", "infra.ingestion", *arguments, "--qdrant-url", qdrant_url, "--collection", COLLECTION]
