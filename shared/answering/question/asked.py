"""What of a question a text holds: words without their endings, other words for the same, identifiers whole."""

from __future__ import annotations

import re
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from shared.record import record
from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, stem, terms, words
from shared.retrieval.synonyms import IRREGULAR_STEMS, OPPOSITES, others_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IDENTIFIER: Final = re.compile(r"(?<![\w-])--?[a-z][\w-]*|\w+(?:[_.-]+\w+)+", re.IGNORECASE)
"""`--node-ip-address`, `health_check_timeout_s`, `usage_stats.json`: words cut them to pieces that stand anywhere."""
LEAST_LETTERS: Final = 4
NONE: Final = frozenset[str]()
_COMMON: Final = frozenset(map(stem, COMMON_WORDS))
EVERYDAY: Final = _COMMON.union(*(forms for forms in IRREGULAR_STEMS if not forms.isdisjoint(_COMMON)))
"""Of which a text that holds them need not be about what is asked, in every form."""
SYMBOL: Final = re.compile(r"(?<!\S)[`\"'(]?([^\w\s]{1,3}|_|[^\w\s?!.,;:][\w-]{1,3})[`\"')?!.,;:]*(?!\S)")
"""A sign, or a flag so short that its letters tell nothing: `_`, `@`, `-uu`."""
PUNCTUATION: Final = frozenset("?!.,;:-–—…&+|/'\"()")  # noqa: RUF001 (dashes)

TWO_WORDS: Final = re.compile(r"(?=(?<![\w.-])([A-Z][\w-]* [A-Z][\w-]*))")
"""Both with a capital; in a question of nothing but such words they say nothing, but are rare."""

DENYING: Final = ("un", "dis", "de", "non")
DENIED: Final = re.compile(rf"\b({'|'.join(DENYING)})-(?=[a-z])", re.IGNORECASE)
"""Written apart: "un-deprecate" is another word than "deprecate"."""
LEAST_DENIED: Final = 5
"""Letters of what is left, which may be chance: "under" denies nothing."""


@record
class Asked:
    """A question's terms, and what else counts as one of them.

    Attributes:
        terms: Its stems, and its identifiers, whole.
        identifiers: Those of the terms.
        others: For a stem, those that mean the same.
        signs: That it asks about, which are no words.
        pairs: Of its stems, those that stand side by side.
        names: Of these pairs those that are written as the name of one thing: "Better Auth".
        forms: For a stem, the word as it was asked, and how many of it are called.
        opposites: For a stem, those that mean the opposite.
    """

    terms: frozenset[str]
    identifiers: tuple[str, ...]
    others: Mapping[str, frozenset[str]]
    signs: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    forms: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    opposites: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @classmethod
    def of(cls, question: str, without: frozenset[str] = frozenset()) -> Asked:
        """What a question asks for, without the words that only name the shape of the answer."""
        stems = frozenset(terms(question)) or frozenset(map(stem, words(question)))
        stems = _without(stems, frozenset(map(stem, without)))
        named = tuple(dict.fromkeys(filter(_is_identifier, map(str.lower, IDENTIFIER.findall(question)))))
        told = words(question)
        pairs = _pairs(told, stems)
        written = {tuple(map(stem, words(each))) for each in TWO_WORDS.findall(question)}
        return cls(
            stems | frozenset(named),
            named,
            others_of(question, stems),
            _signs(question),
            pairs,
            tuple(each for each in pairs if each in written),
            {stem(word): _forms(word) for word in told if stem(word) in stems},
            _opposites(told),
        )

    def held_by(self, text: str) -> frozenset[str]:
        """The text's stems, and the terms of the question that it holds in another way."""
        return self._held_by(text, frozenset(terms(text)))

    def placed_in(self, text: str) -> frozenset[str]:
        """The same, and of the question's words those that stand there to the letter, or side by side, too."""
        spelled = words(_joined(text))
        told = [stem(word) for word in spelled if word not in STOP_WORDS]
        held = frozenset(told)
        letters = {
            exactly(each) for each, forms in self.forms.items() if each in held and not forms.isdisjoint(spelled)
        }
        pairs = {adjacent_pair(*each) for each in self.pairs if held.issuperset(each) and _are_beside(told, *each)}
        return self._held_by(text, held) | letters | pairs

    def _held_by(self, text: str, held: frozenset[str]) -> frozenset[str]:
        more = [each for each, others in self.others.items() if not others.isdisjoint(held)]
        if self.identifiers:
            lowered = text.lower()
            more += [each for each in self.identifiers if _is_whole(each, lowered)]
        if self.signs:
            more += [each for each in self.signs if _stands_in(each, text)]
        return held.union(more) if more else held


