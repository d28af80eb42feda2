"""Where the page at an address lies in the folder."""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import unquote, urlsplit

LONGEST_NAME: Final = 100
_NO_NAME: Final = re.compile(r"[^\w.-]+")


def file_of(url: str) -> str:
    """Give a file's name for an address: as the site itself would lay it out; no part of it leads elsewhere."""
    parts = urlsplit(url)
    names = [_name(each) for each in unquote(parts.path).strip("/").split("/") if each]
    is_file = bool(names) and not parts.path.endswith("/")
    if parts.query:
        names = [*names, _name(f"q{hashlib.sha256(parts.query.encode()).hexdigest()[:12]}")]
    if not is_file and not parts.query:
        names = [*names, "index"]
    last = names[-1].removesuffix(".html").removesuffix(".htm")
    return "/".join([*names[:-1], f"{last}.html"])


def _name(part: str) -> str:
    plain = _NO_NAME.sub("-", part).strip(".") or "-"
    if plain == part and len(part) <= LONGEST_NAME:
        return part
    return f"{plain[:LONGEST_NAME]}-{hashlib.sha256(part.encode()).hexdigest()[:8]}"


def path_of(url: str) -> str:
    """Give the path of the page at an address."""
    return file_of(url).removesuffix(".html")
