"""Does something in the middle of a batch: it waits there for a lock that a test holds, however slow either side is."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import psycopg

from shared.db import Statement
from tests.fixtures.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

MIDDLE: Final = Statement("select count(*) from pg_advisory_xact_lock(13)")
"""Where a batch waits; one that is run again does not."""


@contextmanager
def in_mid_batch(url: str, act: Callable[[int], object]) -> Generator[None]:
    """Do it as soon as the block's batch has come to `MIDDLE`, and let the batch go on afterwards.

    Args:
        url: Of Postgres itself.
        act: Gets the process id of the session that waits.
    """
    with psycopg.connect(url, autocommit=True) as holder:
        holder.execute("select pg_advisory_lock(13)")

        def work() -> None:
            until(lambda: waiting(holder), "the batch comes to its middle")
            act(waiting(holder)[0])
            with suppress(psycopg.OperationalError):  # the server may have crashed
                holder.execute("select pg_advisory_unlock(13)")

        with meanwhile(work):
            yield


def waiting(connection: psycopg.Connection) -> list[int]:
    """The process ids of the sessions that wait for a lock."""
    return [pid for [pid] in connection.execute("select pid from pg_locks where not granted").fetchall()]


@contextmanager
def meanwhile(act: Callable[[], object], after: float = 0.0) -> Generator[None]:
    """Do it beside the block, so many seconds after its beginning; what it raises is raised."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 (raised below)
            failed.append(error)

    timer = threading.Timer(after, work)
    timer.start()
    yield
    timer.join()
    if failed:
        raise failed[0]
