"""Ingestion or store are killed at any moment: the next run completes it, and questions are answered meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.contract.qdrant.stand_in import running_stand_in

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Book

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

TIMES = 10
PARTS = 150


def write(book: Book, round_: int) -> set[str]:
    """Everything is another text in each round, so that each is a collection of its own."""
    texts = {f"Round {round_} says {number}." for number in range(PARTS)}
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nRound {round_} says {number}." for number in range(PARTS)))
    return texts


def started(book: Book) -> subprocess.Popen[bytes]:
    common = ["--qdrant-url", book.server.url, "--collection", book.options.collection]
    command = [sys.executable, "-m", "infra.ingestion", str(book.folder), *common]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (our own)


def test_an_ingestion_that_is_killed_is_completed_by_the_next_and_the_old_one_answers_meanwhile(book: Book) -> None:
    moments = random.Random(7)  # noqa: S311 (the moments of a test)
    old = write(book, 0)
    book.ingest()
    for round_ in range(1, TIMES + 1):
        new = write(book, round_)
        child = started(book)
        try:
            child.wait(moments.uniform(0.5, 12))
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        said = {each for each in book.texts() if each.startswith("Round")}
        assert said in (old, new)
        assert book.ask("What does it say?")
        book.ingest()
        passages = [each["text"] for each in book.passages().values() if each["text"].startswith("Round")]
        assert sorted(passages) == sorted(new)
        old = new
    assert book.ingest().unchanged == len(book.passages())


def test_a_store_that_is_killed_is_waited_for_and_nothing_is_lost_or_doubled(book: Book) -> None:
    moments = random.Random(11)  # noqa: S311 (the moments of a test)
    with running_stand_in() as server:
        mine = replace(book, server=server)
        write(mine, 0)
        mine.ingest()
        for round_ in range(1, TIMES + 1):
            new = write(mine, round_)
            child = started(mine)
            until = time.monotonic() + moments.uniform(2, 8)
            while time.monotonic() < until and child.poll() is None:
                time.sleep(0.05)
            server.process.kill()
            server.start()
            server.wait()
            code = child.wait(120)
            # who had not reached it yet is told so, as after a mistyped address
            assert code == 0 or mine.ingest()
            passages = [each["text"] for each in mine.passages().values() if each["text"].startswith("Round")]
            assert sorted(passages) == sorted(new)
