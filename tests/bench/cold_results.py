"""What `make bench-cold` measured, as a table, and which goals it misses."""

from __future__ import annotations

import json
import os
import statistics
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.bench.emulated import Start

if TYPE_CHECKING:
    from tests.bench.emulated import Unzipped

RESULTS: Final = Path(__file__).parent / "results"
BARE: Final = "bare FastAPI"

LARGEST_MEGABYTES: Final = 13.0
WARM_GOAL: Final = 1.2

EXPLANATION: Final = """\
The last factor: warm, without what the emulator and the runtime client take of any function, in multiples of the
handler alone. It is called a millisecond apart there, as by the emulator; without a pause it is `back to back`."""


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one function: milliseconds and megabytes, and how many times the bare one's.

    Attributes:
        init: By the emulator's clock; `processor` by the processor's.
        in_process: What the handler takes alone; `back_to_back` without a pause between two calls.
        runtime: What the emulator and the runtime client take of any invocation.
    """

    name: str
    zipped: float
    init: float
    init_times_bare: float
    processor: float
    times_bare: float
    goal: float | None
    warm: float
    in_process: float
    back_to_back: float
    runtime: float
    peak: float

    @property
    def times_alone(self) -> float:
        """How much longer a warm invocation takes than the handler, without what the runtime takes of any function."""
        return (self.warm - self.runtime) / self.in_process

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        init = (f"{self.init:.0f}", f"{self.init_times_bare:.2f}", f"{self.processor:.0f}", f"{self.times_bare:.2f}")
        warm = (f"{self.warm:.2f}", f"{self.in_process:.2f}", f"{self.back_to_back:.2f}", f"{self.times_alone:.2f}")
        return (self.name, f"{self.zipped:.1f}", *init, str(self.goal or ""), *warm, f"{self.peak:.0f}")

    @property
    def missed(self) -> list[str]:
        """The goals that this function misses."""
        if self.name == BARE:
            return []
        complaints = {
            f"INIT {self.times_bare:.2f} x": self.goal is not None and self.times_bare > self.goal,
            f"zip {self.zipped:.1f} MB": self.zipped > LARGEST_MEGABYTES,
            f"warm {self.times_alone:.2f} x": self.times_alone > WARM_GOAL,
        }
        return [complaint for complaint, true in complaints.items() if true]


@dataclass(slots=True)
class Measured:
    """What is known of one function so far; times are in milliseconds."""

    starts: list[Start] = field(default_factory=list[Start])
    processor: list[float] = field(default_factory=list[float])
    alone: list[float] = field(default_factory=list[float])
    back_to_back: list[float] = field(default_factory=list[float])

    def add(self, in_process: dict[str, Any]) -> None:
        """Take in what a process without Lambda around it has told."""
        self.processor.append(in_process["init"])
        self.alone += in_process["apart"]
        self.back_to_back += in_process["back_to_back"]

    @property
    def init(self) -> float:
        """The fastest start."""
        return min(start.init for start in self.starts)

    @property
    def warm(self) -> float:
        """Of the warm invocations, what the fastest tenth takes at most."""
        return fastest_tenth([time for start in self.starts for time in start.warm])


def fastest_tenth(times: list[float]) -> float:
    """What the fastest tenth takes at most."""
    return statistics.quantiles(times, n=10)[0]


def line_of(function: Unzipped, measured: Measured, bare: Measured) -> Line:
    """What is told of one function."""
    return Line(
        name=function.name,
        zipped=function.size / 1e6,
        init=measured.init,
        init_times_bare=measured.init / bare.init,
        processor=min(measured.processor),
        times_bare=min(measured.processor) / min(bare.processor),
        goal=_goal(function.name),
        warm=measured.warm,
        in_process=fastest_tenth(measured.alone),
        back_to_back=fastest_tenth(measured.back_to_back),
        runtime=bare.warm - fastest_tenth(bare.alone),
        peak=statistics.median(start.peak for start in measured.starts),
    )


def _goal(name: str) -> float | None:
    if name == "chat":
        return 1.4
    return 1.25 if name.startswith(("auth", "conversations")) else None


def table_of(lines: list[Line]) -> str:
    """In Markdown."""
    titles = ("function", "zip MB", "INIT ms", "x bare", "INIT, processor ms", "x bare", "goal")
    titles += ("warm ms", "handler alone ms", "back to back ms", "x", "peak MB")
    rows = [titles, ("---",) * len(titles), *(line.cells for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(lines: list[Line], starts: int) -> None:
    """Write results/cold.md and results/cold.json."""
    RESULTS.mkdir(exist_ok=True)
    machine = (
        f"{os.cpu_count()} processors, {os.uname().machine}, best of {starts} starts, {datetime.now(UTC):%Y-%m-%d}"
    )
    written = {"machine": machine, "lines": [asdict(line) | {"missed": line.missed} for line in lines]}
    (RESULTS / "cold.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    missed = [f"- missed: {line.name}: {', '.join(line.missed)}" for line in lines if line.missed]
    page = [
        "# Cold starts",
        "",
        f"`make bench-cold`: {machine}.",
        "",
        table_of(lines),
        "",
        EXPLANATION,
        "",
        *(missed or ["Every goal is met."]),
    ]
    (RESULTS / "cold.md").write_text("\n".join(page) + "\n", encoding="utf-8")
