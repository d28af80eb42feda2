"""Tells a person how far the ingestion is: a bar on a terminal, a few lines in a log."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console
    from rich.progress import TaskID


PARTS: Final = 4
MANY: Final = 100
WORTH_SAYING: Final = 10.0
"""Seconds that are left."""


class Show(Protocol):
    """Where the ingestion reports."""

    def begin(self, what: str, total: int) -> None:
        """Begin a stage of so many steps; 0 if nobody knows."""
        ...

    def step(self, count: int = 1) -> None:
        """Note that so many steps of the stage are done."""
        ...

    def warn(self, message: str) -> None:
        """Tell the person something that did not stop the ingestion."""
        ...


class Silent:
    """Reports nothing; warnings are in the report."""

    def begin(self, what: str, total: int) -> None:
        """Do nothing."""

    def step(self, count: int = 1) -> None:
        """Do nothing."""

    def warn(self, message: str) -> None:
        """Do nothing."""


class Bars:
    """A bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage: TaskID | None = None

    def begin(self, what: str, total: int) -> None:
        """Draw a new bar."""
        self._stage = self._progress.add_task(what, total=total or None)

    def step(self, count: int = 1) -> None:
        """Move the bar."""
        if self._stage is not None:
            self._progress.advance(self._stage, count)

    def warn(self, message: str) -> None:
        """Print above the bars."""
        self._progress.console.print(f"warning: {message}", markup=False, highlight=False, soft_wrap=True)


class Lines:
    """A line for each quarter of a stage, or for each hundred steps where nobody knows how many there are.

    Args:
        console: Where they go.
        now: The time, in seconds.
    """

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._console, self._now = console, now
        self._what, self._total, self._done, self._began = "", 0, 0, 0.0

    def begin(self, what: str, total: int) -> None:
        """Name the stage."""
        self._what, self._total, self._done, self._began = what, total, 0, self._now()

    def step(self, count: int = 1) -> None:
        """Count; print when another part is done."""
        before = self._part()
        self._done += count
        if self._part() > before:
            self._print(f"{self._what}: {self._done:,}{self._rest()}")

    def warn(self, message: str) -> None:
        """Print a line."""
        self._print(f"warning: {message}")

    def _part(self) -> int:
        return self._done * PARTS // self._total if self._total else self._done // MANY

    def _rest(self) -> str:
        if not self._total:
            return ""
        seconds = (self._now() - self._began) * (self._total - self._done) / self._done
        left = f", about {duration(seconds)} left" if seconds >= WORTH_SAYING else ""
        return f" of {self._total:,}{left}"

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """Time as people say it: `40 s`, `12 min`, `2.5 h`."""
    if seconds < 2 * 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} h"


@contextmanager
def shown_on(console: Console) -> Generator[Show]:
    """Choose what suits the console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)
