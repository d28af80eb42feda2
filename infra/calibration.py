"""The gate for a book and an owner's own questions: `make calibrate FILE=…` (specs/guides/calibrating.md).

Each line of the file has a `question` and whether the book answers it (`in_book`). Each is searched as the chat does,
and judged by the same closeness as in shared/retrieval/gate.py. Printed is the RETRIEVAL_THRESHOLD that makes the
fewest mistakes of both kinds, each kind as a share of its own questions, beside the one that is set, and what either
refuses and answers wrongly. Questions in a script that the dense model cannot read are judged by words, and left out.

The store is the one that QDRANT_URL names, else that of the platform on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from infra.local.passages import NoStore, opened
from infra.local.platform import COLLECTION
from infra.local.state import State, data_folder
from infra.stage_secrets import NoSecrets
from infra.stage_settings import with_passages
from shared.errors import Misconfigured, RetrievalUnavailable
from shared.http_client import HttpClient
from shared.retrieval.gate import closeness
from shared.retrieval.lexical import mostly_latin
from shared.retrieval.search import Book
from shared.settings.answers import RetrievalSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

FEWEST: Final = 10
"""Questions of each kind; what fewer say about the next one is chance."""
STEPS: Final = 100
"""A gate has two digits: more would promise more than some dozens of questions can say."""


class CannotCalibrate(Exception):
    """The file is not what it should be, or the store cannot be asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question of the owner's.

    Attributes:
        text: As readers ask it.
        in_book: Whether the book answers it.
    """

    text: str
    in_book: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """How close the book is to a question; at the gate or above it is answered."""

    question: Labelled
    closeness: float

    def is_wrong(self, gate: float) -> bool:
        """It would be refused although the book answers it, or answered although it does not."""
        return (self.closeness >= gate) != self.question.in_book


def read_questions(text: str) -> list[Labelled]:
    """The file's questions that the gate judges.

    Raises:
        CannotCalibrate: A line is no such question, or there are too few; the message names the line.
    """
    lines = [_labelled(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = [each for each in lines if mostly_latin(each.text)]
    for wanted, meaning in ((True, "that the book answers"), (False, "that it does not answer")):
        count = sum(each.in_book is wanted for each in found)
        if count < FEWEST:
            raise CannotCalibrate(f"there are {count} questions {meaning}; at least {FEWEST} are needed")
    return found


def _labelled(number: int, line: str) -> Labelled:
    try:
        read: Any = json.loads(line)
        text, in_book = read["question"], read["in_book"]
    except (ValueError, TypeError, KeyError) as error:
        raise CannotCalibrate(f'line {number} is not like {{"question": "…", "in_book": true}}') from error
    if not isinstance(text, str) or not text.strip() or not isinstance(in_book, bool):
        raise CannotCalibrate(f"line {number}: `question` is a text and `in_book` is true or false")
    return Labelled(text, in_book)


def mistakes(measured: Sequence[Measured], gate: float) -> tuple[float, float]:
    """The share of what the book answers that is refused, and of the rest that is answered."""
    shares = [
        [each.is_wrong(gate) for each in measured if each.question.in_book is in_book] for in_book in (True, False)
    ]
    refused, answered = (sum(each) / len(each) if each else 0.0 for each in shares)
    return refused, answered


def best_gate(measured: Sequence[Measured]) -> float:
    """The gate with the fewest mistakes; of several that are as good, the middle of the widest range of such."""
    sums = [round(sum(mistakes(measured, step / STEPS)), 9) for step in range(2 * STEPS)]
    least = min(sums)
    ranges: list[list[int]] = []
    for step, each in enumerate(sums):
        if each != least:
            continue
        if ranges and ranges[-1][-1] == step - 1:
            ranges[-1].append(step)
        else:
            ranges.append([step])
    widest = max(ranges, key=len)
    return widest[len(widest) // 2] / STEPS


def report(measured: Sequence[Measured], current: float) -> str:
    """What to set, and what would be refused and answered wrongly by that and by what is set."""
    best = best_gate(measured)
    lines = ["| gate | of the book's, refused | of the others, answered |", "|---|---|---|"]
    for gate in sorted({best, current, *(round(best + step / STEPS, 2) for step in (-8, -4, 4, 8))}):
        refused, answered = mistakes(measured, gate)
        name = f"**{gate:.2f}**" if gate == best else f"{gate:.2f}{' (set)' if gate == current else ''}"
        lines.append(f"| {name} | {refused:.1%} | {answered:.1%} |")
    for gate in dict.fromkeys((best, current)):
        lines += ["", f"With {gate:.2f}:", *(_wrong(measured, gate) or ["  no mistake"])]
    return "\n".join([*lines, "", f"RETRIEVAL_THRESHOLD={best:.2f}"])


def _wrong(measured: Sequence[Measured], gate: float) -> list[str]:
    wrong = sorted((each for each in measured if each.is_wrong(gate)), key=lambda each: each.closeness)
    return [
        f"  {'refused' if each.question.in_book else 'answered'}, {each.closeness:.2f}: {each.question.text}"
        for each in wrong
    ]


def measure(book: Book, questions: Sequence[Labelled]) -> list[Measured]:
    """Search each question.

    Raises:
        RetrievalUnavailable: As by any search.
    """
    found = [(each, book.search(each.text)) for each in questions]
    return [
        Measured(each, closeness(each.text, its.question, its.passages, its.confidence, its.vocabulary))
        for each, its in found
    ]


@contextmanager
def _settings(environ: Mapping[str, str]) -> Generator[RetrievalSettings]:
    """Where the book is, and how it is searched."""
    if environ.get("QDRANT_URL"):
        yield RetrievalSettings.read(environ)
        return
    with opened(State(data_folder())) as url:
        yield RetrievalSettings.read({"QDRANT_COLLECTION": COLLECTION, **environ, "QDRANT_URL": url})


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Measure, print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.calibration", description=__doc__)
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    try:
        questions = read_questions(file.read_text(encoding="utf-8-sig"))
        with _settings(with_passages(environ)) as settings:
            measured = measure(Book(HttpClient(settings.url), settings), questions)
            print(report(measured, settings.threshold))
    except (CannotCalibrate, NoStore, NoSecrets, Misconfigured, OSError, UnicodeDecodeError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    except RetrievalUnavailable as error:
        print(f"The book cannot be searched: {error.__cause__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