def _without(stems: frozenset[str], left_out: frozenset[str]) -> frozenset[str]:
    """Without what only names the answer's shape, unless it is all that says anything: "what does it cost to run"."""
    left = stems - left_out
    return left if left - EVERYDAY else stems


def _joined(text: str) -> str:
    folded = text.casefold()
    return DENIED.sub(r"\1", text) if any(f"{each}-" in folded for each in DENYING) else text


def exactly(term: str) -> str:
    """What stands among the held ones for a word that is there as it was asked: "embed", not "embedding"."""
    return f"={term}"


def adjacent_pair(first: str, second: str) -> str:
    """What stands among the held ones for two words that are there side by side, as in the name "dead letter"."""
    return f"{first} {second}"


def _opposites(told: Sequence[str]) -> dict[str, frozenset[str]]:
    """For each stem of a question's words those that mean the opposite, where it does not say these as well."""
    asked = frozenset(map(stem, told))
    found = {stem(word): _negated(word) - asked for word in told if word not in STOP_WORDS}
    for one, other in OPPOSITES:
        for side, against in ((one, other), (other, one)):
            if asked.isdisjoint(against):
                found |= {each: against | found.get(each, NONE) for each in side & asked}
    return found


def _negated(word: str) -> frozenset[str]:
    """The word with what denies it before it, or without: "install" and "uninstall"."""
    without = (word.removeprefix(each) for each in ("un", "non") if word.startswith(each))
    known = (each for each in without if len(each) >= LEAST_DENIED)
    return frozenset(map(stem, (*(f"{each}{word}" for each in DENYING), *known)))


def _pairs(told: Sequence[str], stems: frozenset[str]) -> tuple[tuple[str, str], ...]:
    # of "guest's" the "s" is no word
    spelled = [word for word in told if len(word) > 1 or not word.isascii() or word.isdigit()]
    found = (
        (stem(one), stem(other))
        for one, other in pairwise(spelled)
        if STOP_WORDS.isdisjoint((one, other)) and one != other
    )
    return tuple(dict.fromkeys(each for each in found if stems.issuperset(each)))


def _are_beside(told: Sequence[str], first: str, second: str) -> bool:
    """In whichever order: "the conversation of a guest" is a guest's conversation."""
    return any({one, other} == {first, second} for one, other in pairwise(told))


def _forms(word: str) -> frozenset[str]:
    """One of it, and several."""
    one = f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s") if not word.endswith("ss") else word
    return frozenset((word, one, f"{one}s", f"{one}es", f"{one[:-1]}ies"))


def _is_whole(identifier: str, text: str) -> bool:
    """Whether it stands there, and not only as the beginning or the end of a longer one."""
    found = text.find(identifier)
    while found >= 0:
        before, behind = text[found - 1 : found], text[found + len(identifier) :][:2]
        if (
            not _continues(before)
            and not _continues(behind[:1])
            and not (behind[:1] in "-." and _continues(behind[1:]))
        ):
            return True
        found = text.find(identifier, found + 1)
    return False


def _continues(character: str) -> bool:
    return character == "_" or character.isalnum()


def _stands_in(sign: str, text: str) -> bool:
    """Whether it stands there for itself: "`-o, --output`", but not "-o2", nor "user@host"."""
    return bool(re.search(rf"(?<![^\s`\"'(\[,|/]){re.escape(sign)}(?![^\s`\"')\],|/=:.])", text))


def _signs(question: str) -> tuple[str, ...]:
    found = (each.strip("`") for each in SYMBOL.findall(question))
    return tuple(each for each in found if each and not PUNCTUATION.issuperset(each))


def _is_identifier(found: str) -> bool:
    return len(found) >= LEAST_LETTERS and any(each.isalpha() for each in found)
