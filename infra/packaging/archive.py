"""Zip archives that depend on their contents alone: the same files give the same bytes on every day."""

from __future__ import annotations

import functools
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

OLDEST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say."""

READABLE_FILE = 0o100644 << 16
"""Lambda runs the files as another user than their owner, so everybody must be able to read them."""

SCRIPT = 0o100755 << 16
"""Of what begins with `#!`: told by the content, since modes may differ between checkouts."""

UNIX = 3

SMALLEST = 9
"""Of zlib's levels the slowest. Another build of zlib may find other bytes, which unpack to the same files."""


@contextmanager
def appeared_whole(path: Path) -> Generator[Path]:
    """Where to write so that `path` is either complete or as it was, even when two builds run at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def add_files(archive: Path, files: Mapping[str, Path]) -> None:
    """Append files, by the names that they have in the archive, in alphabetical order; it need not exist yet."""
    with ZipFile(archive, "a") as zipped:
        for name, path in sorted(files.items()):
            entry = ZipInfo(name, OLDEST_DATE)
            content = path.read_bytes()
            entry.create_system, entry.compress_type = UNIX, ZIP_DEFLATED
            entry.external_attr = SCRIPT if content.startswith(b"#!") else READABLE_FILE
            zipped.writestr(entry, content, compresslevel=SMALLEST)


def files_below(folder: Path) -> dict[str, Path]:
    """Every file in `folder` and its folders, by its name relative to it."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


@functools.cache
def packaging_code() -> bytes:
    """Of the modules beside this one: what they made is made anew when one of them has changed."""
    return b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))


def compile_sources(python: Path, folder: Path) -> None:
    """Put byte code beside every source in `folder`.

    /var/task is read-only, so without it every cold start would compile everything again (about twice the time).
    `unchecked-hash`: byte code that carries a date is ignored, because the archive's dates are all alike.
    `-s` and `-p` make tracebacks say /var/task instead of the folder of the build.
    """
    words = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    subprocess.run([python, "-I", *words, str(folder)], check=True)
