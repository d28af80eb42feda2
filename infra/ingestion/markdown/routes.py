"""Addresses of pages: as Docusaurus makes them for a published site, else on the local platform's own reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from infra.ingestion.markdown.front_matter import FrontMatter

LOCAL_READER: Final = "/docs"
"""Where the local gateway shows ingested pages: `/docs/<site>/<path>`."""
_NUMBER_PREFIX: Final = re.compile(r"\d+\s*[-_.]+\s*(?P<rest>[^-_.\s].*)")
_DATE_OR_VERSION: Final = re.compile(r"(?:\d{2}|\d{4})[-_.]\d{2}(?:[-_.](?:\d{2}|\d{4}))?|\d+[-_.]\d")


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages belong to.

    Attributes:
        name: Tells its passages from those of other sites in the same collection.
        url: Where its pages are published; empty for the local reader.
    """

    name: str
    url: str = ""

    def knows_no_place_of(self, address: str) -> bool:
        """Whether only the local reader shows a page, as nothing says where it is published."""
        return not self.url and address.startswith(f"{LOCAL_READER}/{quote(self.name)}/")

    def page_url(self, path: str, front_matter: FrontMatter) -> str:
        """Give the address of a page from its path and what it says about itself."""
        if not self.url:
            return f"{LOCAL_READER}/{quote(self.name)}/{quote(path)}"
        return f"{self.url.rstrip('/')}/{quote(route(path, front_matter))}"


def route(path: str, front_matter: FrontMatter) -> str:
    """Give a page's route by Docusaurus' rules.

    Number prefixes are dropped; `index`, `README` and a file named like its folder stand for the folder; `id` stands
    for the file's name and `slug` for all of the route, or with no leading slash for its last part.
    """
    *folders, name = (_without_number(part) for part in PurePosixPath(path).parts)
    if front_matter.slug.startswith("/"):
        return front_matter.slug.strip("/")
    if front_matter.slug:
        return "/".join([*folders, front_matter.slug.strip("/")])
    stands_for_folder = name.lower() in {"index", "readme"} or (folders and name.lower() == folders[-1].lower())
    if stands_for_folder and not front_matter.identifier:
        return "/".join(folders)
    return "/".join([*folders, front_matter.identifier or name])


def _without_number(part: str) -> str:
    prefixed = _NUMBER_PREFIX.fullmatch(part)
    return part if prefixed is None or _DATE_OR_VERSION.match(part) else prefixed["rest"]
