"""Puts groups of one wording together where they ask the same, and keeps back what too few readers asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shared.insight.likeness import LEAST_LETTERS, LITTLE, alike, may_be_left_out, subject
from shared.insight.models import Groups
from shared.insight.telling import told
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.insight.models import Group

EVERYTHING: Final = slice(None)

REASONS: Final = 5
"""Shown of each group."""

ALL_BUT_ONE: Final = hash("all but one")
"""Tells the number of a subject without a word from that of one that never had it."""


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
    firsts = Firsts()
    for each in groups:
        at = None if each.text is None else firsts.place(each.text, len(found))
        if at is None:
            found.append([each])
        else:
            found[at].append(each)
    return found


class Firsts:
    """The first question of each of many groups, by what it is about."""

    def __init__(self) -> None:
        self._subjects: dict[int, frozenset[str]] = {}
        self._nearest: dict[int, int] = {}
        self._further: defaultdict[int, list[int]] = defaultdict(list)

    def place(self, question: str, new: int) -> int | None:
        """The group of a question; where it is alike none, None, and the group `new` is its own."""
        about, keys = _known(question)
        if not self._nearest.keys().isdisjoint(keys.looked_for):
            at = next((at for at in self._near(keys) if alike(about, self._subjects[at])), None)
            if at is not None:
                return at
        self._subjects[new] = about
        for key in keys.kept:
            if self._nearest.setdefault(key, new) != new:
                self._further[key].append(new)
        return None

    def _near(self, keys: Keys) -> Iterator[int]:
        for key in keys.looked_for:
            if key in self._nearest:
                yield self._nearest[key]
                yield from self._further.get(key, ())


@lru_cache(maxsize=4096)
def _known(question: str) -> tuple[frozenset[str], Keys]:
    """What it is about; what is asked most is so in the next look, too."""
    about = subject(question)
    return about, Keys.of(about)


@record
class Keys:
    """Numbers by which what is alike finds each other: few others have them, however many there are.

    Attributes:
        kept: Of which `looked_for` of everything that is alike has one at least.
        looked_for: Those of the subjects that this one could be alike.
    """

    kept: list[int]
    looked_for: list[int]

    @classmethod
    def of(cls, about: frozenset[str]) -> Keys:
        """Of a subject: the numbers of its words as one, also without one of them or with half of it."""
        something_is_said = not about <= LITTLE
        whole = 0
        for word in about:
            whole ^= hash(word)
        shorter: list[int] = []
        halves: list[int] = []
        for word in about:
            rest = whole ^ hash(word)
            if may_be_left_out(word, len(about) - 1, something_is_said=something_is_said):
                shorter.append(rest)
            halves += [rest ^ half for half in _halves(word)]
        kept = [whole, *(ALL_BUT_ONE ^ each for each in shorter), *halves]
        return cls(kept, [whole, *halves, ALL_BUT_ONE ^ whole, *shorter])


@lru_cache(maxsize=4096)
def _halves(word: str) -> tuple[int, ...]:
    """Before a slip or after it, half of the word is as it should be."""
    if len(word) < LEAST_LETTERS or not word.isalpha():
        return ()
    lengths = {(len(word) - 1) // 2, (len(word) - 2) // 2}
    return tuple(hash(half) for each in lengths for half in (f"{word[:each]}-", f"-{word[-each:]}"))


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
