"""What a site's own search finds: pages that its authors kept out of it are kept out of ours."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from infra.ingestion.html.facts import forms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_JSON_IN_SCRIPT: Final = re.compile(r"\{.*\}", re.DOTALL)
_BOOK_PAGES: Final = re.compile(r'\\?"doc_urls\\?":(\[[^\]]*\])')
_PRESS_PAGES: Final = re.compile(r'\\?"documentIds\\?":(\{[^}]*\})')


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What a search finds.

    Attributes:
        scope: The folder whose pages it would hold, with a slash at its end; empty for the whole site.
        found: Addresses without anchors, as the index writes them.
    """

    scope: str
    found: frozenset[str]

    def leaves_out(self, file: str, base: str) -> bool:
        """Whether a file lies where the search looks and is not found."""
        if not file.startswith(self.scope):
            return False
        names = {*forms(file[len(self.scope) :]), *(f"{base}{form}" for form in forms(file))}
        return self.found.isdisjoint(names)


def indexes_of(folder: Path) -> Iterator[SearchIndex]:
    """Read the indexes that a site has; one that cannot be read tells nothing."""
    for pattern, above, read in _KINDS:
        for file in sorted(folder.rglob(pattern)):
            try:
                found = frozenset(each.partition("#")[0] for each in read(file.read_text("utf-8")))
            except (OSError, ValueError, LookupError, TypeError, AttributeError):
                continue
            if found:
                yield SearchIndex(_scope(folder, file, above), found)


def _scope(folder: Path, file: Path, above: int) -> str:
    place = file.relative_to(folder).parents[above].as_posix()
    return "" if place == "." else f"{place}/"


def _mkdocs(text: str) -> Iterable[str]:
    return [each["location"] for each in json.loads(text)["docs"]]


def _sphinx(text: str) -> Iterable[str]:
    """It names every page, also those kept out of it: these have no words."""
    script = _JSON_IN_SCRIPT.search(text)
    index: Mapping[str, Any] = json.loads(script[0]) if script else {}
    terms: Mapping[str, int | list[int]] = index["terms"]
    known = {number for each in terms.values() for number in ([each] if isinstance(each, int) else each)}
    names: list[str] = index["docnames"]
    if len(known) * 2 < len(names):
        return []
    return [f"{name}{ending}" for number, name in enumerate(names) if number in known for ending in (".html", "/")]


def _mdbook(text: str) -> Iterable[str]:
    pages = _BOOK_PAGES.search(text)
    return json.loads(pages[1].replace('\\"', '"')) if pages else []


def _vitepress(text: str) -> Iterable[str]:
    pages = _PRESS_PAGES.search(text)
    return json.loads(pages[1].replace('\\"', '"')).values() if pages else []


_KINDS: Final[tuple[tuple[str, int, Callable[[str], Iterable[str]]], ...]] = (
    ("search/search_index.json", 1, _mkdocs),
    ("searchindex*.js*", 0, _sphinx),
    ("searchindex*.js*", 0, _mdbook),
    ("@localSearchIndex*.js", -1, _vitepress),
)
