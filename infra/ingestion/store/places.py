"""Where the pages of versions stand that are not the released one: by that a reader's page tells its version."""

from __future__ import annotations

from os.path import commonpath
from typing import Final
from urllib.parse import urlsplit

MOST: Final = 50
"""Versions; of a site with more, the others are only asked for by their names."""


class Places:
    """The folders of versions, of the passages that were seen."""

    def __init__(self) -> None:
        self._others: dict[str, str] = {}
        self._released: set[str] = set()

    def see(self, url: str, version: str, release: str) -> None:
        """Take a passage's address into account."""
        folder = urlsplit(url).path.rpartition("/")[0] + "/"
        if release != "other":
            self._released.add(folder)
        elif version:
            held = self._others.get(version)
            self._others[version] = folder if held is None else _folder(held, folder)

    def found(self) -> dict[str, str]:
        """Version by the beginning of its pages' paths, where no released page's path begins so."""
        own = [each for each in self._others if not any(path.startswith(self._others[each]) for path in self._released)]
        return {self._others[version]: version for version in sorted(own)[:MOST]}


def _folder(one: str, other: str) -> str:
    return commonpath([one, other]).rstrip("/") + "/"
