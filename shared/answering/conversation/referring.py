"""How a message points at what was said before it: "it", "the other one", "anything cheaper?", "lost then?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.words import USUAL, phrases
from shared.retrieval.lexical import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY: Final = STOP_WORDS.union(phrases(USUAL, "order"))
"""Words that say nothing about what a message is about."""


def _one_of(kind: str) -> str:
    """A pattern for the English phrases of a kind."""
    return f"(?:{'|'.join(map(re.escape, phrases(USUAL, kind)))})"


JOINED: Final = re.compile(rf"^\W*{_one_of('joined')}\b", re.IGNORECASE)

POINTING: Final = re.compile(
    rf"\b{_one_of('pointing')}\b"
    rf"|\b{_one_of('pointing_last')}\W*$"
    r"|\b(?:do|does|did|is|was|about|like|with|for|to|of|after|before|on|mean|by|use|using|explain) that\b"
    r"|\bthat (?:one|way|case|step|command|error|option|value|file|mean|work|happen)\b",
    re.IGNORECASE,
)

NOT_POINTING: Final = re.compile(
    r"\bit(?:'s| is| was)? (?:possible|necessary|required|safe|ok|okay|worth|better|best|allowed|recommended|normal)\b"
    r"|\b(?:does|will|would|did) it (?:take|cost|need|require|mean|make sense|matter) to\b"
    r"|\b(?:this|these) (?:course|book|textbook|documentation|docs?|guide|manual|site|website|tutorial|page)\b",
    re.IGNORECASE,
)

ONE: Final = re.compile(
    r"\b(?:which|that|this|another|other|either|neither|every|each) ones?\b"
    r"|\b(?:use|have|need|want|get|buy|make|create|write|choose|pick|take|try|see|call|run|add) ones?\b(?!\s+(?:\w+))"
    r"|\bthe (?:\w+ )?ones?\b|\bones?\W*$",
    re.IGNORECASE,
)

RELATED: Final = re.compile(
    r"\b(?:the|an|any) others?\b(?=\W*$|\s+(?:one|option|way|method|type|kind)s?\b)|\bthe (?:rest|former|latter|same)\b"
    r"|\b(?:instead|anything else|something else|what else|where else|otherwise|as well|too|then|in that case"
    r"|meanwhile)\W*$|\bboth\b(?=\W*$)"
    r"|\b(?:above|previous|you (?:said|mentioned|wrote|listed|just))\b",
    re.IGNORECASE,
)

COMPARING: Final = re.compile(
    r"\b(?:something|anything|an?|any|is there|are there|which|what|who) (?:\w+ )?(?:better|best|worse|cheaper|cheapest"
    r"|faster|fastest|slower|smaller|larger|bigger|lighter|stronger|simpler|easier|easiest|newer|older|alternatives?)\b",
    re.IGNORECASE,
)

CHANGING: Final = frozenset(
    """
    change changed modify adjust override customise customize configure increase decrease raise lower disable disabled
    turn off switch edit alter
    """.split()  # noqa: SIM905 (a paragraph is easier to read than quoted words)
)
FEW: Final = 3
"""Words of meaning of a message that compares and does not say what."""
ALTERNATIVES: Final = re.compile(r"\bthan\b|\b\w+ or \w+\b|\bbetween\b", re.IGNORECASE)
"""Named in the message itself, so that a comparison needs nothing from before."""

CLAUSE: Final = re.compile(r"[,;:.]\s|\s(?:and|then|when|if|but|because|while|so|after|before|once)\s", re.IGNORECASE)


def meaning(text: str) -> list[str]:
    """The words that tell what a text is about, each once."""
    return [word for word in dict.fromkeys(words(text)) if word not in EMPTY]


def joins(message: str) -> bool:
    """Whether it goes on from what was said: "and on Windows?"."""
    return bool(JOINED.search(message))


def points(message: str) -> bool:
    """Whether it says "it", or "the other one", and not of what."""
    pointing = NOT_POINTING.sub(" ", message)
    found = POINTING.search(pointing)
    if found and not _explained(pointing[: found.start()]):
        return True
    return bool(ONE.search(message) or RELATED.search(message))


def _explained(beginning: str) -> bool:
    """Whether a clause before the pronoun names what it stands for: "If the service hangs, how do I stop it?"."""
    *clauses, _ = CLAUSE.split(beginning)
    return any(meaning(clause) for clause in clauses)


def compares(message: str) -> bool:
    """Whether it asks for something better, and not than what."""
    return bool(COMPARING.search(message)) and not ALTERNATIVES.search(message) and len(meaning(message)) <= FEW


def changes(meant: Sequence[str]) -> bool:
    """Whether it is asked of something how it is changed, and nothing else: "can I change that?"."""
    return bool(meant) and CHANGING.issuperset(meant)
