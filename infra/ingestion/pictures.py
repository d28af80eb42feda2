"""What of a picture its readers can read: its description, unless that is only the name of its file."""

from __future__ import annotations

import re
from typing import Final

_ENDING: Final = r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico|mp4|webm)"
_ONLY_NAMED: Final = re.compile(
    rf"\s*(?:.*{_ENDING}|[\w%()+@.-]*_[\w%()+@.-]*|(?:image|img|picture|pic|photo|figure|fig|screen ?shot"
    r"|alt(?: ?text)?)[\s_.-]*\d*)\s*",
    re.IGNORECASE,
)


def description(told: str) -> str:
    """The description; empty where it names a file, or says no more than that there is a picture."""
    return "" if _ONLY_NAMED.fullmatch(told) else told
