"""Messages that say nothing by themselves, in every language of `words/`: "und die Kamera?", "¿por qué?", "第三个".

A message is read as the phrases that it is made of. What is none of them is what it is about; where that is nothing, or
a word or two after "and", it leans on what was said before. English has more ways to do so (`follow_up.py`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from shared.answering.conversation.small_talk import HAN, folded_words
from shared.answering.words import USUAL, languages, phrases, signs
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.answering.conversation.small_talk import Word

ABOUT: Final = 2
"""Words of its own that a message may have beside one that points back."""
JOINED: Final = 3
"""Words of its own that may follow an "and" without being a question of their own."""
HAN_WORD: Final = 2
"""Characters of a Chinese word, as a rule."""
LAST: Final = 10
"""The place of "the last one" in the lists of ordinals."""
PREFIX: Final = "-"
"""Ends a phrase that is written together with the word after it, as the Arabic "and" is."""
LONGEST: Final = 80
"""Characters of a message that leans and says little else."""
OWN: Final = "own"
KINDS: Final = ("pointing", "joined", "asking", "item", "order", "filler", "opener")
TELLING: Final = frozenset({"asking", "pointing", "ordinal", "joined"})
"""By one of these a message is known to be in a language, where no word of its own tells."""


@record
class Leaning:
    """A message that leans on what was said before.

    Attributes:
        about: What it names, else what it asks; empty where it only says "why?" or "and then?".
        continues: It begins with "and", and names something else of which the same is asked.
        place: Of the item that it points at, from 0; -1 for the last; None where it points at none.
    """

    about: str
    continues: bool = False
    place: int | None = None


@record
class _Part:
    """A phrase of a message: of which kind, its first word and the one behind it, and which place it names."""

    kind: str
    first: int
    end: int
    place: int | None = None


def leaning(message: str) -> Leaning | None:
    """How a message in another language than English leans on what was said; None where it stands alone."""
    words = list(folded_words(message[: LONGEST + 1]))
    if not words or len(message) > LONGEST:
        return None
    found = (_leaning(message, words, each) for each in languages() if each != USUAL)
    return next((each for each in found if each is not None), None)


def _leaning(message: str, words: Sequence[Word], language: str) -> Leaning | None:
    parts = _parts([each.text for each in words], language)
    own = [each for each in parts if each.kind == OWN]
    place = _pointed(parts)
    continues = parts[0].kind == "joined" and bool(own)
    told = Leaning(_text(message, words, own or [each for each in parts if each.kind == "asking"]), continues, place)
    if not own:
        return told if _is_of(words, parts, language) else None
    points = place is not None or any(each.kind == "pointing" for each in parts) or _ends_pointing(words, language)
    return told if (continues or points) and _size(words, own) <= (JOINED if continues else ABOUT) else None


def _parts(words: Sequence[str], language: str) -> list[_Part]:
    """The phrases of a message, each the longest that fits; a word of no phrase is its own."""
    known, longest = _known(language)
    parts: list[_Part] = []
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((size for size in sizes if tuple(words[at : at + size]) in known), 0)
        if not size and not at and words[0].startswith(_prefixes(language)):
            parts.append(_Part("joined", 0, 0))
        kind, place = known[tuple(words[at : at + size])] if size else (OWN, None)
        parts.append(_Part(kind, at, at + (size or 1), place))
        at += size or 1
    return parts


@cache
def _known(language: str) -> tuple[dict[tuple[str, ...], tuple[str, int | None]], int]:
    """Kind and place by the words of a phrase; one that is of two kinds is of the first of them."""
    known: dict[tuple[str, ...], tuple[str, int | None]] = {}
    for place, alternatives in enumerate(phrases(language, "ordinal")):
        known |= {_key(each): ("ordinal", -1 if place == LAST else place) for each in alternatives.split("|")}
    for kind in KINDS:
        for phrase in phrases(language, kind):
            if not phrase.endswith(PREFIX):
                known.setdefault(_key(phrase), (kind, None))
    for sign in _small(language):
        known.setdefault(sign, ("opener", None))
    return known, max(map(len, known))


@cache
def _prefixes(language: str) -> tuple[str, ...]:
    return tuple(_key(each)[0] for each in phrases(language, "joined") if each.endswith(PREFIX))


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(each.text for each in folded_words(phrase))


def _pointed(parts: Sequence[_Part]) -> int | None:
    """The place that an ordinal names beside an item, or at the end: "der dritte Punkt", "el segundo?"."""
    for at, part in enumerate(parts):
        beside = [each.kind for each in (*parts[max(0, at - 1) : at], *parts[at + 1 : at + 2])]
        behind = {each.kind for each in parts[at + 1 :]}
        if part.kind == "ordinal" and ("item" in beside or behind <= {"order", "filler"}):
            return part.place
    return None


def _ends_pointing(words: Sequence[Word], language: str) -> bool:
    """It ends with a word that is an article elsewhere: "Was bedeutet das?"."""
    texts = tuple(each.text for each in words)
    return any(texts[-len(each) :] == each for each in _ends(language))


@cache
def _ends(language: str) -> frozenset[tuple[str, ...]]:
    return frozenset(map(_key, phrases(language, "pointing_last")))


@cache
def _small(language: str) -> frozenset[tuple[str, ...]]:
    return frozenset(map(_key, signs(language)))


def _is_of(words: Sequence[Word], parts: Sequence[_Part], language: str) -> bool:
    """Whether a message that is nothing but phrases is in the language: some short words are words of several."""
    known = any(each.kind in TELLING for each in parts) or any((each.text,) in _small(language) for each in words)
    return known or not words[0].text.isascii()


def _size(words: Sequence[Word], own: Sequence[_Part]) -> float:
    count = sum(each.end - each.first for each in own)
    return count / HAN_WORD if HAN.match(words[own[0].first].text) else count


def _text(message: str, words: Sequence[Word], parts: Sequence[_Part]) -> str:
    """The words of some parts, as they were written; those that stand side by side stay so."""
    told = ""
    for part in parts:
        start, end = words[part.first].start, words[part.end - 1].end
        beside = told and start and not message[start - 1].isspace()
        told += ("" if beside or not told else " ") + message[start:end]
    return told
