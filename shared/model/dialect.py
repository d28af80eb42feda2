"""How one endpoint wants to be asked: which of our optional words it knows.

All of them call themselves compatible. A request begins with what most of them know; what one refuses by name is left
out, or called by its other name, from then on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from shared.record import record

MOST: Final = "max_tokens"
MOST_LATER: Final = "max_completion_tokens"
"""What OpenAI calls it for its reasoning models, and only for them will it not take the other."""

RULES: Final = "system"
NO_RULES: Final = re.compile(r"system\W{1,3}role|role\W.{0,40}\bsystem|roles must alternate", re.IGNORECASE | re.DOTALL)
"""How templates of chats refuse a message of that role: Gemma's and Mistral's older ones know only two."""


@record
class Dialect:
    """What it knows.

    Attributes:
        most: Its name for the limit of an answer.
        without: Optional words that it refused, or the role of our rules.
    """

    most: str = MOST
    without: frozenset[str] = frozenset()

    def body(self, model: str, messages: list[dict[str, str]], most_tokens: int) -> dict[str, Any]:
        """The request for a streamed answer."""
        optional: dict[str, Any] = {
            self.most: most_tokens,
            "temperature": 0.2,
            "stream_options": {"include_usage": True},
        }
        kept = {name: value for name, value in optional.items() if name not in self.without}
        told = _as_one(messages) if RULES in self.without else messages
        return {"model": model, "messages": told, "stream": True, **kept}

    def learnt(self, refusal: str) -> Dialect | None:
        """Itself, corrected by what the refusal names; None where it names nothing of ours.

        Args:
            refusal: The body of a reply with status 400 or 422.
        """
        if self.most == MOST and MOST_LATER in refusal:
            return replace(self, most=MOST_LATER)
        if RULES not in self.without and NO_RULES.search(refusal):
            return replace(self, without=self.without | {RULES})
        for word in ("stream_options", "temperature", self.most):
            if word in refusal and word not in self.without:
                return replace(self, without=self.without | {word})
        return None


def _as_one(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rules at the head of what they are about, which stays between its fences."""
    return [{"role": "user", "content": "\n\n".join(each["content"] for each in messages)}]
