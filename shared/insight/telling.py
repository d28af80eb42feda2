"""In which words a group of questions is told, so that none of them is one reader's own."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from shared.insight.likeness import canonical, is_small, spelled, subject
from shared.retrieval.lexical import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.insight.models import Group

KEPT_BACK: Final = "…"
"""Stands for words that too few readers used."""


def told(members: Sequence[Group], fewest: int) -> str | None:
    """The wording of most readers where enough used it; else that of which least is kept back.

    Args:
        members: Of one wording each, that ask the same.
        fewest: Readers that must have used a word before it is shown.
    """
    most_used = max(members, key=lambda each: (each.readers, -len(each.text or "")))
    if most_used.text is None or most_used.readers >= fewest:
        return most_used.text
    readers = _readers_of_words(members)
    known = {word for word, who in readers.items() if len(who) >= fewest}
    given = [_without_the_unknown(each.text or "", known) for each in members]
    return min(given, key=lambda each: (each.count(KEPT_BACK), len(each)))


def _readers_of_words(members: Sequence[Group]) -> Mapping[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for each in members:
        for word in _used(each.text or ""):
            found[word] |= each.some_readers
    return found


def _used(text: str) -> set[str]:
    """Its words as the subject has them, and those of which a phrase there made one."""
    return {*subject(text), *map(canonical, words(text.casefold()))}


def _without_the_unknown(text: str, known: set[str]) -> str:
    shown = (each if _is_known(each, known) else KEPT_BACK for each in text.split())
    return " ".join(shown)


def _is_known(piece: str, known: set[str]) -> bool:
    """Whether so much as a character of it would tell what few readers typed."""
    found = words(spelled(piece))
    return all(is_small(each) or canonical(each) in known for each in found)
