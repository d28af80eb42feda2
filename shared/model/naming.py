"""What a sentence names: flags, identifiers, versions, products, people. A source must call each of them so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.numerals import SMALL, TENS
from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, stem

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAG: Final = re.compile(r"(?:(?<=[\s(\"'/,|])|^)--?[A-Za-z][\w-]*")
TOKEN: Final = re.compile(r"[^\s,;!?()\[\]{}\"'\u201c\u201d\u2018\u2019<>|*]+")
LATIN_WORD: Final = re.compile(r"(?<!\w)[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'\u2019-]*(?!\w)")
START: Final = re.compile(r"(?:^|[.!?:|\u2014\u2013][\"')*_]*\s|[\"(\u201c*]|\n)\s*$")
"""What stands before a word that is written with a capital whatever it is."""

NEAR: Final = 24
"""Characters before a word among which a sentence would have begun."""
VERB: Final = re.compile(
    r"^[\s*_]*(?:(?:is|are|was|were|has|have|had|can|will|does|do|did|must|may|should|cannot|\w+s)\b|'s\b|\u2019s\b|[A-Z])"
)
"""What follows a subject: a sentence that begins with a name goes on so."""

FOLLOWS: Final = 80
"""Characters behind it that tell whether it is a name."""
PLURAL: Final = re.compile(r"^ [a-z-]+s (?:are|were|have|can|will|do|must|may|should|cannot)\b")
"""Nested objects are no object called Nested."""

IDENTIFIER: Final = re.compile(
    r"^(?:"
    r"\w*[A-Za-z\d]_\w+"  # snake_case
    r"|[A-Za-z]*[a-z\d][A-Z]\w*"  # camelCase
    r"|(?=[\w.]*\d)(?=[\w.]*[A-Za-z])[\w.+-]+"  # H100, v1.2.3, x86-64
    r"|[A-Z]\w*(?:\+\w+)+"  # Ctrl+K
    r"|[$@#][A-Za-z][\w./-]*"  # $HOME, @scope/name
    r"|[~.]{0,2}/[\w.@~+-][\w./@~+-]*"  # /etc/hosts
    r"|[A-Za-z][\w-]*(?:\.[A-Za-z_][\w-]*)+"  # os.path, README.md
    r"|[\w.-]+(?:::?[\w.-]+)+"  # std::vector, key:value
    r"|[\w.-]+(?:/[\w.-]+){2,}"  # a/b/c
    r"|(?:[a-z]+:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # somebody@example.com
    r"|(?:[\w+.-]+:)?//?\S+|[\w+.-]+:/\S*"  # //example.com, file:/etc/hosts
    r"|[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+/\S*"  # example.com/x
    r"|(?=\w*[A-Za-z])(?=\w*[\u0370-\u03ff\u0400-\u052f])\w+"  # letters of two scripts that look alike
    r")(?:\(\))?$"
)
ORDINAL: Final = re.compile(r"^\d+(?:st|nd|rd|th)$")
BY_ANOTHER_NAME: Final = frozenset({"e.g", "i.e", "etc", "vs", "a.m", "p.m", "and/or", "i/o"})
NO_NAMES: Final = frozenset({"i", "i'm", "i'd", "ok", "yes", "no", "note", "tip", "warning", "important", "faq"})
ENDS: Final = ".,:;!?\u3002\u06d4\u0964"


def flags(prose: str) -> Iterator[str]:
    """`--quiet`, `-q`."""
    yield from FLAG.findall(prose)


def identifiers(prose: str) -> Iterator[str]:
    """Words that no language has: with digits, underscores, dots, slashes or capitals inside."""
    for token in TOKEN.findall(FLAG.sub(" ", prose)):
        word = token.strip(ENDS + "_-\u2013\u2014=")
        if IDENTIFIER.match(word) and not ORDINAL.match(word) and word.lower() not in BY_ANOTHER_NAME:
            yield word


def proper_names(prose: str, *, nouns_have_capitals: bool = False) -> Iterator[str]:
    """Words that are written with a capital because they are names, as far as that can be told."""
    for word in LATIN_WORD.finditer(prose):
        said = word[0].rstrip("'\u2019-").removesuffix("'s").removesuffix("\u2019s")
        if len(said) < 2 or not said[0].isupper() or said.lower() in NO_NAMES:  # noqa: PLR2004 (an initial)
            continue
        if said.isupper():
            yield said
        elif nouns_have_capitals:
            continue
        elif _is_inside_a_sentence(prose, word.start()) or _begins_with_a_name(said, prose[word.end() :][:FOLLOWS]):
            yield said


def _is_inside_a_sentence(prose: str, at: int) -> bool:
    return START.search(prose, max(0, at - NEAR), at) is None


def latin_words(prose: str) -> Iterator[str]:
    """In a text of another script: what is left in Latin letters are names."""
    for word in LATIN_WORD.findall(prose):
        if len(word) > 1:
            yield word.rstrip("'\u2019-")


def _begins_with_a_name(word: str, after: str) -> bool:
    folded = word.lower()
    ordinary = folded in STOP_WORDS or folded in COMMON_WORDS or folded.endswith(("ing", "ly", "tion", "ness", "ment"))
    ordinary = ordinary or folded in SMALL or folded in TENS or bool(PLURAL.match(after))
    return not ordinary and bool(VERB.match(after))


def stands_in(name: str, words: frozenset[str], stems: frozenset[str]) -> bool:
    """Whether each part of the name is a word of the text; in whatever form, as sentences bend words."""
    parts = [each for each in re.split(r"[-'\u2019]", name.casefold()) if each]
    return name.casefold() in words or all(part in words or stem(part) in stems for part in parts)
