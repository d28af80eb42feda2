"""Addresses taken apart and put together as JavaScript's `URL` and `URLSearchParams` do it in Better Auth."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urljoin, urlsplit, urlunsplit

UNESCAPED: Final = "-_.!~*'()"
"""What `encodeURIComponent` leaves alone besides letters and digits."""

FORM_UNESCAPED: Final = "*-._"
"""What `URLSearchParams` leaves alone; it writes a space as a plus sign."""


def encoded(text: str) -> str:
    """JavaScript's `encodeURIComponent`."""
    return quote(text, safe=UNESCAPED)


def form_encoded(text: str) -> str:
    """A name or value as `URLSearchParams` writes it."""
    return quote_plus(text, safe=FORM_UNESCAPED).replace("~", "%7E")


def with_more(address: str, name: str, value: str) -> str:
    """Better Auth's `appendQueryParams`: what the query held stays as it was written."""
    before, mark, fragment = address.partition("#")
    path, _, query = before.partition("?")
    separator = "&" if query and not query.endswith("&") else ""
    return f"{path}?{query}{separator}{form_encoded(name)}={form_encoded(value)}{mark}{fragment}"


def absolute(address: str, origin: str, name: str, value: str) -> str:
    """`new URL(address, origin)` with one parameter set: it replaces all of its name."""
    parts = urlsplit(urljoin(f"{origin}/", address))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    # as `searchParams.set`: in the place of the first of that name, and the others go
    place = next((index for index, pair in enumerate(pairs) if pair[0] == name), len(pairs))
    others = [pair for pair in pairs[place:] if pair[0] != name]
    query = urlencode([*pairs[:place], (name, value), *others], safe=FORM_UNESCAPED)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))
