"""moto's server: SQS, SES and SSM on loopback, in memory: what it holds is gone when the platform stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.ports import LOOPBACK
from infra.local.server import Server

if TYPE_CHECKING:
    from infra.local.state import State


class MotoServer(Server):
    """AWS, as far as we use it. It takes seconds to come up, and nothing at start-up waits for it."""

    def __init__(self, state: State) -> None:
        super().__init__("moto", "moto.server", "-H", LOOPBACK, state=state)
