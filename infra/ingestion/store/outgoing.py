"""Passages that are to be sent, on disk until they are: a large site takes no more memory than a small one."""

from __future__ import annotations

import pickle
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.ingestion.passages.pages import Passage


class Outgoing:
    """A queue of passages."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the ingestion)
        self._places: list[int] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)

    def add(self, passage: Passage) -> None:
        """Queue a passage."""
        self._places.append(self._file.seek(0, 2))
        pickle.dump(passage, self._file, pickle.HIGHEST_PROTOCOL)

    def batches(self, size: int) -> Iterator[list[Passage]]:
        """Give all of them in the order in which they came."""
        for start in range(0, len(self._places), size):
            yield [self._read(place) for place in self._places[start : start + size]]

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()

    def _read(self, place: int) -> Passage:
        self._file.seek(place)
        return pickle.load(self._file)  # noqa: S301 (our own file, which nobody else can open)
