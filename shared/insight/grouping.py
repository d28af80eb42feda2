"""Puts groups of one wording together where they ask the same, and keeps back what too few readers asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.insight.likeness import alike, kept_under, looked_for_under, subject
from shared.insight.telling import told

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from shared.insight.models import Group

REASONS: Final = 5
"""Shown of each group."""


def shown(groups: Iterable[Group], fewest: int) -> list[Group]:
    """What so many readers asked, most asked first.

    Args:
        groups: Of one wording each, most asked first.
        fewest: Readers that must have asked something before it is shown.
    """
    whole = (_whole(each) for each in gathered(groups))
    together = [each for each in whole if each[0].readers >= fewest]
    together.sort(key=lambda each: _most_asked_first(each[0]))
    return [replace(group, text=told(members, fewest)) for group, members in together]


def _most_asked_first(group: Group) -> tuple[int, float, str, str]:
    return -group.times, -group.last.timestamp(), group.text or "", group.page or ""


def merged(groups: Iterable[Group]) -> list[Group]:
    """One group for all that are alike; counts of pages stay as they are."""
    return [_whole(members)[0] for members in gathered(groups)]


def gathered(groups: Iterable[Group]) -> list[list[Group]]:
    """Those that are alike, side by side; each is alike the first of its own."""
    found: list[list[Group]] = []
    subjects: defaultdict[Hashable, list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for each in groups:
        about = subject(each.text) if each.text is not None else None
        at = _home(about, subjects) if about is not None else None
        if at is not None:
            found[at].append(each)
            continue
        for key in kept_under(about) if about is not None else ():
            subjects[key].append((len(found), about or frozenset()))
        found.append([each])
    return found


def _home(about: frozenset[str], subjects: defaultdict[Hashable, list[tuple[int, frozenset[str]]]]) -> int | None:
    near = (entry for key in looked_for_under(about) for entry in subjects.get(key, ()))
    return next((at for at, other in near if alike(about, other)), None)


def _whole(members: list[Group]) -> tuple[Group, list[Group]]:
    whole = members[0]
    for each in members[1:]:
        whole = both(whole, each)
    return whole, members


def both(one: Group, other: Group) -> Group:
    """Two groups as one. How many readers asked both is not known, so it counts those who are known to differ."""
    readers = one.some_readers | other.some_readers
    most_used = max(one, other, key=lambda each: (each.readers, -len(each.text or "")))
    return replace(
        most_used,
        times=one.times + other.times,
        readers=max(one.readers, other.readers, len(readers)),
        last=max(one.last, other.last),
        refused=one.refused + other.refused,
        down=one.down + other.down,
        reasons=(one.reasons + other.reasons)[:REASONS],
        some_readers=readers,
    )
