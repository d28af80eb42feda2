"""Whose pages may call the platform: those of the sites that serverless.yml names, and its own under its other name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from infra.local.gateway.cors import read_cors
from infra.local.gateway.serverless import read_serverless
from infra.local.program import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SITE: Final = "SITE_ORIGIN"
_ORIGIN: Final = re.compile(r"https?://[\w.-]+(:\d+)?")


class NoOrigin(Exception):
    """SITE_ORIGIN is nothing that a browser calls an origin; the message says what it should be."""


def chosen_site(variables: Mapping[str, str]) -> dict[str, str]:
    """The site that whoever starts the platform chose; none leaves it to serverless.yml.

    Raises:
        NoOrigin: It is no origin, which would allow nobody, in silence.
    """
    site = variables.get(SITE, "")
    if site and not _ORIGIN.fullmatch(site):
        raise NoOrigin(f"{SITE} is {site!r}. It has to be an origin such as http://localhost:3000, without a path.")
    return {SITE: site} if site else {}


def site_origins(variables: Mapping[str, str]) -> list[str]:
    """What API Gateway would allow with these variables."""
    cors = read_cors(read_serverless(PROJECT / "serverless.yml", variables), ())
    return [*cors.origins] if cors else []


def own_other_name(port: int) -> str:
    """For browsers `localhost` and 127.0.0.1 are two sites: pages at one send no cookies to the other."""
    return f"http://localhost:{port}"


def trusted_origins(port: int, sites: Iterable[str]) -> str:
    """As TRUSTED_ORIGINS holds them."""
    return ",".join([own_other_name(port), *sites])
