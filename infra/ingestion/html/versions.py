"""Which version of the product each page documents, and which version is the released one."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from infra.ingestion.html.names import RELEASED, UNRELEASED, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infra.ingestion.html.facts import Facts

_NUMBERS: Final = re.compile(r"\d+")
_EARLY: Final = re.compile(r"a|b|rc|alpha|beta|dev")


def keep_released(pages: Sequence[Facts], *, all_versions: bool) -> None:
    """Mark the pages of other versions as skipped; where there is only one, its name does not matter."""
    groups = [_by_their_word(pages), *_by_folders(pages)]
    for group, released in groups:
        for version, members in group.items():
            for page in members:
                page.version = version if len(group) > 1 else ""
                page.is_released = version == released
                if version != released and not all_versions:
                    page.reason = page.reason or f"version {version or 'unnamed'}, not {released or 'the main one'}"


def _by_their_word(pages: Sequence[Facts]) -> tuple[dict[str, list[Facts]], str]:
    """What pages say; the released version stands at the shortest path."""
    groups: defaultdict[str, list[Facts]] = defaultdict(list)
    for page in pages:
        if page.version and not page.reason:
            groups[page.version].append(page)
    shortest = {version: min(len(page.path) for page in members) for version, members in groups.items()}
    released = min(shortest, key=lambda version: (version in UNRELEASED, shortest[version]), default="")
    return dict(groups), released


def _by_folders(pages: Sequence[Facts]) -> Iterator[tuple[dict[str, list[Facts]], str]]:
    """Folders that are named like versions and hold the same pages."""
    below: defaultdict[str, dict[str, dict[str, Facts]]] = defaultdict(dict)
    for page in (each for each in pages if not each.version and not each.reason):
        parts = page.file.split("/")
        for depth, part in enumerate(parts[:-1]):
            if VERSIONS.fullmatch(part):
                around = "/".join(parts[:depth])
                below[around].setdefault(part, {})["/".join(parts[depth + 1 :])] = page
                break
    for around, folders in below.items():
        unnamed = _directly_in(around, pages, set(folders))
        found = {name: files for name, files in {**folders, "": unnamed}.items() if files}
        named = _overlapping(found)
        if len(named) > 1:
            yield {name: list(found[name].values()) for name in named}, _released(named)


def _directly_in(around: str, pages: Sequence[Facts], versions: set[str]) -> dict[str, Facts]:
    start = f"{around}/" if around else ""
    inside = (page for page in pages if page.file.startswith(start) and not page.version and not page.reason)
    files = {page.file[len(start) :]: page for page in inside}
    return {name: page for name, page in files.items() if name.partition("/")[0] not in versions}


def _overlapping(found: Mapping[str, Mapping[str, Facts]]) -> list[str]:
    """Those that share at least half of the pages of the smaller one with another, and more than its first page."""
    return [
        name
        for name, files in found.items()
        if any(
            len(shared := files.keys() & others.keys()) * 2 >= min(len(files), len(others)) and len(shared) > 1
            for other, others in found.items()
            if other != name
        )
    ]


def _released(names: Sequence[str]) -> str:
    if "" in names:
        return ""
    return next((each for each in RELEASED if each in names), max(names, key=_rank))


def _rank(name: str) -> tuple[bool, bool, list[int]]:
    numbers = [int(each) for each in _NUMBERS.findall(name)]
    return bool(numbers) and name not in UNRELEASED, not _EARLY.search(name.lstrip("v")), numbers
