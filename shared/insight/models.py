"""What lies on the owner's desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

Show = Literal["unanswered", "down", "asked", "pages"]
"""Refused; rated down; everything, most asked first; counts of each page."""


@dataclass(frozen=True, slots=True)
class Period:
    """From one time to just before another."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which questions are looked at.

    Attributes:
        language: That their readers were spoken to in; None for all.
        page: Path of the page that they were asked on; None for all.
    """

    show: Show
    language: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Groups:
    """A part of the groups.

    Attributes:
        all: How many there are.
    """

    part: list[Group]
    all: int


@dataclass(frozen=True, slots=True)
class Day:
    """What was asked on a day, by UTC.

    Attributes:
        tokens: Of the model, of guests too.
    """

    day: date
    questions: int
    readers: int
    modes: Mapping[str, int]
    tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked in a period.

    Attributes:
        readers: Different ones, over all its days.
    """

    readers: int
    days: tuple[Day, ...]
