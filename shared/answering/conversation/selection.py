"""What a reader wants to know about a text that they marked on a page: from the text itself, or from the book."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.answering.conversation.referring import meaning
from shared.links import page_path
from shared.retrieval.lexical import terms

if TYPE_CHECKING:
    from shared.retrieval.models import Found

ANSWERED: Final = 0.67
"""The share of a question's words that a text has which answers it."""

SEARCHED: Final = 300
"""Characters of the text that the book is searched with; what a model for search reads anyway."""

EXPLANATION: Final = re.compile(
    r"\b(?:explain|define|definition|meaning|mean|means|stand for|stands for|elaborate|clarify)\b"
    r"|^\W*(?:what|who)(?:'s| is| are)\b",
    re.IGNORECASE,
)
"""Asks for what the marked text takes for granted."""


def answers_alone(question: str, selection: str) -> bool:
    """Whether the marked text itself says what is asked."""
    wanted = set(terms(" ".join(meaning(question))))
    if not wanted or EXPLANATION.search(question):
        return False
    return len(wanted & set(terms(selection))) >= ANSWERED * len(wanted)


def searched(question: str, selection: str) -> str:
    """What the book is asked: the question, and the text that it is about."""
    beginning = selection if len(selection) <= SEARCHED else selection[:SEARCHED].rsplit(" ", 1)[0]
    return f"{question} {beginning}" if meaning(question) else beginning


def around(found: Found, page: str | None) -> Found:
    """What was found, the page first that the text was marked on."""
    own = page_path(page)
    ordered = sorted(found.passages, key=lambda each: not own or page_path(each.url) != own)
    return replace(found, passages=tuple(ordered))
