"""Greetings, thanks, farewells and questions about the assistant itself: known by their words, and never searched.

A message is small talk when phrases of `words/` make up all of it: "hi", "hello there, what can you do?". Where a
greeting stands before a question, the question alone is searched: "hi, how do I install it?".
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Literal

from shared.answering.words import languages, phrases
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

KINDS: Final = ("help", "identity", "wellbeing", "thanks", "farewell", "greeting", "acknowledgement")
"""Of a message that says several things, the first of these is answered."""

Wish = Literal["shorter", "more"]

WISHES: Final[tuple[Wish, ...]] = ("shorter", "more")
"""About the answer before; known by their words like small talk, and answered by searching once more."""

OPENING: Final = frozenset({"greeting", "wellbeing", "thanks", "acknowledgement", "filler"})
"""What may stand before a question without belonging to it."""

STATED: Final = frozenset({"thanks", "farewell", "acknowledgement"})
"""What nobody asks: with a question mark it is about something else."""

LONGEST: Final = 120
"""Characters of small talk."""

EMOTICON: Final = re.compile(r"(?<!\w)(?:[:;=8]['-]?[()DPpOo3|/*]+|<3+|\\o/|\^_*\^|xD)(?!\w)")
TECHNICAL: Final = re.compile(r"[`<>{}\[\]()=/\\$|#_@]|--|\w\.\w|\d")
"""Of commands, code, addresses and versions, which nobody greets with."""

PAUSE: Final = re.compile(
    r"\s*(?:[,.!:;\u2026\u060c\u061b\u06d4\u0964]+|[-\u2013\u2014])\s+"
    r"|\s*[,\uff0c\u3002\uff01\u3001\uff1a\uff1b]\s*|\s*\n\s*"
)
QUESTION_MARKS: Final = "?\uff1f\u061f"
STRETCHED: Final = re.compile(r"(.)\1{2,}")
APOSTROPHES: Final = "'`\u2019\u2018\u02bc\u00b4"
VARIANTS: Final = str.maketrans(
    "\u0643\u064a\u0649\u0647\u06be\u0629", "\u06a9\u06cc\u06cc\u06c1\u06c1\u06c1", "\u0640\u200c\u200d"
)
"""One of each pair of letters that keyboards of Arabic and Urdu confuse, and no joiners."""

HAN: Final = re.compile(r"[\u3400-\u9fff]")


@record
class Heard:
    """What a message is about.

    Attributes:
        question: The message without the greeting before it; empty where it is small talk.
        kind: Of small talk; None for a question.
        wish: For more than was answered, or for less, where the message is nothing else.
        languages: Those that the small talk may be in.
    """

    question: str
    kind: str | None = None
    languages: tuple[str, ...] = ()
    wish: Wish | None = None


@record
class Word:
    """A word of a message, as phrases are compared, and where it begins and ends."""

    text: str
    start: int
    end: int


@record
class Phrase:
    """A known one that a message holds, of so many words."""

    kind: str
    languages: frozenset[str]
    words: int


def heard(message: str) -> Heard:
    """Tell small talk from a question."""
    beginning = EMOTICON.sub(lambda found: " " * len(found.group()), message[:LONGEST])
    words = list(folded_words(beginning))
    if not words and len(message) <= LONGEST and _is_gesture(message):
        return Heard("", "acknowledgement")
    said = list(_phrases([word.text for word in words]))
    if any(each.kind == "topic" for each in said):
        return Heard(message)
    kinds = {each.kind for each in said}
    if len(message) <= LONGEST and _is_all(message, words, said):
        wish: Wish | None = next((each for each in WISHES if each in kinds), None)
        if wish:
            return Heard(message, wish=wish, languages=_languages(said))
        kind = next((each for each in KINDS if each in kinds), None)
        if kind and not _is_asked(message, kind):
            return Heard("", kind, _languages(said))
    return Heard(_without_opening(message, words, said))


def _is_all(message: str, words: Sequence[Word], said: Sequence[Phrase]) -> bool:
    return sum(each.words for each in said) == len(words) and not TECHNICAL.search(EMOTICON.sub(" ", message))


def _is_gesture(message: str) -> bool:
    """A thumb or a smile, and nothing else."""
    return bool(EMOTICON.search(message)) or any(unicodedata.category(each) == "So" for each in message)


def _is_asked(message: str, kind: str) -> bool:
    return kind in STATED and message.rstrip().endswith(tuple(QUESTION_MARKS))


def _languages(said: Sequence[Phrase]) -> tuple[str, ...]:
    """Those in which all of it can be said, or the first phrase of meaning at least."""
    meant = [each.languages for each in said if each.kind != "filler"]
    shared = [each for each in languages() if all(each in one for one in meant)]
    return tuple(shared) or tuple(each for each in languages() if each in meant[0])


def _without_opening(message: str, words: Sequence[Word], said: Sequence[Phrase]) -> str:
    opening = list(takewhile(lambda each: each.kind in OPENING, said))
    while opening and opening[-1].kind == "filler" and _opens(words, opening[:-1]):
        opening.pop()  # "great, and on Windows?": the "and" belongs to the question
    size = sum(each.words for each in opening)
    if not opening or size == len(words) or opening[0].kind == "filler":
        return message
    rest = message[words[size - 1].end :]
    pause = PAUSE.match(rest)
    return rest[pause.end() :] if pause else rest.strip() if _opens(words, opening) else message


def _opens(words: Sequence[Word], opening: Sequence[Phrase]) -> bool:
    """Whether a question begins after the opening, as far as its first word tells."""
    size = sum(each.words for each in opening)
    return size < len(words) and words[size].text in _openers()


def _phrases(words: Sequence[str]) -> Iterator[Phrase]:
    """The phrases that the words begin with, one after the other, each the longest that fits."""
    known, longest = _known()
    at = 0
    while at < len(words):
        fitting = range(min(longest, len(words) - at), 0, -1)
        found = next((known[key] for size in fitting if (key := tuple(words[at : at + size])) in known), None)
        if found is None:
            return
        yield found
        at += found.words


@cache
def _known() -> tuple[dict[tuple[str, ...], Phrase], int]:
    """Every phrase of every language; one that means two things means the first of them."""
    known: dict[tuple[str, ...], Phrase] = {}
    for kind in ("topic", *WISHES, *KINDS, "filler"):
        for language in languages():
            for phrase in phrases(language, kind):
                key = tuple(word.text for word in folded_words(phrase))
                before = known.get(key, Phrase(kind, frozenset(), len(key)))
                if before.kind == kind:
                    known[key] = Phrase(kind, before.languages | {language}, len(key))
    return known, max(map(len, known))


@cache
def _openers() -> frozenset[str]:
    """The first word of each."""
    openers = (phrase for language in languages() for phrase in phrases(language, "opener"))
    return frozenset(next(folded_words(phrase)).text for phrase in openers)


def folded_words(message: str) -> Iterator[Word]:
    """Folded: no case, no accents, no stretched letters; each Chinese character is a word."""
    word, start = "", 0
    for at, character in enumerate(f"{message} "):
        belongs = unicodedata.category(character)[0] in "LNM" or (word and character in APOSTROPHES)
        if word and (not belongs or HAN.match(character) or HAN.search(word)):
            yield Word(_folded(word), start, at)
            word = ""
        if belongs:
            start = start if word else at
            word += character


def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold()).translate(VARIANTS)
    plain = "".join(each for each in letters if each not in APOSTROPHES and unicodedata.category(each) != "Mn")
    return STRETCHED.sub(r"\1", plain)
