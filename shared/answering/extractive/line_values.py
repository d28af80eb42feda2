"""What a line gives to who asks for something: a number, a name, a place, a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.criteria import ASKS_IDENTIFIER, ASKS_WHEN, BEGINS_WITH_CODE, NUMBER, qualifiers
from shared.retrieval.lexical import stem, words

if TYPE_CHECKING:
    from shared.answering.question.wanted import Wanted

BESIDE: Final = re.compile(r"(?:relative to|unlike|than|like|without|instead of)(?: the)?\s*$", re.IGNORECASE)
"""Before a name that is not what is asked for."""
SAYS_ALL: Final = 0.95
FEW: Final = 3
"""Words of a question; with fewer, an entry says them all by chance."""
NOT_NAMES: Final = frozenset({"default", "defaults", "value"})
"""Words that ask for a property of a thing, which another thing may be called."""
CODE: Final = re.compile(r"`[^`]+`|--\w|\b\w+_\w+\b|\b[a-z]+[A-Z]\w*\b|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
PLACE: Final = re.compile(
    r"[/\\]\w|\w\.\w{2,4}\b|\b(?:in|at|on|from|under|near|between|within|inside|to|into|through)\s", re.IGNORECASE
)
TIME: Final = re.compile(
    r"\d|\b(?:when|before|after|until|once|every|during|while|at|on|whenever|always|never|as soon as|immediately)\b",
    re.IGNORECASE,
)
ASKS_SEVERAL: Final = re.compile(
    r"^\W*(?:which|what)\s(?:\w+\s)?(?!is\b|was\b|does\b|has\b)\w+[^s\W]s\s(?:(?:of|for|in)\s(?:\w+\s){1,2})?"
    r"(?:are|were|do|did|can|could|may|must|should|will|have|exist)\b",
    re.IGNORECASE,
)
SEVERAL: Final = re.compile(r"\S,[^,]*\S,|\w\W{0,3}\s(?:and|or|as well as)\s", re.IGNORECASE)
"""More than one of something, beside each other."""
ASKS_WHERE: Final = re.compile(r"\bwhere\b", re.IGNORECASE)
ASKS_WHO: Final = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
NAMED: Final = re.compile(r"(?<=[\w,;:()\"'] )[\"']?[A-Z][\w.-]+|^[A-Z]\w+ [A-Z]\w+")
"""Somebody or something with a name, not only at the beginning of a sentence."""


def is_entry_of_another(wanted: Wanted, line: str) -> bool:
    """Whether it is the entry of an option or the like that is not the one that the question asks about."""
    begins = BEGINS_WITH_CODE.match(line)
    if begins is None or " " in begins[1]:
        return False
    name = begins[1].lower()
    if wanted.asked.identifiers:
        return name.partition("=")[0] not in wanted.asked.identifiers
    known = wanted.weights.keys() | {stem(word) for word in words(wanted.question) if word not in NOT_NAMES}
    others = {stem(word) for word in words(name)} - known
    # "the smtp port for email": `--email-server-port` has a word more, and says the rest
    return len(others) > (1 if wanted.share(wanted.held_by(line)) >= SAYS_ALL and len(wanted.weights) >= FEW else 0)


def value(wanted: Wanted, line: str) -> frozenset[str]:
    """What it gives as the answer, where that is a number or a name; lines that give others cannot both be right."""
    if wanted.shape:
        return frozenset(NUMBER.findall(" ".join(each.group() for each in wanted.shape.finditer(line))))
    if ASKS_IDENTIFIER.search(wanted.question):
        asked = wanted.question.lower()
        return frozenset(found for each in CODE.findall(line) if (found := each.strip("`").lower()) not in asked)
    return frozenset()


def adds(wanted: Wanted, line: str) -> bool:
    """Whether it says something of the kind that was asked for, besides what the question says itself."""
    asked = wanted.question.lower()
    if not qualifiers(asked) <= qualifiers(line) or (ASKS_SEVERAL.search(asked) and not SEVERAL.search(line)):
        return False
    if ASKS_IDENTIFIER.search(asked):
        return any(
            each.group().strip("`").lower() not in asked and not BESIDE.search(line[: each.start()])
            for each in CODE.finditer(line)
        )
    if ASKS_WHO.search(asked):
        return any(each.lower() not in asked for each in NAMED.findall(line))
    if ASKS_WHERE.search(asked):
        return bool(PLACE.search(line)) and not is_entry_of_another(wanted, line)
    if ASKS_WHEN.search(asked):
        return bool(TIME.search(line)) and not is_entry_of_another(wanted, line)
    return True
