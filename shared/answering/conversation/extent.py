"""How much of an answer a reader wants: less of it, or what comes after it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.answering.models import Answer
    from shared.retrieval.models import Passage

SHORT_CHARACTERS: Final = 320
ITEMS: Final = 5
MARK: Final = re.compile(r"\[(\d{1,3})\]")
HEADING: Final = re.compile(r"\*\*.+\*\* \[\d{1,3}\]")
"""The line above a section's part of an answer, which is no answer yet."""
FENCE: Final = re.compile(r"^\s*(?:```|~~~)")
LISTED: Final = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s")
SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?\u3002\u06d4\u0964])(?:\s*\[\d{1,3}\])*\s+(?=\S)")

SHINGLE: Final = 5
"""Words in a row that are compared to tell whether a text was shown before."""

SHOWN: Final = 0.4
"""The share of them from which on it was."""


def shorter(answer: Answer) -> Answer:
    """The beginning of an answer: its first paragraph, with the code or the first items that it announces."""
    blocks = _blocks(answer.text)
    text = blocks[0]
    for following in blocks[1:]:
        if MARK.search(text) and not HEADING.fullmatch(text) and not MARK.sub("", text).rstrip().endswith(":"):
            break
        text = f"{text}\n\n{following}"
    return _with_sources(answer, _cut(text))


def not_shown(passages: Sequence[Passage], answers: Iterable[str]) -> tuple[Passage, ...]:
    """The passages that no earlier answer was made of."""
    told = tuple(answers)
    return tuple(each for each in passages if not was_shown(each, told))


def was_shown(passage: Passage, answers: Iterable[str]) -> bool:
    """Whether much of it stands in the answers."""
    return _was_shown(_shingles(passage.text), _shingles(" ".join(answers)))


def _blocks(text: str) -> list[str]:
    """Parts between empty lines; code stays whole."""
    blocks: list[list[str]] = [[]]
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        if line.strip() or fenced:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return ["\n".join(lines) for lines in blocks if lines] or [text]


def _cut(text: str) -> str:
    if len(text) <= SHORT_CHARACTERS or "```" in text:
        return text
    lines = text.splitlines()
    listed = [at for at, line in enumerate(lines) if LISTED.match(line)]
    if listed:
        return "\n".join(lines[: listed[ITEMS]] if len(listed) > ITEMS else lines)
    first = SENTENCE_ENDS.split(text, maxsplit=1)[0]
    mark = MARK.search(text)
    return first if MARK.search(first) or mark is None else f"{first} {mark.group()}"


def _with_sources(answer: Answer, text: str) -> Answer:
    """The text with the sources that it cites, numbered anew."""
    by_number = {str(each.n): each for each in answer.sources}
    cited = [number for number in dict.fromkeys(MARK.findall(text)) if number in by_number]
    marks = {number: f"[{n}]" for n, number in enumerate(cited, 1)}
    renumbered = MARK.sub(lambda found: marks.get(found.group(1), found.group()), text)
    sources = tuple(replace(by_number[number], n=n) for n, number in enumerate(cited, 1))
    return replace(answer, text=renumbered, sources=sources)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + SHINGLE]) for at in range(max(len(words) - SHINGLE + 1, 0))}


def _was_shown(passage: set[tuple[str, ...]], said: set[tuple[str, ...]]) -> bool:
    return bool(passage) and len(passage & said) >= SHOWN * min(len(passage), len(said))
