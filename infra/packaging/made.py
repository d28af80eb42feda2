"""Zips that lie there from before: one that would be made of the same files again is left as it is."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.packaging.archive import packaging_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """A zip, and what it is made of.

    Attributes:
        dependencies: The archive that it begins as.
        own: What is added, by its name there.
    """

    path: Path
    dependencies: Path
    own: Mapping[str, Path]

    def is_still_there(self) -> bool:
        """Whether it was made of just this, and nobody has touched it since."""
        try:
            return self._noted_in.read_text("ascii") == self._note()
        except FileNotFoundError:
            return False

    def note(self) -> None:
        """Remember beside it what it has been made of."""
        self._noted_in.write_text(self._note(), "ascii")

    @property
    def _noted_in(self) -> Path:
        return self.path.with_name(f".{self.path.name}.made-of")

    def _note(self) -> str:
        state = self.path.stat()
        return f"{self._ingredients()} {state.st_size} {state.st_mtime_ns}"

    def _ingredients(self) -> str:
        digest = hashlib.sha256(packaging_code() + _digest_of(self.dependencies))
        for name, path in sorted(self.own.items()):
            content = path.read_bytes()
            digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()


@functools.cache
def _digest_of(archive: Path) -> bytes:
    """Of what the dependencies are kept in; its name says what is in it, so it is read once a process."""
    return hashlib.sha256(archive.read_bytes()).digest()
