"""What a run of locust left behind: its own lines about each request, and those of the functions about each batch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

COLD: Final = re.compile(r"REPORT RequestId: (\S+)\t.*Init Duration: ([\d.]+) ms")
DECODER: Final = json.JSONDecoder()
TOTAL: Final = re.compile(r"total;dur=([\d.]+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """One request as the reader saw it.

    Attributes:
        at: When it began, in seconds since 1970.
        milliseconds: Until the whole answer was there.
        inside: Of those, what the function itself took, in milliseconds; 0 where it does not say.
        cold: It began a process.
        error: What is wrong with the answer.
    """

    at: float
    name: str
    milliseconds: float
    inside: float
    cold: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of statements as the function saw it; times as those of `Answer`."""

    at: float
    route: str
    milliseconds: float
    retried: int


def answers(file: Path, begin: float, end: float, cold: set[str]) -> list[Answer]:
    """Of the requests that began within those seconds since 1970."""
    found: list[Answer] = []
    for line in file.read_text("utf-8").splitlines():
        told: dict[str, Any] = json.loads(line)
        if "complaint" in told:
            told |= {"milliseconds": 0.0, "error": told["complaint"]}
        at = told["at"] - told["milliseconds"] / 1000
        if begin <= at < end:
            total = TOTAL.search(told.get("timing") or "")
            found.append(
                Answer(
                    at=at,
                    name=told["name"],
                    milliseconds=told["milliseconds"],
                    inside=float(total[1]) if total else 0.0,
                    cold=told.get("id") in cold,
                    error=told["error"],
                )
            )
    return found


def batches(logs: Path, begin: float, end: float) -> list[Batch]:
    """Of the requests that ended within those seconds since 1970, each batch by itself, from the functions' metrics."""
    found: list[Batch] = []
    for log in sorted(logs.glob("*.log")):
        for told in _metrics(log.read_text("utf-8", "replace")):
            at = told["_aws"]["Timestamp"] / 1000
            if begin <= at < end:
                times = zip(told["DatabaseMilliseconds"], told["DatabaseRetries"], strict=True)
                found += [Batch(at, told["route"], milliseconds, round(retried)) for milliseconds, retried in times]
    return found


def _metrics(text: str) -> Generator[dict[str, Any]]:
    """What was counted of batches; a line may hold more than one, since processes share a file."""
    for line in text.splitlines():
        start = line.find("{") if '"DatabaseMilliseconds"' in line else -1
        while start >= 0:
            told, end = DECODER.raw_decode(line, start)
            if "DatabaseMilliseconds" in told:
                yield told
            start = line.find("{", end)


def cold_starts(logs: Path) -> set[str]:
    """Ids of the requests that were the first of their process."""
    found: set[str] = set()
    for log in logs.glob("*.log"):
        found.update(each[1] for each in COLD.finditer(log.read_text("utf-8", "replace")))
    return found
