"""`python -m tests.sites.scale PAGES`: a generated site of so many pages is ingested, and ingested again.

`--counted` embeds nothing: a store that is none counts what it would have had to embed, so that reading, packing and
comparing can be measured for a site that a machine without a graphics card would embed for hours.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from infra.ingestion.choosing import Order, choose_reader
from infra.ingestion.ingest import ingest
from infra.ingestion.llms import Library
from infra.ingestion.progress import Silent
from infra.ingestion.reading import Reading, read_pages
from infra.ingestion.store.index import Options
from infra.ingestion.store.points import Points, Stored
from tests.contract.qdrant.stand_in import running_stand_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.ingestion.passages.pages import Passage

WORDS = [
    "lamp",
    "wick",
    "oil",
    "flame",
    "match",
    "light",
    "glass",
    "brass",
    "smoke",
    "hand",
    "wind",
    "door",
    "barn",
    "week",
]


def generate(folder: Path, pages: int, sections: int) -> None:
    """Pages of invented sentences, no two alike."""
    for number in range(pages):
        parts = (
            f"<h2 id=s{part}>Section {part}</h2><p>{_sentence(number, part)}</p>" for part in range(1, sections + 1)
        )
        file = folder / f"part-{number // 100}" / f"page-{number}.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(
            f"<html lang=en><title>Page {number}</title><main><h1>Page {number}</h1>{''.join(parts)}</main>"
        )


def _sentence(number: int, part: int) -> str:
    mixed = (WORDS[(number * 7 + part * 3 + place * (1 + number % 5)) % len(WORDS)] for place in range(40))
    return f"Number {number}, {part}: {' '.join(mixed)}."


@dataclass(slots=True)
class Memory:
    """Watches what this process takes, every half second."""

    seen: list[int] = field(default_factory=list[int])
    _ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self._ended.wait(0.5):
            self.seen.append(_resident())

    def end(self) -> None:
        self._ended.set()

    @property
    def growth(self) -> float:
        """How much the last quarter takes more than the second, in percent."""
        quarter = max(1, len(self.seen) // 4)
        early, late = self.seen[quarter : 2 * quarter] or self.seen, self.seen[-quarter:]
        return 100 * (max(late) / max(early) - 1) if late else 0.0


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def embedded(folder: Path) -> None:
    """With a store, twice."""
    with running_stand_in() as server:
        for _ in range(2):
            _measured(lambda: ingest(Order([str(folder)], site="scale"), server.url, Options()))


def counted(folder: Path) -> None:
    """Without one: the first run finds nothing stored, the second all that the first would have sent."""
    points = Points("model", "now")
    stored: dict[str, Stored] = {}
    for _ in range(2):
        _measured(lambda: _read(folder, points, stored))


def _read(folder: Path, points: Points, stored: dict[str, Stored]) -> str:
    choice = choose_reader(Order([str(folder)], site="scale"), Silent())
    known: Mapping[str, Stored] = dict(stored)

    def compared(passage: Passage) -> Stored:
        stored[passage.id] = points.compared(passage)
        return stored[passage.id]

    with closing(Library("scale")) as library, Reading(known, compared, library) as reading:
        read_pages(choice, reading, Silent())
        return f"{len(reading.paths):,} pages, {len(reading.ids):,} passages, {len(reading.embedded):,} to embed"


def _measured(run: Callable[[], object]) -> None:
    memory = Memory()
    watching = threading.Thread(target=memory.watch, daemon=True)
    watching.start()
    started = time.monotonic()
    said = run()
    seconds = time.monotonic() - started
    memory.end()
    watching.join()
    peak = max(memory.seen, default=0) / 1e6
    print(f"{said}; {seconds:.1f} s, peak {peak:.0f} MB, last quarter {memory.growth:+.0f} %", flush=True)


def main() -> int:
    """Generate, ingest twice, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.sites.scale", description=__doc__)
    parser.add_argument("pages", type=int, nargs="?", default=20_000)
    parser.add_argument("--sections", type=int, default=1, help="passages of a page")
    parser.add_argument("--counted", action="store_true", help="embed nothing")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), asked.pages, asked.sections)
        (counted if asked.counted else embedded)(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
