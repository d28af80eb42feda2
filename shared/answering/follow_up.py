"""Questions that only make sense after the one before them: "And how do I stop it?"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.history.models import Message

SHORT: Final = 6
"""Words of meaning; a question with more of them stands on its own."""

POINTING: Final = re.compile(
    r"^\W*(?:and|but|or|so|then|what about|how about|why not|what if)\b"
    r"|\b(?:it|its|this|these|those|they|them|their)\b"
    r"|\b(?:do|does|is|about|like) that\b|\bthat\W*$",
    re.IGNORECASE,
)


def refers_back(question: str) -> bool:
    """Whether a short question points at something that it does not name."""
    meant = [word for word in words(question) if word not in STOP_WORDS]
    return not meant or (len(meant) <= SHORT and bool(POINTING.search(question)))


def completed(question: str, window: Sequence[Message]) -> str:
    """The question with the words of meaning of the one asked before it, if there was one."""
    before = next((message.content for message in reversed(window) if message.role == "user"), "")
    meant = [word for word in dict.fromkeys(words(before)) if word not in STOP_WORDS]
    return f"{question} {' '.join(meant)}".strip()
