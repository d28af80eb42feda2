"""One address of a site: its text, or why there is none."""

from __future__ import annotations

import http.client
import time
import zlib
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urldefrag, urljoin, urlsplit

from infra.ingestion.live.connection import Forbidden, Unreachable, connected, is_private

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AGENT: Final = "docs-chatbot-ingestion"
LARGEST: Final = 5_000_000
"""Bytes of a page, decompressed."""
SLOWEST: Final = 60.0
"""Seconds for a whole page, however steadily it drips."""
MOST_REDIRECTS: Final = 5
ATTEMPTS: Final = 3
LONGEST_PAUSE: Final = 120.0
"""Seconds that a server may ask us to wait."""
_USUAL_PAUSE: Final = 5.0
_BUSY: Final = frozenset({429, 503})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_UNCHANGED: Final = 304
_OK: Final = 200
_CHUNK: Final = 65_536
_SAFE: Final = "/%:@!$&'()*+,;=~?"


class Failed(Exception):
    """A page that could not be fetched now; what is stored of it stays."""


class Gone(Exception):
    """There is no such page any more."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells a server which text we have.

    Attributes:
        etag: As the server wrote it.
        modified: As the server wrote it.
    """

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Attributes:
        url: After redirects.
        kind: Media type.
        charset: As the server says; empty if it does not.
        body: None if it is the one that we have.
        validators: To ask with the next time.
        is_hidden: A header asks search engines to leave it out.
    """

    url: str
    kind: str
    charset: str
    body: bytes | None
    validators: Validators
    is_hidden: bool = False


@dataclass(slots=True)
class Client:
    """Fetches from one site, one address at a time.

    Attributes:
        start: The site's address.
        delay: Seconds between two requests.
        sleep: Waits.
        now: The time, in seconds.
    """

    start: SplitResult
    delay: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    _private: bool = field(init=False)
    _last: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        """A start in a private network is a wish; a redirect or a name server that leads there is not."""
        self._private = is_private(self.start.hostname or "", self.start.port or 80)

    def get(self, url: str, known: Validators = Validators()) -> Answer:
        """Fetch an address of the site.

        Raises:
            Gone: 404 or 410.
            Forbidden: It leads away from the site.
            Failed: Anything else.
        """
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._follow(url, known)
            if isinstance(answer, Answer):
                return answer
            if attempt < ATTEMPTS and answer <= LONGEST_PAUSE:
                self.sleep(answer)
        raise Failed("the server is too busy")

    def is_of_site(self, url: str) -> bool:
        """Whether an address is on the start's host; https for http is the same host."""
        try:
            other = urlsplit(url)
            same = other.hostname == self.start.hostname and other.username is None
            ports = _port(other) == _port(self.start) or {_port(other), _port(self.start)} == {80, 443}
        except ValueError:
            return False
        return same and ports and other.scheme in {"http", "https"}

    def _follow(self, url: str, known: Validators) -> Answer | float:
        for _ in range(MOST_REDIRECTS):
            if not self.is_of_site(url):
                raise Forbidden(f"it leads to another site, {urlsplit(url).hostname}")
            answer = self._ask(urlsplit(url), known)
            if not isinstance(answer, str):
                return answer
            url = urldefrag(urljoin(url, answer))[0]
        raise Failed("it is redirected without end")

    def _ask(self, url: SplitResult, known: Validators) -> Answer | float | str:
        """An answer, seconds to wait, or where it is now."""
        self.sleep(max(0.0, self._last + self.delay - self.now()))
        self._last = self.now()
        try:
            connection = connected(url, private=self._private)
        except Unreachable as error:
            raise Failed(str(error)) from error
        try:
            target = quote(f"{url.path or '/'}{f'?{url.query}' if url.query else ''}", safe=_SAFE)
            connection.request("GET", target, headers=_headers(known))
            return self._read(url.geturl(), connection.getresponse(), known)
        except (OSError, http.client.HTTPException, zlib.error) as error:
            raise Failed(f"it could not be read ({error or type(error).__name__})") from error
        finally:
            connection.close()

    def _read(self, url: str, response: http.client.HTTPResponse, known: Validators) -> Answer | float | str:
        status = response.status
        if status in _REDIRECTS and (place := response.getheader("Location")):
            return place
        if status in _BUSY:
            return _pause(response.getheader("Retry-After"))
        if status in {404, 410}:
            raise Gone(f"{status} {response.reason}")
        if status not in {_OK, _UNCHANGED}:
            raise Failed(f"{status} {response.reason}")
        body = self._body(response) if status == _OK else None
        return _answer(url, response, body, known)

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        """Decompressed as it arrives, so that what would be too large is never held."""
        until = self.now() + SLOWEST
        encoding = response.getheader("Content-Encoding", "identity").lower()
        if encoding not in {"identity", "gzip", "deflate"}:
            raise Failed(f"it is compressed with {encoding}")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding != "identity" else None
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += unpack.decompress(chunk, LARGEST + 1 - len(body)) if unpack else chunk
            if len(body) > LARGEST:
                raise Failed(f"it has more than {LARGEST // 1_000_000} MB")
            if self.now() > until:
                raise Failed(f"it takes longer than {SLOWEST:.0f} s")
        if response.length or (unpack and not unpack.eof):
            raise Failed("it ends in the middle")
        return bytes(body)


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _headers(known: Validators) -> Mapping[str, str]:
    headers = {"User-Agent": AGENT, "Accept": "text/html, application/xml;q=0.9", "Accept-Encoding": "gzip"}
    headers |= {"If-None-Match": known.etag} if known.etag else {}
    return headers | ({"If-Modified-Since": known.modified} if known.modified else {})


def _answer(url: str, response: http.client.HTTPResponse, body: bytes | None, known: Validators) -> Answer:
    fresh = Validators(response.getheader("ETag", ""), response.getheader("Last-Modified", ""))
    return Answer(
        url,
        response.headers.get_content_type(),
        response.headers.get_content_charset("") or "",
        body,
        known if body is None else fresh,
        is_hidden="noindex" in response.getheader("X-Robots-Tag", "").lower(),
    )


def _pause(retry_after: str | None) -> float:
    """Seconds or a date; what is neither is a short while."""
    if retry_after is None:
        return _USUAL_PAUSE
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return _USUAL_PAUSE
