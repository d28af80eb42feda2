"""What a generator's own index says is on its site: it knows nothing of our reader."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LABEL = re.compile(r"(?:Section titled|Abschnitt betitelt) [“„][^”“]*[”“] ?")
"""What Starlight has read aloud of the link to a heading, beside the heading itself: no text of the page."""


def mkdocs(folder: Path) -> set[str]:
    """Addresses with their anchors, below the site."""
    index: dict[str, Any] = json.loads((folder / "search" / "search_index.json").read_text())
    return {each["location"] for each in index["docs"] if each["text"] or "#" not in each["location"]}


def mdbook(folder: Path) -> set[str]:
    """Addresses with their anchors, below the site."""
    (file,) = [*folder.glob("searchindex*.js")]
    return set(json.loads(re.findall(r'"doc_urls":(\[[^\]]*\])', file.read_text().replace('\\"', '"'))[0]))


def sphinx(folder: Path) -> set[str]:
    """Addresses of objects and labels, below the site."""
    packed = (folder / "objects.inv").read_bytes().split(b"zlib.\n", 1)[1]
    return set(_objects(zlib.decompress(packed).decode()))


def _objects(text: str) -> Iterator[str]:
    for line in text.splitlines():
        found = re.fullmatch(r"(.+?)\s+(\S+)\s+(-?\d+)\s+(\S*)\s+(.*)", line)
        if found and not found[4].startswith(("genindex", "py-modindex", "search")) and "hidden" not in found[4]:
            yield found[4].replace("$", found[1])


def pagefind(folder: Path) -> dict[str, str]:
    """The text of each page, by its address."""
    made: dict[str, str] = {}
    for file in sorted((folder / "pagefind" / "fragment").glob("*.pf_fragment")):
        page: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()).decode().partition("{")[2].join(["{", ""]))
        made[page["url"]] = LABEL.sub("", page["content"])
    return made
