"""In which language a model is to write, and whether it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.languages import written_in
from shared.retrieval.lexical import mostly_latin, words

if TYPE_CHECKING:
    from shared.answering.generated.writer import Brief

ENOUGH: Final = 5
"""Words by which the language of a unit is judged."""


def requested_language(brief: Brief, book: str) -> str | None:
    """The language asked for; None where the message tells, as it does against a page that only names its own."""
    asked = brief.ask.language
    if asked and primary(asked) == book and written_in(brief.ask.message) not in {None, book}:
        return None
    return asked


def expected(brief: Brief, requested: str | None) -> str | None:
    """The language to be written in, as far as it is known: the one asked for, else the one that was written in."""
    if requested:
        return primary(requested) or None
    written = written_in(brief.ask.message)
    return brief.language if written == "other" else written


def primary(tag: str) -> str:
    """The language of a tag, without its region."""
    return re.split("[-_]", tag.strip().lower(), maxsplit=1)[0]


def is_in_another(text: str, language: str) -> bool:
    """Whether it is certainly in another language; a word or two prove nothing."""
    if len(words(text)) < ENOUGH:
        return False
    found = written_in(text)
    if language in LATIN:
        return not mostly_latin(text) or (found in LATIN and found != language)
    return language in OTHERS and mostly_latin(text)


LATIN: Final = frozenset({"de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr"})
OTHERS: Final = frozenset({"ar", "fa", "hi", "ja", "ko", "ru", "ur", "zh"})
"""Languages by whether their letters are Latin."""
