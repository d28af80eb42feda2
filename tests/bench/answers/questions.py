"""The questions: the gold sets beside the project, XQuAD, and our own beside this module."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.answers.books import BOOKS, CLONED, CORPORA, LATER, LEROBOT, RAY, TEXTBOOK, XQUAD, Book

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLD: Final = CORPORA.parent / "answers"
OWN: Final = Path(__file__).parent
FILES: Final = tuple(GOLD / each for each in ("textbook.jsonl", "lerobot.jsonl", "offtopic.jsonl"))
"""What of the questions lies outside the project."""

OFF_TOPIC: Final = "off-topic"
FOREIGN: Final = "foreign"
"""What a neighbouring subject's questions are counted as whose subject the book does not hold; `fair` those others."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a book.

    Attributes:
        name: Tells it from others.
        set_name: What it is counted with: `gold`, `xquad`, `ray`, `studied`, `held out`, `fresh`, `last`, `third`,
            `later`, `fair`, `foreign` or `off-topic`.
        kind: Of question, within its set.
        text: As a reader asks it.
        gold: Regular expressions, all of which the answer must hold; none where it must be refused.
        direct: Those that a direct line must hold; empty where no line answers by itself, so that none should be given.
    """

    name: str
    set_name: str
    kind: str
    text: str
    gold: tuple[str, ...] = ()
    direct: tuple[str, ...] = ()


def absent() -> list[Path]:
    """What of corpora and questions is not there."""
    return [path for path in (*(book.path for book in BOOKS), *FILES) if not path.exists()]


def unasked() -> list[str]:
    """The books that may be missing and are, each with how many of our questions are about it."""
    missing = [book for book in (*CLONED, *LATER) if not book.path.exists()]
    return [f"{book.name} ({sum(1 for _ in _answered_by(book))} questions)" for book in missing]


def questions_to(book: Book) -> list[Question]:
    """All that are asked about a book, the off-topic ones last."""
    return [*_answered_by(book), *_neighbouring(book), *([] if book.beside else _off_topic(book))]


def _answered_by(book: Book) -> Iterator[Question]:
    if book is XQUAD:
        for line in _lines(book.path / "queries.jsonl"):
            gold = re.escape(" ".join(line["answer"].split()))
            yield Question(line["_id"], "xquad", "fact", line["text"], (gold,), (gold,))
    elif book.beside:
        lines = (line for file in ("unseen.jsonl", "later.jsonl") for line in _lines(OWN / file))
        yield from (_gold(line, line["part"]) for line in lines if line["corpus"] == book.name)
    elif book is RAY:
        yield from (_gold(line, "ray") for line in _lines(OWN / "ray.jsonl"))
    elif book in {TEXTBOOK, LEROBOT}:
        yield from (_gold(line, "gold") for line in _lines(GOLD / f"{book.name}.jsonl"))


def _gold(line: dict[str, Any], set_name: str) -> Question:
    gold, direct = tuple(line["gold"]), tuple(line.get("direct", line["gold"]))
    return Question(line["id"], set_name, line["kind"], line["question"], gold, direct)


def _neighbouring(book: Book) -> Iterator[Question]:
    for line in _lines(OWN / "neighbours.jsonl"):
        if line["corpus"] == book.name:
            yield Question(line["id"], line["kind"], book.name, line["question"])


def _off_topic(book: Book) -> Iterator[Question]:
    beside = [line["question"] for line in _lines(GOLD / "offtopic.jsonl")]
    for place, text in enumerate([*own_off_topic(), *beside], 1):
        yield Question(f"{book.name}-off-{place}", OFF_TOPIC, book.name, text)


def own_off_topic() -> list[str]:
    """Ours."""
    lines = (line.strip() for line in (OWN / "off_topic.txt").read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    yield from (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
