"""Addresses of mail, of machines and of pages, read as Better Auth reads them.

Those of pages are taken apart and put together as JavaScript's `URL` and `URLSearchParams` do it there.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urljoin, urlsplit, urlunsplit

BASE_PATH: Final = "/api/auth"

EMAIL: Final = re.compile(
    # the pattern of zod's `z.email()`, with the two look-aheads that forbid a leading and a doubled dot written out
    r"(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+\-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}"
)

UNKNOWN: Final = ""
"""Better Auth stores an unknown address as an empty text, not as null."""

SUBNET_BITS: Final = 64
"""One household has a whole /64 of IPv6, so the rest says nothing."""


def is_email(text: str) -> bool:
    """Whether Better Auth would take this as an e-mail address; it never says that anybody reads mail there."""
    return EMAIL.fullmatch(text) is not None


def normalised_ip(text: str | None) -> str:
    """The address as it is stored: IPv4 as it is, IPv6 cut to its /64 and written in full, else `UNKNOWN`."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.scope_id is not None:
        return UNKNOWN
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return ipaddress.IPv6Network((address, SUBNET_BITS), strict=False).network_address.exploded


UNESCAPED: Final = "-_.!~*'()"
"""What `encodeURIComponent` leaves alone besides letters and digits."""

FORM_UNESCAPED: Final = "*-._"
"""What `URLSearchParams` leaves alone; it writes a space as a plus sign."""


def encode_uri_component(text: str) -> str:
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
