"""Two ingestions into one collection take turns: the second then finds that nothing is left to do."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.ingestion.progress import Show


@contextmanager
def taking_turns(url: str, collection: str, show: Show) -> Generator[None]:
    """Wait until nobody else on this machine ingests into the collection; the system ends a turn with its process."""
    name = hashlib.sha256(f"{url} {collection}".encode()).hexdigest()[:24]
    path = Path(tempfile.gettempdir()) / f"docs-chatbot-ingestion-{os.getuid()}-{name}.lock"
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            show.warn(f"another ingestion into {collection} is under way; this one waits for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
