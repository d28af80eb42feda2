"""One address of one model: what is sent to it, and what becomes of its reply, token by token."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from shared.http_client import TimedOut, Unreachable
from shared.http_stream import StreamingClient
from shared.model.chunks import DONE, Usage, chunk
from shared.model.dialect import Dialect
from shared.model.failures import (
    Broken,
    Garbage,
    Late,
    ModelFailed,
    NothingSaid,
    Unanswered,
    of_status,
    seconds_to_wait,
)
from shared.model.sse import answered
from shared.model.thinking import without_thoughts
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from shared.http_stream import Streamed

PATH: Final = "/chat/completions"
REFUSAL_BYTES: Final = 16 * 1024
REFUSING: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
TELLING: Final = REFUSING | {HTTPStatus.TOO_MANY_REQUESTS}
"""Whose bodies are read."""
CUT: Final = frozenset({"length", "max_tokens", "model_length", "content_filter", "sensitive", "time"})
USAGE_SECONDS: Final = 0.5
"""After the last word, for the chunk that says what it cost."""


@record
class Patience:
    """Until when is waited, as `time.monotonic()` tells it.

    Attributes:
        first: For the first word.
        between: Seconds from one word to the next.
        whole: For the last one.
    """

    first: float
    between: float
    whole: float


@dataclass(slots=True)
class Told:
    """What is known of an answer besides its words.

    Attributes:
        ended: Why the model stopped: `stop`, `length`, `time` where it was stopped by us, or another word of its own.
        usage: What it cost, where the provider says so.
        model: Which model it was.
        is_stopped: Nobody wants more of it.
        charged: How many requests may have cost something: all but those that were refused or did not arrive.
    """

    ended: str = ""
    usage: Usage | None = None
    model: str = ""
    is_stopped: bool = False
    charged: int = 0
    _end: Callable[[], None] = field(default=lambda: None)

    def stop(self) -> None:
        """End the connection, from whatever thread; one that is opened later ends as it opens."""
        self.is_stopped = True
        self._end()

    def begun(self, end: Callable[[], None]) -> None:
        """There is a connection, which can be ended so."""
        self._end = end
        if self.is_stopped:
            end()

    def cost(self, prompt: int, written: int) -> Usage:
        """Tokens read and written, by our own count where the provider does not say; each try has read the prompt."""
        if self.usage is not None:
            return self.usage + Usage((self.charged - 1) * prompt, 0)
        return Usage(self.charged * prompt, written)

    @property
    def is_cut(self) -> bool:
        """It ends in the middle, its last unit perhaps with it."""
        return self.ended in CUT


class Endpoint:
    """An OpenAI-compatible `/chat/completions`.

    Args:
        url: Of the API, up to `/v1` or what stands for it; https, but for this machine.
        model: Its name there.
        key: Sent as a bearer's; None where none is needed.

    Raises:
        Misconfigured: The address is neither https nor on this machine.
    """

    def __init__(self, url: str, model: str, key: str | None = None) -> None:
        parts = urlsplit(url)
        self.model = model
        self._client = StreamingClient(f"{parts.scheme}://{parts.netloc}")
        path = parts.path.rstrip("/")
        self._path = (path if path.endswith(PATH) else path + PATH) + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
            if (parts.hostname or "").endswith(".azure.com"):
                self._headers["api-key"] = key
        self._dialect = Dialect()

    def __repr__(self) -> str:
        return f"Endpoint({self.model})"

    def tokens(
        self, messages: list[dict[str, str]], most_tokens: int, patience: Patience, told: Told
    ) -> Generator[str]:
        """The words of its answer as they come.

        Raises:
            ModelFailed: See shared/model/failures.py.
        """
        told.model = self.model
        with self._replied(messages, most_tokens, patience, told) as reply:
            said = False
            for text in without_thoughts(_texts(reply, patience, told)):
                said = said or bool(text.strip())
                yield text
            if not said:
                raise NothingSaid

    @contextmanager
    def _replied(
        self, messages: list[dict[str, str]], most_tokens: int, patience: Patience, told: Told
    ) -> Generator[Streamed]:
        """Its reply with status 200; the request is put right where a refusal says how."""
        refused: ModelFailed | None = None
        learnt: Dialect | None = self._dialect
        while learnt is not None:
            self._dialect = learnt
            with self._asked(messages, most_tokens, patience, told) as reply:
                if reply.status == HTTPStatus.OK:
                    told.charged += 1
                    yield reply
                    return
                said = _refusal(reply) if reply.status in TELLING else ""
                refused = of_status(reply.status, seconds_to_wait(reply.headers), said)
                learnt = self._dialect.learnt(said) if reply.status in REFUSING else None
        assert refused is not None  # noqa: S101 (the loop ran)
        raise refused

    @contextmanager
    def _asked(
        self, messages: list[dict[str, str]], most_tokens: int, patience: Patience, told: Told
    ) -> Generator[Streamed]:
        body = json.dumps(self._dialect.body(self.model, messages, most_tokens)).encode()
        ends_at = min(patience.first, patience.whole)
        replied = False
        try:
            with self._client.stream(
                "POST", self._path, body, self._headers, ends_at=ends_at, begun=told.begun
            ) as reply:
                replied = True
                yield reply
        except Unreachable as error:
            told.charged += int(error.sent and not replied)  # it may be writing an answer that nobody will read
            raise (Late() if isinstance(error, TimedOut) else Unanswered()) from error


def _refusal(reply: Streamed) -> str:
    read = b""
    try:
        for piece in reply.pieces():
            read += piece
            if len(read) > REFUSAL_BYTES:
                break
    except Unreachable:
        pass  # the status is what counts
    return read.decode(errors="replace")


def _texts(reply: Streamed, patience: Patience, told: Told) -> Iterator[str]:
    heard = said = False
    try:
        for data in answered(reply.pieces()):
            heard = True
            if data.strip() == DONE:
                told.ended = told.ended or "stop"
                return
            read = chunk(data)
            told.usage = read.usage or told.usage
            told.ended = read.ended or told.ended
            if read.text:
                said = True
                yield read.text
            reply.ends_at = _until(patience, told, said=said)
    except TimedOut as error:
        if said and time.monotonic() >= patience.whole:
            told.ended = told.ended or "time"
        if not told.ended:
            raise Late from error
    except Unreachable as error:
        if not told.ended:
            raise (Broken() if said else Unanswered()) from error
    if not told.ended:
        nothing = NothingSaid() if heard else Garbage()
        raise (Broken() if said else nothing) from EOFError("the stream ended without saying why")


def _until(patience: Patience, told: Told, *, said: bool) -> float:
    """When waiting for the next chunk ends: what is no word, such as a comment, buys no time."""
    now = time.monotonic()
    if told.ended:
        return min(now + USAGE_SECONDS, patience.whole)
    return min(now + patience.between if said else patience.first, patience.whole)


__all__ = ["Endpoint", "ModelFailed", "Patience", "Told"]
