"""Prose cut into sentences: the one thing that ingestion leaves to the moment of the answer."""

from __future__ import annotations

import re
from typing import Final

from shared.retrieval.markup import CODE_SPAN

ABBREVIATIONS: Final = "".join(
    rf"(?<!\b{each}\.)"
    for each in ("e\\.g", "i\\.e", "a\\.k\\.a", "eg", "vs", "cf", "etc", "Fig", "Eq", "Dr", "Mr", "Mrs", "St", "[A-Z]")
)
BREAK: Final = re.compile(
    rf"(?:(?<=[.!?]){ABBREVIATIONS}|(?<=[.!?][\"')\]]))\s+(?=[^\sa-z])"
    r"|(?<=[\u3002\uff01\uff1f\u06d4\u061f\u0964])\s*"
)
"""Between two sentences, also after the full stops and question marks of Chinese, Urdu, Arabic and Hindi."""

GLUE: Final = "\x00"
"""Stands for a space inside a code span while sentences are split; text that was made safe never holds one."""


def split(text: str) -> list[str]:
    """Sentences of one line of prose; never cut inside a code span."""
    glued = CODE_SPAN.sub(lambda span: span.group().replace(" ", GLUE), text)
    return [part.replace(GLUE, " ").strip() for part in BREAK.split(glued) if part and part.strip()]
