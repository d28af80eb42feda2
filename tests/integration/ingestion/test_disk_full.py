"""A disk is full, the ingestion's or the store's: that is said, nothing is lost, and the next run completes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.store.patience import StoreFailed
from infra.local.server import Server
from infra.local.state import State
from tests.integration.ingestion.test_killed import write

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tests.integration.ingestion.conftest import Book

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Disk:
    """A small one of its own."""

    folder: Path

    def leave(self, room: int) -> None:
        """Fill it up to so many bytes."""
        self.clear()
        free = shutil.disk_usage(self.folder).free
        with (self.folder / "ballast").open("wb") as file:
            file.truncate(0)
            os.posix_fallocate(file.fileno(), 0, max(1, free - room))

    def clear(self) -> None:
        """Make room again."""
        (self.folder / "ballast").unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Generator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", folder]
    done = subprocess.run(mount, check=False, capture_output=True)  # noqa: S603 (the system's)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "-l", folder], check=True)  # noqa: S603, S607 (the system's)


def run(book: Book, disk: Disk) -> subprocess.CompletedProcess[str]:
    """An ingestion that keeps what waits to be sent on that disk."""
    common = ["--qdrant-url", book.server.url, "--collection", book.options.collection]
    command = [sys.executable, "-m", "infra.ingestion", str(book.folder), *common]
    variables = os.environ | {"TMPDIR": str(disk.folder)}
    return subprocess.run(command, env=variables, check=False, capture_output=True, text=True, timeout=120)  # noqa: S603 (our own)


def said(book: Book) -> list[str]:
    return sorted(each["text"] for each in book.passages().values() if each["text"].startswith("Round"))


@pytest.mark.parametrize("room", [8 * 1024, 48 * 1024], ids=["at once", "later"])
def test_an_ingestion_without_room_says_so_in_a_line_and_the_next_one_completes_it(
    book: Book, disk: Disk, room: int
) -> None:
    old = write(book, 0)
    book.ingest()
    new = write(book, 1)
    disk.leave(room)

    done = run(book, disk)

    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"ingestion: the disk with {disk.folder} is full: nothing is lost; make room and run it again"
    )
    assert said(book) == sorted(old)
    assert book.ask("What does it say?")
    disk.clear()
    assert run(book, disk).returncode == 0
    assert said(book) == sorted(new)
    assert book.ingest().unchanged == len(book.passages())


def test_a_store_that_ran_out_of_room_has_what_it_had_and_the_next_ingestion_completes_it(
    book: Book, disk: Disk
) -> None:
    with State.temporary() as state:
        server = Server("qdrant", "infra.local.qdrant", "--data", disk.folder / "qdrant", state=state)
        server.start()
        try:
            server.wait()
            mine = replace(book, server=server, options=replace(book.options, wait=2))
            old = write(mine, 0)
            mine.ingest()
            new = write(mine, 1)
            disk.leave(0)
            with pytest.raises(StoreFailed):
                mine.ingest()

            disk.clear()
            server.stop()
            server.start()
            server.wait()

            assert said(mine) == sorted(old)
            assert mine.ask("What does it say?")
            mine.ingest()
            assert said(mine) == sorted(new)
            assert mine.ingest().unchanged == len(mine.passages())
        finally:
            server.stop()
