"""Where a site publishes each file: what the page says, else the sitemap, else `<base>`, else the site's own links."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from infra.ingestion.html.document import path_of
from infra.ingestion.html.facts import forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from infra.ingestion.html.facts import Facts, Links

_LOCATION: Final = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]+)")
_SAFE: Final = "/:@!$&'()*+,;=~"


@dataclass(slots=True)
class Place:
    """Where a site is published.

    Attributes:
        host: With its scheme; empty if nothing tells.
        base: The path before the files' own.
        listed: Paths in its sitemap.
    """

    host: str = ""
    base: str = "/"
    listed: set[str] = field(default_factory=set[str])


def locations(sitemap: str) -> list[str]:
    """Give the addresses in a sitemap, without interpreting anything else in it."""
    return [each.replace("&amp;", "&") for each in _LOCATION.findall(sitemap)]


def place_of(pages: Sequence[Facts], folder: Path) -> Place:
    """Find out where a folder is published."""
    listed = [each for each in _sitemap(folder) if not each.endswith((".xml", ".xml.gz"))]
    canonicals = _trusted(pages)
    told = [*canonicals.values(), *listed] or [each.base for each in pages]
    hosts = Counter(_host(each) for each in told if _host(each))
    paths = {unquote(path_of(each)) for each in listed}
    base = _base_by_canonicals(canonicals) or _base_by_sitemap(pages, paths) or _base_by_elements(pages)
    return Place(hosts.most_common(1)[0][0] if hosts else "", base or "/", paths)


def give_addresses(pages: Sequence[Facts], place: Place, links: Links, site_url: str, local: str) -> None:
    """Give each page its address.

    Args:
        pages: All files.
        place: Where the folder is published.
        links: How the site's own links name the files.
        site_url: Where it is published instead, if somebody said so.
        local: Where the local reader shows it, if nobody knows.
    """
    canonicals = _trusted(pages)
    owners = {place.base + form: page for page in pages for form in forms(page.file)}
    for page in pages:
        canonical = unquote(path_of(canonicals.get(page, "")))
        own = [place.base + form for form in forms(page.file)]
        elsewhere = owners.get(canonical) if canonical and canonical not in own else None
        if elsewhere is not None and not page.reason:
            page.reason = f"the same as {elsewhere.file} by its own account"
        page.path = canonical if canonical in own else _path(own, place, links)
        page.address = page.final if page.final and not site_url else _address(page, place, site_url, local)


def _path(own: Sequence[str], place: Place, links: Links) -> str:
    """As the sitemap has it, else as most links do; a folder's own page without links is the folder."""
    listed = next((each for each in own if each in place.listed), "")
    return listed or max(own, key=lambda path: links.absolute[path] + links.relative[f"/{path[len(place.base) :]}"])


def _address(page: Facts, place: Place, site_url: str, local: str) -> str:
    below = page.path[len(place.base) :] if page.path.startswith(place.base) else page.path.lstrip("/")
    if site_url:
        return f"{site_url.rstrip('/')}/{quote(below, safe=_SAFE)}"
    if place.host:
        return place.host + quote(page.path, safe=_SAFE)
    return f"{local}/{quote(page.file.removesuffix('.html').removesuffix('.htm'), safe='/')}"


def _sitemap(folder: Path) -> Iterable[str]:
    for file in sorted(folder.rglob("sitemap*.xml")):
        yield from locations(file.read_text("utf-8", "replace"))


def _host(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def _trusted(pages: Sequence[Facts]) -> dict[Facts, str]:
    """What pages say of themselves, unless most say the same: then it is a slip of the theme."""
    said = {page: page.canonical for page in pages if path_of(page.canonical)}
    times = Counter(said.values())
    most = times.most_common(1)[0][1] if times else 0
    return {} if most > 2 and most * 2 > len(said) else said  # noqa: PLR2004 (three with one address are no two copies)


def _base_by_canonicals(canonicals: dict[Facts, str]) -> str:
    votes: Counter[str] = Counter()
    for page, canonical in canonicals.items():
        path = unquote(path_of(canonical))
        form = next((each for each in forms(page.file) if each and path.endswith(f"/{each}")), None)
        if form is not None:
            votes[path[: len(path) - len(form)]] += 1
        elif page.file == "index.html":
            votes[path if path.endswith("/") else f"{path}/"] += 1
    return votes.most_common(1)[0][0] if votes else ""


def _base_by_elements(pages: Sequence[Facts]) -> str:
    """`<base>` is the site's place on all pages, or on each page its folder's."""
    votes: Counter[str] = Counter()
    for page in pages:
        path = unquote(path_of(page.base)).rpartition("/")[0] + "/"
        folder = f"/{page.file.rpartition('/')[0]}/"
        if path_of(page.base):
            votes[path[: 1 - len(folder)] if "/" in page.file and path.endswith(folder) else path] += 1
    return votes.most_common(1)[0][0] if votes else ""


def _base_by_sitemap(pages: Sequence[Facts], listed: set[str]) -> str:
    """No page says its own address: the base by which most of them are in the sitemap."""
    by_end: dict[str, list[str]] = {}
    for path in listed:
        by_end.setdefault(path.rstrip("/").rpartition("/")[2], []).append(path)
    votes: Counter[str] = Counter()
    for form in (form for page in pages for form in forms(page.file) if form):
        for path in by_end.get(form.rstrip("/").rpartition("/")[2], []):
            if path.endswith(f"/{form}"):
                votes[path[: len(path) - len(form)]] += 1
    return votes.most_common(1)[0][0] if votes else ""
