"""Which sites may send credentials, and where a callback may lead (Better Auth's trusted-origins.ts, origin-check.ts).

An address is read strictly: what one parser may read as our site and another as somebody else's is nobody's.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

from shared.auth.refusals import CROSS_SITE_LOGIN, INVALID_ORIGIN, MISSING_OR_NULL_ORIGIN, Refused
from shared.links import CONTROL_CHARACTERS, is_safe_path
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?:[/?#][^\\]*)?",
    re.IGNORECASE,
)
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
WILDCARDS: Final = re.compile(r"[*?]")
NUMERIC_PATTERN: Final = re.compile(r"(?=.*\d)[\d*?.]+")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FETCH_METADATA: Final = ("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")


def origin_of(address: str) -> str | None:
    """`scheme://host[:port]` in lower case, without a default port; None for anything but a plain http(s) address."""
    match = ADDRESS.fullmatch(address)
    if match is None or CONTROL_CHARACTERS.search(address):
        return None
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"] or DEFAULT_PORTS[scheme])
    return f"{scheme}://{host}" if port == DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


@record
class TrustedOrigins:
    """The sites of one deployment.

    Attributes:
        patterns: Origins, or patterns of them: `https://*.preview.example.com`, `*.example.com`.
    """

    patterns: tuple[str, ...]

    def include(self, address: str) -> bool:
        """Whether the absolute address belongs to one of them."""
        origin = origin_of(address)
        return origin is not None and any(_matches(origin, pattern) for pattern in self.patterns)

    def allow_callback(self, address: str) -> bool:
        """Whether a browser may be sent there: a path of this site, or an address of a trusted one."""
        return is_safe_path(address) if address.startswith("/") else self.include(address)

    def refuse_foreign_cookies(self, headers: Mapping[str, str]) -> None:
        """Raises `Refused` where cookies came from a page that is not trusted, or from nowhere."""
        if "cookie" in headers:
            self._refuse_foreign(headers)

    def refuse_foreign_login(self, headers: Mapping[str, str]) -> None:
        """Raises `Refused` where another site tries to sign its visitor in here; programs without a browser pass."""
        from_browser = any(headers.get(name, "").strip() for name in FETCH_METADATA)
        if "cookie" not in headers and from_browser and _is_cross_site_navigation(headers):
            raise Refused(CROSS_SITE_LOGIN)
        if "cookie" in headers or from_browser or _source(headers):
            self._refuse_foreign(headers)

    def may_use_cookies(self, method: str, headers: Mapping[str, str]) -> bool:
        """Whether cookies count as somebody's wish on our own routes.

        They do on reads, from our own pages, and from programs, which name no origin. Cookies that another site made a
        browser send do not.
        """
        if method in SAFE_METHODS or headers.get("sec-fetch-site") in {"same-origin", "none"}:
            return True
        origin = headers.get("origin")
        return self.include(origin) if origin else headers.get("sec-fetch-site") != "cross-site"

    def _refuse_foreign(self, headers: Mapping[str, str]) -> None:
        source = _source(headers)
        if source == "null" and headers.get("sec-fetch-site") == "same-origin":
            return
        if source in {"", "null"}:
            raise Refused(MISSING_OR_NULL_ORIGIN)
        if not self.include(source):
            raise Refused(INVALID_ORIGIN)


def _source(headers: Mapping[str, str]) -> str:
    return headers.get("origin") or headers.get("referer") or ""


def _is_cross_site_navigation(headers: Mapping[str, str]) -> bool:
    return headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") == "navigate"


def _matches(origin: str, pattern: str) -> bool:
    if not WILDCARDS.search(pattern):
        return origin == origin_of(pattern)
    scheme, separator, host = pattern.rpartition("://")
    named = origin if separator else origin.partition("://")[2]
    if not re.fullmatch(_expression(f"{scheme}{separator}{host}".lower()), named):
        return False
    return not NUMERIC_PATTERN.fullmatch(host.partition(":")[0]) or _is_ipv4(origin)


def _expression(pattern: str) -> str:
    """`*` and `?` stand for characters of one host, so never for a slash."""
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)) for character in pattern)


def _is_ipv4(origin: str) -> bool:
    """A pattern of digits, such as 192.168.*.*, means addresses: it must not admit 192.168.evil.example."""
    try:
        IPv4Address(origin.partition("://")[2].partition(":")[0])
    except ValueError:
        return False
    return True
