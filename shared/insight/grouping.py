"""Puts groups of one wording together where they ask the same, and keeps back what too few readers asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.insight.keys import Keys
from shared.insight.likeness import alike, subject
from shared.insight.models import Groups
from shared.insight.telling import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.insight.models import Group

EVERYTHING: Final = slice(None)

REASONS: Final = 5
"""Shown of each group."""


def shown(groups: Iterable[Group], fewest: int, part: slice = EVERYTHING) -> Groups:
    """What so many readers asked, most asked first.

    Args:
        groups: Of one wording each, most asked first.
        fewest: Readers that must have asked something before it is shown.
        part: Of them; how the others are worded is not asked.
    """
    whole = (_whole(each) for each in gathered(groups))
    together = [each for each in whole if each[0].readers >= fewest]
    together.sort(key=lambda each: _most_asked_first(each[0]))
    return Groups([replace(group, text=told(members, fewest)) for group, members in together[part]], len(together))


def _most_asked_first(group: Group) -> tuple[int, float, str, str]:
    return -group.times, -group.last.timestamp(), group.text or "", group.page or ""


def merged(groups: Iterable[Group]) -> list[Group]:
    """One group for all that are alike; counts of pages stay as they are."""
    return [_whole(members)[0] for members in gathered(groups)]


def gathered(groups: Iterable[Group]) -> list[list[Group]]:
    """Those that are alike, side by side; each is alike the first of its own."""
    found: list[list[Group]] = []
    firsts: defaultdict[int, list[tuple[int, frozenset[str]]]] = defaultdict(list)
    for each in groups:
        if each.text is None:
            found.append([each])
            continue
        about = subject(each.text)
        keys = Keys.of(about)
        at = _home(about, keys, firsts)
        if at is not None:
            found[at].append(each)
            continue
        for key in keys.kept:
            firsts[key].append((len(found), about))
        found.append([each])
    return found


def _home(about: frozenset[str], keys: Keys, firsts: Mapping[int, list[tuple[int, frozenset[str]]]]) -> int | None:
    for key in keys.looked_for:
        for at, other in firsts.get(key, ()):
            if alike(about, other):
                return at
    return None


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
