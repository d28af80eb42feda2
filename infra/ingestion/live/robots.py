"""What a site allows (RFC 9309): without an answer, nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from infra.ingestion.live.client import AGENT, Failed, Gone
from infra.ingestion.live.connection import Forbidden
from infra.ingestion.sources import NothingToIngest

if TYPE_CHECKING:
    from infra.ingestion.live.client import Client

LONGEST_DELAY: Final = 30.0
"""Seconds between two requests that a site may ask for."""


def read_robots(client: Client) -> RobotFileParser:
    """Read a site's rules; a site without any allows everything.

    Raises:
        NothingToIngest: It does not say what it allows: it fails, or leads away.
    """
    rules = RobotFileParser()
    address = urljoin(client.start.geturl(), "/robots.txt")
    try:
        answer = client.get(address)
        rules.parse((answer.body or b"").decode("utf-8-sig", "replace").splitlines())
    except Gone:
        rules.parse([])
    except (Failed, Forbidden) as error:
        if not _is_refusal(error):
            raise NothingToIngest(f"{address} does not say what may be fetched: {error}") from error
        rules.parse([])
    delay = rules.crawl_delay(AGENT)
    client.delay = max(client.delay, min(float(delay or 0), LONGEST_DELAY))
    return rules


def _is_refusal(error: Exception) -> bool:
    """A site that answers 4xx has no rules; one that fails (5xx) or cannot be reached has rules that we do not know."""
    return str(error)[:1] == "4" and str(error)[1:3].isdigit()
