"""The site's host, where it passes `/api` on to this API (a rewrite of Vercel's, Netlify's or CloudFront's).

To API Gateway all readers then come from the host's addresses. The host proves itself by a secret in a header and names
the reader's address in another one; without the secret such a header counts for nothing, as anybody can send it.
"""

from __future__ import annotations

import hmac
from functools import cache
from typing import TYPE_CHECKING, Final

from shared.errors import NotThroughHost
from shared.events import without_port
from shared.record import record
from shared.settings.accounts import HostSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_HEADER: Final = "x-host-secret"  # noqa: S105 (the name of a header)
WITH_PORT: Final = "cloudfront-viewer-address"
"""The one header that names a port after an IPv6 address without brackets around that
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html)."""

OPEN_TO_MONITORS: Final = "/health"


@record
class RewritingHost:
    """What a deployment knows of it.

    Attributes:
        secrets: Any of them proves the host: two, while one takes the place of the other. None: there is no host.
        address_header: In which it names the reader's address, in lower case.
        only: Whether requests that did not come through it are refused.
    """

    secrets: tuple[str, ...]
    address_header: str
    only: bool

    def reader_address(self, headers: Mapping[str, str], path: str) -> str | None:
        """The reader's address, where the host vouches for it; None where API Gateway's word counts.

        Raises:
            NotThroughHost: The request came past the host, and only what comes through it is answered.
        """
        if self._vouches(headers.get(SECRET_HEADER, "")):
            return _address(headers.get(self.address_header, ""), with_port=self.address_header == WITH_PORT)
        if self.only and not path.startswith(OPEN_TO_MONITORS):
            raise NotThroughHost
        return None

    def _vouches(self, told: str) -> bool:
        given = told.encode()
        return any([hmac.compare_digest(given, secret.encode()) for secret in self.secrets])  # noqa: C419 (each is compared, whichever fits)


@cache
def rewriting_host() -> RewritingHost:
    """The container's.

    Raises:
        Misconfigured: A setting has a senseless value.
    """
    settings = HostSettings.read()
    return RewritingHost(settings.secrets, settings.address_header.lower(), settings.only == "on")


def _address(told: str, *, with_port: bool) -> str | None:
    """One address; a list of several says nothing about which of them nobody could forge."""
    address = told.rpartition(":")[0].strip("[]") if with_port else without_port(told.strip())
    return address if address and "," not in address else None
