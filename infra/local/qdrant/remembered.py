"""Vectors of documents that were embedded before, on disk: the same pages are ingested for every platform of the tests.

The model takes a tenth of a second of a processor for a passage. Kept are digests of texts and their vectors, one file
for each version of the model and of the code that runs it, so that neither can change behind what is remembered.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.local.qdrant.model_files import DIGESTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CODE: Final = tuple(Path(__file__).with_name(name) for name in ("minilm.py", "wordpiece.py"))
PATIENCE_SECONDS: Final = 60.0
"""For another process that writes."""

MOST: Final = 100_000
"""Vectors in one file, 150 MB."""

AT_ONCE: Final = 500
"""Names in one query."""

TABLE: Final = "create table if not exists vector (text blob primary key, numbers blob not null) without rowid"


class Remembered:
    """One file of vectors; processes and threads may share it.

    Args:
        folder: Where the file lies, or is made.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"vectors-{version()}.sqlite"
        folder.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as database, database:
            database.execute(TABLE)

    def of(self, texts: Sequence[str]) -> dict[str, bytes]:
        """The vectors of those texts that are known."""
        by_digest = {digest(text): text for text in texts}
        digests = list(by_digest)
        with closing(self._open()) as database:
            rows = [
                row for start in range(0, len(digests), AT_ONCE) for row in _read(database, digests[start:][:AT_ONCE])
            ]
        return {by_digest[key]: numbers for key, numbers in rows}

    def add(self, vectors: Mapping[str, bytes]) -> None:
        """Remember more, as long as there is room."""
        with closing(self._open()) as database, database:
            [count] = database.execute("select count(*) from vector").fetchone()
            rows = [(digest(text), numbers) for text, numbers in vectors.items()]
            database.executemany("insert or ignore into vector values (?, ?)", rows[: max(0, MOST - count)])

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=PATIENCE_SECONDS)


def digest(text: str) -> bytes:
    """What a text is known by."""
    return hashlib.sha256(text.encode()).digest()


def version(code: Sequence[Path] = CODE) -> str:
    """Of the weights, the vocabulary and the code."""
    parts = [*sorted(DIGESTS.values()), *(file.read_text(encoding="utf-8") for file in code)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _read(database: sqlite3.Connection, digests: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    marks = ", ".join("?" * len(digests))
    return database.execute(f"select text, numbers from vector where text in ({marks})", digests).fetchall()  # noqa: S608 (marks alone)
