"""E-mail and IP addresses, read as Better Auth reads them."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

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
