"""The stand-in as a process of its own, for the tests that speak to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from infra.local.server import Server
from infra.local.state import State

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def running_stand_in() -> Generator[Server]:
    """Run the stand-in on an empty store that is gone afterwards."""
    with State.temporary() as state:
        server = Server("qdrant", "infra.local.qdrant", "--data", state.private_folder("qdrant"), state=state)
        server.start()
        try:
            server.wait()
            yield server
        finally:
            server.stop()
