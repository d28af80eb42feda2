"""The published keys of a server whose tokens we believe: kept in the container, fetched again when one is missing."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from shared.errors import Unavailable
from shared.http_client import HttpClient, Unreachable
from shared.observability import log, measured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.http_client import Response

FRESH_SECONDS: Final = 3600.0
"""Afterwards the keys are fetched again, so that one that was withdrawn is not believed for long."""

KEPT_SECONDS: Final = 24 * 3600.0
"""How long keys are believed while their server cannot be reached."""

PAUSE_SECONDS: Final = 30.0
"""Between two fetches: invented key ids must not make us flood the server."""

PATIENCE_SECONDS: Final = 1.0
LARGEST: Final = 64 * 1024
HTTP_OK: Final = 200


class Keys:
    """The keys behind one address.

    Args:
        url: Of the JSON Web Key Set; https outside this machine.
        clock: Seconds since 1970; wall-clock time also passes while Lambda freezes the container.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        parts = urlsplit(url)
        self._client = HttpClient(f"{parts.scheme}://{parts.netloc}", max_answer_bytes=LARGEST)
        self._path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        self._clock = clock
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._fetched_at = self._tried_at = float("-inf")

    def find(self, name: str) -> Mapping[str, Any] | None:
        """The key of this `kid`, or None when there is none.

        Raises:
            Unavailable: The server could not be asked.
        """
        if name not in self._keys or not self._are_younger_than(FRESH_SECONDS):
            self._fetch()
        if not self._are_younger_than(KEPT_SECONDS) or (name not in self._keys and self._tried_at > self._fetched_at):
            raise Unavailable
        return self._keys.get(name)

    def _are_younger_than(self, seconds: float) -> bool:
        return 0 <= self._clock() - self._fetched_at < seconds

    def _fetch(self) -> None:
        if 0 <= self._clock() - self._tried_at < PAUSE_SECONDS:
            return
        self._tried_at = self._clock()
        try:
            with measured("jwks"):
                answer = self._client.request(
                    "GET", self._path, b"", {"Accept": "application/json"}, timeout=PATIENCE_SECONDS, idempotent=True
                )
            self._keys = _by_name(answer)
        except (Unreachable, ValueError, TypeError, KeyError, RecursionError) as error:
            log.warning("the keys of the token server cannot be fetched", exc_info=error)
        else:
            self._fetched_at = self._tried_at


def _by_name(answer: Response) -> dict[str, Mapping[str, Any]]:
    if answer.status != HTTP_OK:
        raise ValueError(f"status {answer.status}")
    keys = cast("list[Mapping[str, Any]]", json.loads(answer.body)["keys"])
    return {str(key["kid"]): key for key in keys if "kid" in key}
