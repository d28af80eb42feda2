"""What a site lists: its sitemaps, those that they name, and nothing of another host."""

from __future__ import annotations

import zlib
from collections import deque
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from infra.ingestion.html.addresses import locations
from infra.ingestion.live.client import LARGEST, Failed, Gone
from infra.ingestion.live.connection import Forbidden
from infra.ingestion.sources import NothingToIngest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from urllib.robotparser import RobotFileParser

    from infra.ingestion.live.client import Client

MOST_SITEMAPS: Final = 200
_GZIP: Final = b"\x1f\x8b"
_ENDINGS: Final = (".xml", ".xml.gz")


def listed(client: Client, rules: RobotFileParser) -> list[str]:
    """Give the pages that the sitemaps of a site list, each once.

    Raises:
        NothingToIngest: A sitemap cannot be read now.
    """
    start = client.start.geturl()
    named: list[str] = rules.site_maps() or []
    waiting = deque([*named, urljoin(start, "sitemap.xml"), urljoin(start, "/sitemap.xml")])
    seen: set[str] = set()
    pages: dict[str, None] = {}
    while waiting and len(seen) < MOST_SITEMAPS:
        address = waiting.popleft()
        if address in seen or not client.is_of_site(address):
            continue
        seen.add(address)
        for each in _on_site(client, _read(client, address)):
            if urlsplit(each).path.endswith(_ENDINGS):
                waiting.append(each)
            else:
                pages[each] = None
    return list(pages)


def _read(client: Client, address: str) -> list[str]:
    """It is looked through for addresses and not parsed: nothing in it can expand, or name a file.

    Raises:
        NothingToIngest: It cannot be read now; without it many pages would seem to be gone.
    """
    try:
        body = client.get(address).body or b""
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, LARGEST) if body[:2] == _GZIP else body
    except (Gone, Forbidden):
        return []
    except (Failed, zlib.error) as error:
        raise NothingToIngest(f"{address} cannot be read: {error}") from error
    return locations(unpacked.decode("utf-8", "replace"))


def _on_site(client: Client, addresses: list[str]) -> Iterable[str]:
    """A sitemap says where a site is published; a preview of it is served from elsewhere."""
    ours = [each for each in addresses if client.is_of_site(each)]
    if ours or not addresses:
        return ours
    return [urljoin(client.start.geturl(), urlsplit(each).path) for each in addresses if urlsplit(each).path]
