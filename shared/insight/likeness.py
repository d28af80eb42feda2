"""Whether two questions ask the same in other words.

Each becomes the set of its words that carry meaning, without endings, with one word for several that documentation
uses alike. Two are alike where the sets are equal but for a slip of the keyboard, for one word that says little, or for
one word more among several. Numbers, and what numbers are part of, differ as soon as a character does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from shared.retrieval.lexical import STOP_WORDS, stem, words

NEGATION: Final = "unless"
MEANING: Final = "denote"
"""Stands for asking what something is."""

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
        (r"\bwhat does (.+?) (?:mean|stand for)\b", rf"{MEANING} \1"),
        (r"\b(?:what is )?(?:the )?(?:meaning|definition) of\b", MEANING),
        (r"^\W*(?:explain|define|describe)\b|\bexplained\W*$", MEANING),
        (r"^\W*what(?: is| are|s) (?!the\b|your\b|my\b)(?:an? )?", f"{MEANING} "),
        (r"\bopt(?:ing|ed)? out(?: of)?\b", "disable"),
        (r"\b(?:use|using|have) (?:an? |my |your |the )?(?:different|another|other)\b", "change"),
        (r"\bclos(?:e|ing) (?:my|an|the|your) account\b", "delete account"),
        (r"\b(roll|back|time|start|shut|clean|look)(?:ing|ed|s)?[ -](back|up|out|down)\b", r"\1\2"),
        (r"^\W*(?:what is )?(?:the )?(?:maximum )?number of\b", "how many"),
        (r"\bcommand[ -]?line\b", "cli"),
        (r"\be-mail\b", "email"),
        (
            r"\b(?:not|never|cannot|cant|doesnt|isnt|wont|dont) (?:\w+ )?(?:work|run|start)(?:n?ing)?\b",
            "fail",
        ),
        (r"\bstop(?:s|ped)? working\b", "fail"),
        (r"\b(?:without|with no|no) (?:an? |the )?(?:internet|network)(?: connection| access)?\b", "offline"),
        (r"\b(log|config|configuration|settings?|env|environment)[ -]files?\b", r"\1"),
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
    "create make build generate add new write",
    "change edit modify update adjust alter switch",
    "upgrade migrate",
    "folder directory",
    "picture image photo",
    "find search locate found",
    "begin start launch run execute",
    "stop end quit terminate kill",
    "config configuration configure settings setting options option set",
    "prerequisite requirement requirements require required",
    "fast speed faster quick quickly slow slower slowly performance",
    "allow enable activate",
    "disable deactivate",
    "difference differ different vs versus compare comparison",
    "cost price pricing",
    "doc docs documentation manual",
    "download fetch",
    "upload push",
    "save store keep persist",
    "choose select pick",
    "supported support compatible",
    "repo repository",
    "db database",
    "env environment",
    "param parameter argument arg args",
    "k8s kubernetes",
    "js javascript",
    "py python",
    "auth authentication authenticate",
    "max maximum most",
    "min minimum least",
    "examples example sample",
    "connect connection link",
    "rename name",
    "reset forgot forgotten forget",
    "expire expires expired expiry expiration valid validity lifetime",
    "skip ignore exclude omit",
    "variable variables var vars",
    "license licence",
    "color colour",
    "limit limits limitation limitations quota quotas",
    "permission permissions authorize authorise authorization authorisation",
)

FURTHER_SMALL_WORDS: Final = frozenset(
    """
    way ways best possible possibly please help hi hello hey thanks quick question anyone someone somebody know step
    steps guide tutorial instructions explanation explain describe detail details exactly actually just really here
    work works working there able try trying tried go going good proper properly correct correctly right currently via
    thing things own show display view list see obtain ok okay idea info
    information mean means meant definition purpose point user users explained under within upon available
    """.split()  # noqa: SIM905 (a paragraph is easier to read)
)
"""What only dresses a question, beside the words that carry no meaning anywhere."""

ASKED_FOR: Final = re.compile(r"^\W*(where|who|when|how (?:long|much|many|often))\b")
"""What a question wants to know, if it is not what most want to know: what something is, or how it is done."""

SAYS_LITTLE: Final = f"""
    {MEANING} create install begin config support prerequisite min cost find list own inside container flag listen app
    tool page feature function file command
"""
"""What is usually done with what a question names, or what it is: "custom domain" and "add a custom domain"."""

PLACED: Final = "find save put place"
"""Said of what lies somewhere; who asks where it is need not say so."""

ASKED_BY_THE_WORD: Final = {"how much": "cost", "how long": "expire", "when": "expire"}
"""A word that alone asks for what such a question begins with: "price?"."""

FIRST_OF: Final = {stem(each): stem(group.split()[0]) for group in ALIKE for each in group.split()}
DOUBLED: Final = re.compile(r"([bdgkmnprt])\1$")
"""What an ending does to a short word: running, stopped, planning."""

LITTLE: Final = frozenset({"?where", *(FIRST_OF.get(stem(each), stem(each)) for each in SAYS_LITTLE.split())})
"""The same as subjects have it."""

LEAST_LETTERS: Final = 5
SEVERAL: Final = 3
"""Of so many common words one more changes little."""


def spelled(question: str) -> str:
    """In lower case, with one word for each phrase."""
    text = (
        normalize("NFKC", question)
        .casefold()
        .replace("\u2019", "'")
        .replace("can't", "cannot")
        .replace("n't", " not")
        .replace("'s", " ")
    )
    for pattern, word in PHRASES:
        text = pattern.sub(f" {word} " if "\\" not in word else word, text)
    return text


@lru_cache(maxsize=4096)
def subject(question: str) -> frozenset[str]:
    """What the question is about: its words that carry meaning, one for all that mean the same."""
    text = spelled(question)
    found = {canonical(word) for word in words(text) if not is_small(word)}
    asked_for = ASKED_FOR.match(text)
    if asked_for:
        found = _with_what_is_asked_for(asked_for[1], found)
    return frozenset(found or {question.casefold().strip()})


def _with_what_is_asked_for(wanted: str, found: set[str]) -> set[str]:
    if wanted == "where":
        found -= {canonical(word) for word in PLACED.split()}
    told = canonical(ASKED_BY_THE_WORD.get(wanted, "")) in found
    return found if told else found | {f"?{wanted}"}


def canonical(word: str) -> str:
    """One for all words that mean the same, without an ending: "run", "running" and "execute" too."""
    short = stem(word)
    if short not in FIRST_OF and short != word and DOUBLED.search(short):
        short = short[:-1]
    return FIRST_OF.get(short, short)


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
    common = one & other
    something_is_said = not common <= LITTLE
    return all(may_be_left_out(each, len(common), something_is_said=something_is_said) for each in left | right)


def may_be_left_out(word: str, others: int, *, something_is_said: bool) -> bool:
    """Whether a question with so many other words asks the same without this one."""
    if word in LITTLE:
        return something_is_said
    return others >= SEVERAL and word.isalpha() and word != NEGATION


def is_slip(one: str, other: str) -> bool:
    """Whether one keystroke, or two that were swapped, made one word out of the other."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < LEAST_LETTERS or not (shorter + longer).isalpha():
        return False
    same = next((at for at, letter in enumerate(shorter) if letter != longer[at]), len(shorter))
    rest, further = shorter[same:], longer[same:]
    swapped = rest[:2] == further[1::-1] and rest[2:] == further[2:]
    return further[1:] in {rest, rest[1:]} or swapped
