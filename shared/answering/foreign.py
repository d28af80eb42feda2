"""Whether a question is in a language that the book is not in: by its script, else by its small words."""

from __future__ import annotations

from typing import Final

from shared.answering.languages import SCRIPTS
from shared.answering.words import USUAL, languages, signs
from shared.retrieval.lexical import mostly_latin, words

LEAST_SIGNS: Final = 2
"""Small words of a language that show it; one may stand in a name or in code."""


def foreign_language(question: str, spoken: str, book: str) -> str | None:
    """The language of ours in which to tell the reader that the book is in another one; None where it is in theirs.

    Args:
        question: As the reader wrote it.
        spoken: The language that the reader is spoken to in.
        book: The language of the pages found.
    """
    asked = written_in(question)
    if asked == "other":
        return spoken
    return asked if asked and asked != book else None


def written_in(question: str) -> str | None:
    """A language of ours; `other` for a script of none of them; None where nothing tells."""
    if not mostly_latin(question):
        return next((language for language, script in SCRIPTS if script.search(question)), "other")
    asked = words(question)
    counts = {each: sum(word in signs(each) for word in asked) for each in languages()}
    best = max(counts, key=lambda each: (counts[each], each == USUAL))
    return best if counts[best] >= LEAST_SIGNS else None
