"""Tells a person how far the ingestion is: a bar on a terminal, a few lines in a log."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import Console
    from rich.progress import TaskID


class Show(Protocol):
    """Where the ingestion reports."""

    def begin(self, what: str, total: int) -> None:
        """Begin a stage of so many steps."""
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
        self._stage = self._progress.add_task(what, total=total)

    def step(self, count: int = 1) -> None:
        """Move the bar."""
        if self._stage is not None:
            self._progress.advance(self._stage, count)

    def warn(self, message: str) -> None:
        """Print above the bars."""
        self._progress.console.print(f"warning: {message}", markup=False, highlight=False, soft_wrap=True)


class Lines:
    """A line for each quarter of a stage."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._what, self._total, self._done = "", 0, 0

    def begin(self, what: str, total: int) -> None:
        """Name the stage."""
        self._what, self._total, self._done = what, total, 0

    def step(self, count: int = 1) -> None:
        """Count; print when another quarter is done."""
        quarters = self._done * 4 // self._total
        self._done += count
        if self._done * 4 // self._total > quarters:
            self._print(f"{self._what}: {self._done} of {self._total}")

    def warn(self, message: str) -> None:
        """Print a line."""
        self._print(f"warning: {message}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def shown_on(console: Console) -> Generator[Show]:
    """Choose what suits the console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)
