"""The question that a heading asks, so that a reader sees what the section under it answers.

A heading that is a question stays one, in any language. Of English ones some kinds can be turned into one without
knowing what they are about: an order, what somebody is doing, a "how to". Of others nobody can say it; they give none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERED: Final = re.compile(
    r"^(?:(?:step|part|chapter|section|q|lesson|unit)\s*\d+\s*[.:)\-\u2013\u2014]*\s*|\d+(?:\.\d+)*[.:)]?\s+)",
    re.IGNORECASE,
)
MARKS: Final = re.compile(r"[`*_\\]|[\s:.]+$")
QUESTION_MARKS: Final = ("?", "\uff1f", "\u061f")
YOURS: Final = re.compile(r"\byour\b", re.IGNORECASE)

SHORTEST: Final = 2
LONGEST: Final = 10
"""Words; a longer heading is a sentence."""
LONGEST_UNSPACED: Final = 60
"""Characters of a question; writing without spaces has one word."""

_VERBS: Final = Path(__file__).with_name("verbs.txt").read_text(encoding="utf-8").split()
ORDERS: Final = frozenset(each.removesuffix("*") for each in _VERBS)
"""Verbs that headings of instructions begin with."""
NOUNS_AS_WELL: Final = frozenset(each.removesuffix("*") for each in _VERBS if each.endswith("*"))
"""Before a noun without an article they may be one: "search index", "record files"."""

ARTICLES: Final = frozenset(["a", "all", "an", "any", "both", "each", "it", "its", "my", "new", "the", "this", "your"])

FAULTS: Final = re.compile(r"^(?:error|failure|issue|problem|warning|crash|conflict|timeout)(?:e?s)?\b", re.IGNORECASE)
DONE_TO_FAULTS: Final = re.compile(
    "analyze|avoid|catch|debug|detect|diagnose|find|fix|handle|ignore|inspect|interpret|log|manage|prevent|raise|read|"
    "report|reproduce|resolve|solve|suppress|test|throw|track|troubleshoot|understand|view"
)
"""With any other verb before them faults are what goes wrong then: "build errors" are not built."""


def question_of(heading: str, language: str = "en") -> str | None:
    """The question that the section under a heading answers; None where the heading alone does not tell."""
    text = " ".join(MARKS.sub("", NUMBERED.sub("", " ".join(heading.split()))).split())
    if text.endswith(QUESTION_MARKS):
        return text if len(text) > SHORTEST and _is_short(text) else None
    if (
        heading.lstrip().startswith("`")
        or not language.startswith("en")
        or not SHORTEST <= len(text.split()) <= LONGEST
    ):
        return None
    for form, question in FORMS.items():
        if found := form.match(text):
            return question(found)
    return _done(text)


def _is_short(text: str) -> bool:
    return len(text.split()) <= LONGEST + 2 and (" " in text or len(text) <= LONGEST_UNSPACED)


def _done(text: str) -> str | None:
    """Of an order, or of what somebody is doing."""
    verb, _, what = text.partition(" ")
    base = _base(verb.lower())
    if base is None:
        return None
    may_be_a_noun = base in NOUNS_AS_WELL and verb.lower() == base
    if may_be_a_noun and what.split()[0].lower() not in ARTICLES:
        return None
    if FAULTS.match(what) and not DONE_TO_FAULTS.fullmatch(base):
        return None
    return f"How do I {base} {_mine(what)}?"


def _base(verb: str) -> str | None:
    """`installing` and `install` are both `install`; None where the verb is none that instructions begin with."""
    stem = verb.removesuffix("ing")
    candidates = (stem, f"{stem}e", stem[:-1]) if stem != verb else (verb,)  # connecting, calibrating, running
    return next((each for each in candidates if each in ORDERS), None)


def _lower(text: str) -> str:
    """Its first word in small letters, unless it is a name."""
    first, space, rest = text.partition(" ")
    is_word = first[:1].isupper() and first[1:].islower()
    return f"{first.lower() if is_word else first}{space}{rest}"


def _is_or_are(text: str) -> str:
    return "are" if re.search(r"[^siu]s$", text) else "is"


def _mine(text: str) -> str:
    return YOURS.sub("my", text)


FORMS: Final[dict[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    re.compile(r"^how to\s+(.+)$", re.IGNORECASE): lambda found: f"How do I {_mine(_lower(found[1]))}?",
    re.compile(r"^(when|where) to\s+(.+)$", re.IGNORECASE): lambda found: (
        f"{found[1].capitalize()} should I {_mine(_lower(found[2]))}?"
    ),
    re.compile(r"^(?:what|why|how) (?:is|are|does|do)\s+\S", re.IGNORECASE): lambda found: f"{found.string}?",
    re.compile(r"^the(?:\s+\w\S*){1,4}$", re.IGNORECASE): lambda found: (
        f"What {_is_or_are(found.string)} {_lower(found.string)}?"
    ),
}
