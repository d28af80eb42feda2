"""Versions of a classic Docusaurus site: `docs/` is the one to come, `versioned_docs/` has those that readers have."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TO_COME: Final = "current"
"""What Docusaurus calls the version in `docs/`, which it publishes at `next/`."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version.

    Attributes:
        folder: Of its pages.
        place: What their addresses have before their own part.
        version: Its name.
        is_released: Whether it is the one that readers have.
    """

    folder: Path
    place: str
    version: str
    is_released: bool


def releases_of(documents: Sequence[Path]) -> list[Release]:
    """Find the versions of a site by its folder or the folder `docs` in it; none where it has only one."""
    if len(documents) != 1 or not documents[0].is_dir():
        return []
    for website, place in ((documents[0], "docs/"), (documents[0].resolve().parent, "")):
        names = _names(website)
        docs = website / "docs"
        if names and (place or documents[0].resolve() == docs.resolve()):
            to_come = Release(docs, f"{place}next/", TO_COME, is_released=False)
            return [*(_release(website, place, name, names[0]) for name in names), to_come]
    return []


def _release(website: Path, place: str, name: str, newest: str) -> Release:
    folder = website / "versioned_docs" / f"version-{name}"
    return Release(folder, place if name == newest else f"{place}{name}/", name, is_released=name == newest)


def _names(website: Path) -> list[str]:
    """As `versions.json` has them, the newest first; what is no such list means nothing here."""
    try:
        found = json.loads((website / "versions.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    names = cast("list[object]", found) if isinstance(found, list) else []
    return [
        name for name in names if isinstance(name, str) and (website / "versioned_docs" / f"version-{name}").is_dir()
    ]
