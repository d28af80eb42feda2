"""Words of other languages that the book has nearly as they are: "kalibrieren" for "calibrate", "configuración".

Technical words are alike in the languages of Latin script; some that documentation is full of ("löschen", "Datei") are
not, and are known by a short list. A question of which the book holds no word is searched by those that it is meant to
share with it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, mostly_latin, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from shared.retrieval.vocabulary import Vocabulary

SPELLINGS: Final = {
    "sch": "sh", "ph": "f", "th": "t", "qu": "c", "ck": "c", "k": "c", "z": "c", "y": "i", "j": "i"
}  # fmt: skip
SPELLED: Final = re.compile("|".join(SPELLINGS))
"""How languages write the same sound; the book's words are written so as well, to be compared."""
CODE: Final = re.compile(r"(?<![\w-])--?[a-z][\w-]*|[a-z0-9]+(?:[_.-]+[a-z0-9]+)+", re.ASCII | re.IGNORECASE)
"""What programs are called by is written the same in every language, and stays whole."""
DOUBLED: Final = re.compile(r"([^\W\d_])\1")
BEGINS: Final = 5
"""Letters that two words must begin with alike, unless all of the book's word is the beginning of the other."""
WHOLE: Final = 4
ALIKE: Final = 0.8
"""Share of the book's word, without its endings, that this must be."""
ENDING: Final = 8
"""Letters that may follow in the reader's language; more of them are another word of a compound."""
INFLECTED: Final = 3
"""Letters that may follow a word that is known by the list."""
ARTICLE: Final = "\u0627\u0644"
"""Written together with the word that it stands before, in Arabic."""
MOST: Final = 8
MOST_ASKED: Final = 40
"""Words of a question that are looked at."""


def shared_words(
    question: str, vocabulary: Vocabulary, small: AbstractSet[str], known: Mapping[str, str] | None = None
) -> list[str]:
    """The words by which a question in another language can be searched for: the book's own, or nearly.

    Args:
        question: As its reader wrote it.
        vocabulary: Of the book.
        small: Words of the question's language that say nothing.
        known: How words of it begin that are written quite differently -> what the book has for them.
    """
    named = list(dict.fromkeys(CODE.findall(question)))
    told = list(dict.fromkeys(words(CODE.sub(" ", question))))[:MOST_ASKED]
    asked = [each for each in told if each not in small]
    found = (_meant(each, vocabulary, known or {}) for each in asked)
    return list(dict.fromkeys([*named, *filter(None, found)]))[:MOST]


def _meant(word: str, vocabulary: Vocabulary, known: Mapping[str, str]) -> str | None:
    """The book's word; one of the list that the book has not is not mistaken for one that only looks like it."""
    if english := _listed(word, known) or _listed(word.removeprefix(ARTICLE), known):
        term = stem(english)
        return vocabulary.word(term) if term in vocabulary.frequencies else None
    return _in_book(word, vocabulary) if mostly_latin(word) else None


def _listed(word: str, known: Mapping[str, str]) -> str | None:
    begins = (each for each in known if word.startswith(each) and len(word) - len(each) <= INFLECTED)
    return next((known[each] for each in begins), None)


def _in_book(word: str, vocabulary: Vocabulary) -> str | None:
    """The book's word: the same, unless that says nothing in the book's language; else the one most alike."""
    if word not in STOP_WORDS and word not in COMMON_WORDS and stem(word) in vocabulary.frequencies:
        return word
    spelled = spelling(word)
    alike = [
        (size, vocabulary.frequencies[each], each)
        for theirs, each in _beginning_like(vocabulary, spelled)
        if (size := _common(spelled, theirs))
    ]
    return vocabulary.word(max(alike)[2]) if alike else None


def _beginning_like(vocabulary: Vocabulary, spelled: str) -> Sequence[tuple[str, str]]:
    """Stems of the book that begin with the same letters, each after its spelling."""
    beginnings = vocabulary.by_beginning
    if not beginnings:
        for each in vocabulary.frequencies:
            theirs = spelling(each)
            beginnings.setdefault(theirs[:WHOLE], []).append((theirs, each))
    return beginnings.get(spelled[:WHOLE], ()) if len(spelled) >= WHOLE else ()


def _common(word: str, stem_of_book: str) -> int:
    """Letters that both begin with, where these are enough; else 0."""
    size = next((at for at, (one, other) in enumerate(zip(word, stem_of_book, strict=False)) if one != other), None)
    size = min(len(word), len(stem_of_book)) if size is None else size
    is_whole = size == len(stem_of_book) >= WHOLE and len(word) - size <= ENDING
    return size if is_whole or (size >= BEGINS and size >= ALIKE * len(stem_of_book)) else 0


def spelling(word: str) -> str:
    """A word without accents, doubled letters and ways of writing that are a language's own."""
    plain = word
    if not word.isascii():
        plain = "".join(each for each in unicodedata.normalize("NFKD", word) if not unicodedata.combining(each))
    return DOUBLED.sub(r"\1", SPELLED.sub(lambda found: SPELLINGS[found.group()], plain))
