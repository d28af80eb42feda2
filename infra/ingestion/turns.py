"""Two ingestions into one collection take turns: the second then finds that nothing is left to do."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.ingestion.progress import Show


@contextmanager
def taking_turns(url: str, collection: str, show: Show) -> Generator[None]:
    """Wait until nobody else on this machine ingests into the collection; the system ends a turn with its process."""
    path = lock_of(url, collection)
    with _turn(path, collection, show):
        try:
            yield
        finally:
            # still locked: whoever waits for this file will see that it is gone, and take the one that comes after it
            path.unlink(missing_ok=True)


def lock_of(url: str, collection: str) -> Path:
    """The file that is locked, in the folder of temporary ones."""
    name = hashlib.sha256(f"{url} {collection}".encode()).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"docs-chatbot-ingestion-{os.getuid()}-{name}.lock"


def _turn(path: Path, collection: str, show: Show) -> IO[str]:
    """The file, locked, and still the one that others would lock."""
    file = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        show.warn(f"another ingestion into {collection} is under way; this one waits for it")
        fcntl.flock(file, fcntl.LOCK_EX)
    if _is_there(file, path):
        return file
    file.close()
    return _turn(path, collection, show)


def _is_there(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
