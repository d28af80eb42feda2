"""Puts groups of one wording together where they ask the same, and keeps back what too few readers asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.insight.likeness import alike, subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.insight.models import Group

REASONS = 5
"""Shown of each group."""


def shown(groups: Iterable[Group], fewest: int) -> list[Group]:
    """What so many readers asked, most asked first.

    Args:
        groups: Of one wording each, most asked first.
        fewest: Readers that must have asked something before it is shown.
    """
    together = [each for each in merged(groups) if each.readers >= fewest]
    return sorted(together, key=lambda each: (-each.times, -each.last.timestamp(), each.text or "", each.page or ""))


def merged(groups: Iterable[Group]) -> list[Group]:
    """One group for all that are alike; counts of pages stay as they are."""
    found: list[Group] = []
    subjects: defaultdict[frozenset[str], list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for each in groups:
        about = subject(each.text) if each.text is not None else frozenset[str]()
        at = next((at for key in _near(about) for at, other in subjects[key] if alike(about, other)), None)
        if each.text is None or at is None:
            for key in _near(about):
                subjects[key].append((len(found), about))
            found.append(each)
        else:
            found[at] = both(found[at], each)
    return found


def _near(about: frozenset[str]) -> Iterator[frozenset[str]]:
    """What it shares with everything that could be alike, which differs by a word at most."""
    yield about
    yield from (about - {word} for word in about)


def both(one: Group, other: Group) -> Group:
    """Two groups as one. How many readers asked both is not known, so it counts those who are known to differ."""
    readers = one.some_readers | other.some_readers
    told = max(one, other, key=lambda each: (each.readers, -len(each.text or "")))
    return replace(
        told,
        times=one.times + other.times,
        readers=max(one.readers, other.readers, len(readers)),
        last=max(one.last, other.last),
        refused=one.refused + other.refused,
        down=one.down + other.down,
        reasons=(one.reasons + other.reasons)[:REASONS],
        some_readers=readers,
    )
