"""Addresses that clients give and get back: only those that every browser opens as the web page that they name."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ENCODED_SEPARATORS: Final = re.compile(r"%2f|%5c", re.IGNORECASE)
UNPRINTED: Final = re.compile(r"[\s<>\"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What no address is written with, and what hides how one reads."""


def is_linkable(address: str) -> bool:
    """Whether the address is `http:` or `https:` with a host and no password, or a path of the site that shows it."""
    if UNPRINTED.search(address) or "\\" in address:
        return False
    return is_safe_path(address) or _is_web_address(address)


def is_safe_path(path: str) -> bool:
    """Whether every browser reads this as a path of the site it is on."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or CONTROL_CHARACTERS.search(path):
        return False
    return not ENCODED_SEPARATORS.search(re.split(r"[?#]", path, maxsplit=1)[0])


def _is_web_address(address: str) -> bool:
    if not re.match(r"https?://[^/]", address, re.IGNORECASE):
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:  # of a port that is no number, of brackets that do not close
        return False


def page_path(address: str | None) -> str:
    """What all addresses of a page have in common, whatever host and ending it is served with; empty for none."""
    try:
        path = unquote(urlsplit(address or "").path)
    except ValueError:  # such as http://[
        return ""
    return path.removesuffix("/index.html").removesuffix(".html").rstrip("/")
