"""Whether two questions ask the same in other words.

Each becomes the set of its words that carry meaning, without endings, with one word for several that documentation
uses alike. Two are alike where the sets are equal but for a slip of the keyboard, or for one word more among several.
Numbers, and what numbers are part of, differ as soon as a character does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

NEGATION: Final = "unless"

PHRASES: Final = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\b(?:sign(?:ing)?|log(?:ging)?)[ -]?(?:in|on)(?:to)?\b", "signin"),
        (r"\b(?:sign(?:ing)?|log(?:ging)?)[ -]?(?:out|off)\b", "signout"),
        (r"\b(?:sign(?:ing)?[ -]?up|register(?:ing)?(?: for)?(?: an account)?)\b", "signup"),
        (r"\b(?:creat|open|mak)(?:e|ing) an account\b", "signup"),
        (r"\bset(?:ting)?(?: (?:it|this|that|them))?[ -]?up\b", "install"),
        (r"\bget(?:ting)? (?:started|going)\b", "begin"),
        (r"\bget(?:ting)? rid of\b", "remove"),
        (r"\b(?:turn|switch)(?:ing)? on\b", "enable"),
        (r"\b(?:turn|switch)(?:ing)? off\b", "disable"),
        (r"\blook(?:ing)? for\b", "search"),
        (r"\b(?:stand|stands) for\b", ""),
        (r"\b(?:what is the )?(?:meaning|definition) of\b", ""),
        (r"\b(?:what does (.+?) mean)\b", r"\1"),
        (r"\bcommand[ -]?line\b", "cli"),
        (r"\be-mail\b", "email"),
        (
            r"\b(?:not|never|cannot|cant|doesnt|isnt|wont|dont) (?:\w+ )?(?:work|run|start)(?:n?ing)?\b",
            "fail",
        ),
        (r"\bstop(?:s|ped)? working\b", "fail"),
        (r"\b(?:without|not|no longer|never|cannot|doesnt|isnt|wont|dont|cant)\b", NEGATION),
        (r"\bc\+\+", "cplusplus"),
        (r"\bc#", "csharp"),
    )
)
"""Several words that mean one."""

ALIKE: Final = (
    "install installation setup",
    "remove delete uninstall erase drop",
    "fix solve resolve repair troubleshoot",
    "fail failure error crash broken breaks problem issue",
    "create make build generate add new",
    "change edit modify update adjust alter",
    "upgrade migrate",
    "folder directory",
    "picture image photo",
    "find search locate",
    "begin start launch run execute",
    "stop end quit terminate kill",
    "config configuration configure settings setting options option",
    "prerequisite requirement requirements require required",
    "fast speed faster quick quickly",
    "allow enable activate",
    "disable deactivate",
    "difference differ different vs versus compare comparison",
    "cost price pricing",
    "doc docs documentation manual",
    "download fetch",
    "save store keep persist",
    "choose select pick",
    "supported support compatible",
    "repo repository",
    "db database",
    "env environment",
    "param parameter argument",
    "k8s kubernetes",
    "js javascript",
    "py python",
    "auth authentication authenticate",
    "max maximum most",
    "min minimum least",
    "examples example sample",
    "connect connection link",
    "rename name",
)

FURTHER_SMALL_WORDS: Final = frozenset(
    """
    way ways best possible possibly please help hi hello hey thanks quick question anyone someone somebody know step
    steps guide tutorial instructions explanation explain describe detail details exactly actually just really here
    work works working there able try trying tried go going good proper properly correct correctly right currently via
    thing things own show display view list see obtain ok okay idea info
    information mean means definition purpose point user users
    """.split()  # noqa: SIM905 (a paragraph is easier to read)
)
"""What only dresses a question, beside the words that carry no meaning anywhere."""

ASKED_FOR: Final = re.compile(r"^\W*(where|who|when|how (?:long|much|many|often))\b")
"""What a question wants to know, if it is not what most want to know: what something is, or how it is done."""

FIRST_OF: Final = {stem(each): stem(group.split()[0]) for group in ALIKE for each in group.split()}
LEAST_LETTERS: Final = 5
SEVERAL: Final = 3
"""Of so many common words one more changes little."""


def spelled(question: str) -> str:
    """In lower case, with one word for each phrase."""
    text = (
        question.casefold().replace("\u2019", "'").replace("can't", "cannot").replace("n't", " not").replace("'s", " ")
    )
    for pattern, word in PHRASES:
        text = pattern.sub(f" {word} " if "\\" not in word else word, text)
    return text


@lru_cache(maxsize=4096)
def subject(question: str) -> frozenset[str]:
    """What the question is about: its words that carry meaning, one for all that mean the same."""
    text = spelled(question)
    found = {canonical(word) for word in words(text) if not is_small(word)}
    wanted = ASKED_FOR.match(text)
    return frozenset(found | ({f"?{wanted[1]}"} if wanted else set()) or {question.casefold().strip()})


def canonical(word: str) -> str:
    """One for all words that mean the same, without an ending."""
    return FIRST_OF.get(stem(word), stem(word))


def is_small(word: str) -> bool:
    """Whether it only dresses a question."""
    return word in STOP_WORDS or word in FURTHER_SMALL_WORDS


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two questions with these subjects ask the same."""
    left, right = one - other, other - one
    if len(left) > 1 or len(right) > 1:
        return False
    if left and right:
        return is_slip(*left, *right)
    extra = left | right
    return not extra or (len(one & other) >= SEVERAL and all(each.isalpha() and each != NEGATION for each in extra))


def kept_under(about: frozenset[str]) -> Iterator[Hashable]:
    """Keys of a subject, of which `looked_for_under` gives one at least for everything that is alike."""
    yield about, "all"
    if len(about) > SEVERAL:
        yield from ((about - {word}, "all but one") for word in about)
    yield from _keys_of_slips(about)


def looked_for_under(about: frozenset[str]) -> Iterator[Hashable]:
    """Keys of the subjects that this one could be alike: few others have them, however many there are."""
    yield about, "all"
    yield from _keys_of_slips(about)
    yield about, "all but one"
    if len(about) > SEVERAL:
        yield from ((about - {word}, "all") for word in about)


def _keys_of_slips(about: frozenset[str]) -> Iterator[Hashable]:
    """Before a slip or after it, half of the word is as it should be."""
    for word in about:
        if len(word) >= LEAST_LETTERS and word.isalpha():
            rest = about - {word}
            for half in {(len(word) - 1) // 2, (len(word) - 2) // 2}:
                yield rest, word[:half], ""
                yield rest, "", word[-half:]


def is_slip(one: str, other: str) -> bool:
    """Whether one keystroke, or two that were swapped, made one word out of the other."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < LEAST_LETTERS or not (shorter + longer).isalpha():
        return False
    same = next((at for at, letter in enumerate(shorter) if letter != longer[at]), len(shorter))
    rest, further = shorter[same:], longer[same:]
    swapped = rest[:2] == further[1::-1] and rest[2:] == further[2:]
    return further[1:] in {rest, rest[1:]} or swapped
