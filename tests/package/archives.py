"""Zips as Lambda unpacks them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from pathlib import Path


def extract(archive: Path, folder: Path, unpacked: dict[tuple[str, int, int], Path]) -> None:
    """Unpack; what an earlier archive held as well, by name, size and checksum, becomes the same file once more."""
    with ZipFile(archive) as zipped:
        for entry in zipped.infolist():
            path = folder / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            twin = unpacked.get((entry.filename, entry.file_size, entry.CRC))
            if twin:
                path.hardlink_to(twin)
            else:
                path.write_bytes(zipped.read(entry))
                unpacked[entry.filename, entry.file_size, entry.CRC] = path
