"""Passages read back from what ingestion stored, in this form or in the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.retrieval.blocks import Code, Paragraph, read
from shared.retrieval.markup import INVISIBLE, inline
from shared.retrieval.models import Passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.retrieval.blocks import Block

FENCES: Final = ("```", "~~~")
ENDINGS: Final = (".mdx", ".md")


def passage(payload: Mapping[str, Any], *, score: float, cosine: float, words: float) -> Passage | None:
    """The passage; None where it has no address or no text.

    Raises:
        KeyError, TypeError, ValueError: The payload is not one of ours.
    """
    url, blocks = str(payload.get("url") or ""), _blocks(payload)
    if not url or not blocks:
        return None
    anchor, page = payload.get("anchor"), str(payload.get("path") or url)
    for ending in ENDINGS:
        page = page.removesuffix(ending)
    return Passage(
        url=url if "#" in url or not anchor else f"{url}#{anchor}",
        page=page,
        title=str(payload.get("title") or page),
        heading_path=tuple(map(str, payload.get("heading_path") or ())),
        blocks=blocks,
        score=score,
        language=str(payload.get("lang") or "en"),
        version=str(payload.get("version") or ""),
        position=int(payload.get("position") or 0),
        cosine=cosine,
        words=words,
    )


def _blocks(payload: Mapping[str, Any]) -> tuple[Block, ...]:
    if payload.get("blocks"):
        return read(payload["blocks"])
    return tuple(plain_blocks(str(payload.get("text") or "")))


def plain_blocks(text: str) -> Iterator[Block]:
    """Text whose blocks nobody stored, safe to show: paragraphs between blank lines, and code between fences."""
    lines: list[str] = []
    fence = ""
    for line in [*(INVISIBLE.sub("", each) for each in text.splitlines()), ""]:
        mark = line.strip()
        if fence and mark == fence:
            yield Code("\n".join(lines))
            fence, lines = "", []
        elif fence:
            lines.append(line)
        elif mark and not mark.startswith(FENCES):
            lines.append(mark)
        else:
            yield from [Paragraph(inline(" ".join(lines)))] if lines else []
            fence, lines = mark[:3], []
    if lines:
        yield Code("\n".join(lines[:-1]))
