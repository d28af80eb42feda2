"""In which of our languages a reader is spoken to, and whether the book is in another one.

The request's `language` decides; else the script of the message; else the language whose phrase the message is; else
what the reader's browser prefers (`Accept-Language`). What a question is written in tells its script, else its small
words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.words import USUAL, languages, signs
from shared.retrieval.lexical import mostly_latin, words

if TYPE_CHECKING:
    from collections.abc import Sequence

URDU: Final = re.compile(r"[\u0679\u067e\u0686\u0688\u0691\u06a9\u06af\u06ba\u06be\u06c1\u06c3\u06cc\u06d2\u06d4]")
"""Letters, and the full stop, that Urdu has and Arabic does not."""

SCRIPTS: Final = (
    ("ur", URDU),
    ("ar", re.compile(r"[\u0621-\u064a]")),
    ("hi", re.compile(r"[\u0904-\u0939\u0958-\u0961]")),
    ("zh", re.compile(r"^(?!.*[\u3040-\u30ff]).*[\u4e00-\u9fff]", re.DOTALL)),
)
"""A script that one of our languages is written in; Chinese characters beside kana are Japanese."""

CODE: Final = re.compile(r"`[^`]*`|(?<![\w-])--?\w[\w-]*")
"""Is the same in every language: the `-o` of a command is no Spanish "or"."""

WEIGHT: Final = re.compile(r"\s*;\s*q\s*=\s*")
LEAST_SIGNS: Final = 2
"""Small words of a language that show it; one may stand in a name or in code."""
LISTED: Final = 20
"""Languages that are read of an Accept-Language header; a browser sends a handful."""


def spoken(asked: str | None, message: str, accepted: str | None, known: Sequence[str] = ()) -> str:
    """The language for a reply.

    Args:
        asked: BCP 47 tag that the client sent with the question.
        message: What the reader wrote.
        accepted: The header Accept-Language (RFC 9110, section 12.5.4).
        known: Languages that the message is certainly in one of.
    """
    wished = _ours(asked)
    if wished:
        return wished
    preferred = [each for each in map(_ours, _by_weight(accepted or "")) if each]
    possible = list(known) or _by_script(message)
    return next((each for each in preferred if not possible or each in possible), next(iter(possible), USUAL))


def foreign_language(question: str, spoken: str, book: str, unknown: Sequence[str] = ()) -> str | None:
    """The language of ours in which to tell the reader that the book is in another one; None where it is in theirs.

    Args:
        question: As the reader wrote it.
        spoken: The language that the reader is spoken to in.
        book: The language of the pages found.
        unknown: Words of the question that the book does not hold: where they are most of it, one small word is enough.
    """
    least = 1 if 2 * len(unknown) > len(words(question)) else LEAST_SIGNS
    asked = written_in(question, least)
    if asked == "other":
        return spoken
    return asked if asked and asked != book else None


def written_in(question: str, least: int = LEAST_SIGNS) -> str | None:
    """A language of ours; `other` for a script of none of them; None where fewer small words tell."""
    if not mostly_latin(question):
        return next((language for language, script in SCRIPTS if script.search(question)), "other")
    asked = words(CODE.sub(" ", question))
    counts = {each: sum(word in signs(each) for word in asked) for each in languages()}
    best = max(counts, key=lambda each: (counts[each], each == USUAL))
    return best if counts[best] >= least else None


def _by_script(message: str) -> list[str]:
    return [language for language, script in SCRIPTS if script.search(message)][:1]


def _ours(tag: str | None) -> str | None:
    primary = re.split(r"[-_]", (tag or "").strip().lower(), maxsplit=1)[0]
    return primary if primary in languages() else None


def _by_weight(header: str) -> list[str]:
    weighed = [_weighed(part) for part in header.split(",")[:LISTED]]
    return [tag for weight, tag in sorted(weighed, key=lambda each: -each[0]) if weight]


def _weighed(part: str) -> tuple[float, str]:
    tag, *weight = WEIGHT.split(part.strip(), maxsplit=1)
    try:
        return (float(weight[0]) if weight else 1.0), tag
    except ValueError:
        return 0.0, tag
