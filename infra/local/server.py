"""A module of ours, or an installed one, that serves a port on loopback as a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.ports import LOOPBACK, answers, free_port
from infra.local.process import READY_SECONDS, Process
from infra.local.program import python_program

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.state import State


class Server:
    """`python -m <module> --port <port> <arguments>`, restartable on the same port.

    Args:
        name: What people call it; its log is named for it.
        module: What `python -m` runs.
        arguments: Further arguments.
        state: Where its log lies.
        port: The port it prefers; any free one unless given.
    """

    def __init__(self, name: str, module: str, *arguments: str | Path, state: State, port: int | None = None) -> None:
        self.port = free_port(port)
        self.url = f"http://{LOOPBACK}:{self.port}"
        log = state.logs / f"{name.replace(' ', '-')}.log"
        self.process = Process(python_program(name, "-m", module, "--port", str(self.port), *arguments, log=log))

    def start(self) -> None:
        """Start it, without waiting."""
        self.process.start()

    def wait(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it answers.

        Raises:
            ProcessFailed: It ended, or did not answer in `seconds`.
        """
        self.process.wait_until(lambda: answers(self.port), seconds)

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()
