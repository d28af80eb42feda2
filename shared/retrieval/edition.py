"""Which pages of a book may answer a question: of which version, in which language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Edition:
    """Pages of one version, in one language.

    Attributes:
        version: Its name; None: that of the page that the reader is on, else the one that readers have.
        language: BCP 47 tag; None: whatever the pages are in.
        page: Address of the page that the reader is on.
    """

    version: str | None = None
    language: str | None = None
    page: str | None = None

    def at(self, places: Mapping[str, str]) -> Edition:
        """The same with the version of the reader's page, where that is one of those that others have.

        Args:
            places: Version by the beginning of its pages' paths, of all versions that are not the released one.
        """
        path = _path(self.page) if self.version is None and self.page else ""
        held = [each for each in places if path.startswith(each)]
        return replace(self, version=places[max(held, key=len)]) if held else self

    def filter(self) -> dict[str, Any]:
        """For Qdrant."""
        must: list[dict[str, Any]] = []
        if self.version is not None:
            must.append({"key": "version", "match": {"value": self.version}})
        if self.language is not None:
            tag = self.language.lower()
            must.append({"key": "lang", "match": {"any": sorted({self.language, tag, tag.partition("-")[0]})}})
        found: dict[str, Any] = {"must": must} if must else {}
        if self.version is None:
            found["must_not"] = [{"key": "release", "match": {"value": "other"}}]
        return found


RELEASED = Edition()
"""What documents an older or a coming version does not answer for the one that readers have."""


def _path(page: str) -> str:
    try:
        return urlsplit(page).path
    except ValueError:
        return ""
