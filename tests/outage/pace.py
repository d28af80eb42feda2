"""How long this machine takes to start a bare FastAPI, again and again while something else is measured."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import Self

USUAL_SECONDS: Final = 0.5
"""On two processors that are not shared with anything but what is measured."""
EVERY_SECONDS: Final = 5.0


class Pace:
    """A witness beside a measurement: `with Pace() as pace: ...`, then `pace.slowest`.

    Attributes:
        starts: Seconds that each start took.
    """

    def __init__(self) -> None:
        self.starts: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="pace", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def slowest(self) -> float:
        """Seconds; 0 where nothing was measured."""
        return max(self.starts, default=0.0)

    def measure(self) -> None:
        """Start one more."""
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", "import fastapi"], check=True)
        self.starts.append(time.monotonic() - began)

    def _watch(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self.measure()
