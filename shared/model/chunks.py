"""What one chunk of a streamed chat completion says, whoever wrote it.

Providers agree on `choices[0].delta.content` and on little else; each difference that is read here stands in an
exchange under tests/fixtures/model, written after that provider's documentation.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from shared.model.failures import Garbage, Overloaded, of_status
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.model.failures import ModelFailed

DONE: Final = "[DONE]"
LEAST_STATUS: Final = 400
LAST_STATUS: Final = 599

KINDS: Final = {
    "insufficient_": 402,
    "credit_balance_": 402,
    "spend_limit": 402,
    "usage_limit": 402,
    "rate_limit": 429,
    "resource_exhausted": 429,
    "overloaded": 503,
    "authentication": 401,
    "permission": 403,
    "not_found": 404,
    "invalid_request": 400,
    "exceed_context_size": 400,
}
"""What errors inside a stream are called where they bring no number."""

FAILED: Final = frozenset({"error", "abort", "network_error", "insufficient_system_resource"})
"""Words for the end of an answer that mean that the provider broke it off."""


@record
class Usage:
    """Tokens that were paid for."""

    input: int
    output: int

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.input + other.input, self.output + other.output)

    @property
    def together(self) -> int:
        """What limits count."""
        return self.input + self.output


@record
class Chunk:
    """One chunk.

    Attributes:
        text: Of the answer; what a model thinks aloud is no part of it.
        ended: Why the model stopped, in its own word; empty while it goes on.
        usage: So far; the last one counts.
    """

    text: str = ""
    ended: str = ""
    usage: Usage | None = None


def chunk(data: str) -> Chunk:
    """Read one event.

    Raises:
        ModelFailed: It tells of an error; `Garbage` where it tells nothing that can be understood.
    """
    try:
        read = json.loads(data)
    except ValueError as error:
        raise Garbage from error
    if isinstance(read, list) and read:  # Gemini wraps its errors so
        read = cast("list[object]", read)[0]
    if not isinstance(read, dict):
        raise Garbage from TypeError("a chunk that is no object")
    return _read(cast("dict[str, Any]", read))


def _read(said: Mapping[str, Any]) -> Chunk:
    if error := said.get("error"):
        raise error_of(error)
    if said.get("type") == "ping":  # the keep-alive of Anthropic's wire, which some pass on
        return Chunk()
    if "choices" not in said and "usage" not in said:
        # llama.cpp's errors are bare where they come in a field `error`
        raise error_of(said) if "message" in said else Garbage()
    choices = cast("list[Mapping[str, Any]]", said.get("choices") or [{}])
    try:
        choice = choices[0]
        if error := choice.get("error"):
            raise error_of(error)
        # Perplexity repeats the whole answer as `message` beside each `delta`, the last one of which is empty
        delta = cast("Mapping[str, Any]", choice.get("delta" if "delta" in choice else "message") or {})
        text = _text(delta.get("content")) or _text(delta.get("refusal"))
        return Chunk(text, _ended(choice.get("finish_reason")), _usage(said))
    except (AttributeError, LookupError, TypeError) as error:
        raise Garbage from error


def _ended(reason: object) -> str:
    ended = str(reason or "").lower()
    if ended in FAILED:
        raise Overloaded
    return "" if ended == "null" else ended


def error_of(error: object) -> ModelFailed:
    """What an error object means; what it says stays in the provider's own log."""
    if not isinstance(error, dict):
        return Overloaded()
    told = cast("dict[str, Any]", error)
    code = told.get("code", told.get("status"))
    if str(code).isdigit() and LEAST_STATUS <= int(str(code)) <= LAST_STATUS:
        return of_status(int(str(code)))
    words = f"{code} {told.get('type')} {told.get('status')}".lower()
    return of_status(next((status for kind, status in KINDS.items() if kind in words), LAST_STATUS))


def _text(content: object) -> str:
    """A string, or the list of parts in which Mistral's reasoning models mix it with what they think."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise TypeError("content is neither text nor parts")
    parts = cast("list[Mapping[str, Any]]", content)
    return "".join(str(each.get("text") or "") for each in parts if each.get("type") == "text")


def _usage(said: Mapping[str, Any]) -> Usage | None:
    groq = cast("Mapping[str, object]", said.get("x_groq") or {})
    told: object = said.get("usage") or groq.get("usage")
    if not isinstance(told, dict):
        return None
    counted = cast("dict[str, Any]", told)
    try:
        read, written, both = (int(counted.get(f"{each}_tokens") or 0) for each in ("prompt", "completion", "total"))
    except (TypeError, ValueError) as error:
        raise Garbage from error
    # Gemini and Grok leave what was thought out of the second, and charge for it. Noughts tell nothing
    return Usage(read, max(written, both - read)) if read > 0 else None
