"""Better Auth's cookies, read and written byte for byte as the original does (better-call's cookies.ts and crypto.ts).

A signed cookie is `encodeURIComponent(value + "." + base64(HMAC-SHA256(secret, value)))`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from starlette.requests import Request

UNESCAPED: Final = "-_.!~*'()"
"""What JavaScript's `encodeURIComponent` leaves alone besides letters and digits."""

BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def sign(value: str, secret: str) -> str:
    """The value with its signature, encoded for a cookie."""
    return quote(f"{value}.{_signature(value, secret)}", safe=UNESCAPED)


def read_signed(text: str, secret: str) -> str | None:
    """The value of a decoded signed text, or None unless this secret signed it. Takes the same time either way.

    Signatures are compared as they are written: the last character before the padding holds bits that mean nothing, so
    several texts decode to the same signature, and only one of them was ever given out.
    """
    value, _, signature = text.rpartition(".")
    try:
        given, expected = signature.encode(), _signature(value, secret).encode()
    except UnicodeEncodeError:
        return None  # half of a surrogate pair, which nobody can have signed
    return value if value and hmac.compare_digest(given, expected) else None


def _signature(value: str, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), value.encode(), hashlib.sha256)).decode()


class SentCookies(dict[str, str]):
    """A request's cookies; of several with one name the first counts, unless somebody asks for all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._every: dict[str, list[str]] = {}

    def add(self, name: str, value: str) -> None:
        """The next one of the header."""
        self.setdefault(name, value)
        self._every.setdefault(name, []).append(value)

    def every(self, name: str) -> list[str]:
        """All values that came by this name: a browser keeps one for each domain that it was set for."""
        return self._every.get(name, [])


def parse(header: str) -> SentCookies:
    """The cookies of a `Cookie` header, decoded; garbage is passed over."""
    cookies = SentCookies()
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            cookies.add(name.strip(), decoded(_unquoted(value.strip())))
    return cookies


def sent_cookies(request: Request) -> SentCookies:
    """The request's cookies, however many `Cookie` headers they came in.

    None of those that a page of another site made a browser send with a request whose answer that page cannot read:
    a picture, a script or a form without a navigation. Nobody has wished for it, and how long it took would tell.
    """
    headers = request.headers
    if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") == "no-cors":
        return SentCookies()
    return parse("; ".join(headers.getlist("cookie")))


def _unquoted(value: str) -> str:
    return value[1:-1] if value.startswith('"') else value


def decoded(text: str) -> str:
    """JavaScript's `decodeURIComponent`, or the text itself where that would throw."""
    if BROKEN_ESCAPE.search(text):
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
