"""What lies on the owner's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

PRICED: Final = 1_000_000
"""Tokens that a price is for."""

Show = Literal["unanswered", "down", "asked", "pages"]
"""Refused; rated down; everything, most asked first; counts of each page."""


@record
class Period:
    """From one time to just before another."""

    since: datetime
    until: datetime


@record
class Chosen:
    """Which questions are looked at.

    Attributes:
        language: That their readers were spoken to in; None for all.
        page: Path of the page that they were asked on; None for all.
    """

    show: Show
    language: str | None = None
    page: str | None = None


@record
class Group:
    """Questions that ask the same.

    Attributes:
        text: One of them; None where all questions of a page are counted.
        page: Where it was asked last; None where no page was told.
        times: How often it was asked.
        readers: How many readers asked it, at least.
        last: When, most recently.
        refused: How often the book did not answer it.
        down: How often the answer was rated down.
        reasons: Why, in readers' words.
        some_readers: Numbers of those readers, as many as the threshold needs; good for telling them apart.
    """

    text: str | None
    page: str | None
    times: int
    readers: int
    last: datetime
    refused: int
    down: int
    reasons: tuple[str, ...]
    some_readers: frozenset[int]


@record
class Groups:
    """A part of the groups.

    Attributes:
        all: How many there are.
    """

    part: list[Group]
    all: int


@record
class Told:
    """Tokens that the model read, and those that it wrote."""

    read: int
    written: int

    def __add__(self, other: Told) -> Told:
        return Told(self.read + other.read, self.written + other.written)


@record
class Prices:
    """Of a million tokens of each kind, in the currency that the owner counts in."""

    read: float
    written: float

    @classmethod
    def of(cls, read: float | None, written: float | None) -> Prices | None:
        """None where one of them is not given: half of a cost is none."""
        return None if read is None or written is None else cls(read, written)

    def cost(self, told: Told) -> float:
        """What that came to."""
        return round((told.read * self.read + told.written * self.written) / PRICED, 6)


@record
class Day:
    """What was asked on a day, by UTC.

    Attributes:
        tokens: Of the model, of guests too, as the day's limits count them: with what was taken and never settled.
        told: Those of which answers told what they were; None where none did.
    """

    day: date
    questions: int
    readers: int
    modes: Mapping[str, int]
    tokens: int
    told: Told | None = None


@record
class Usage:
    """What was asked in a period.

    Attributes:
        readers: Different ones, over all its days.
    """

    readers: int
    days: tuple[Day, ...]

    @property
    def told(self) -> Told | None:
        """Of those days that know it."""
        known = [each.told for each in self.days if each.told is not None]
        return sum(known, Told(0, 0)) if known else None
