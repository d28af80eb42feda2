"""What the check of written answers is worth: `make bench-checking` writes tests/bench/results/checking.md.

Pairs of a sentence and the source that it cites: true ones, and true ones that were altered in one way each. The exit
code is 1 where a goal is missed.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fixtures.model.verdicts import ALTERED, ELSEWHERE, NAMED, TRUE, Verdicts, verdicts

RESULTS: Final = Path(__file__).parent / "results/checking.md"
FILES: Final = {
    "looked at while the check was made": ("pairs-tuned.txt", "pairs-books-tuned.txt"),
    "held back": ("pairs-held-back.txt", "pairs-books-held-back.txt"),
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A share of the pairs of some kinds, and what it shall be."""

    name: str
    kinds: frozenset[str]
    share: float
    is_least: bool = True

    def is_met(self, measured: Verdicts) -> bool:
        found = measured.share(self.kinds)
        return found >= self.share if self.is_least else found <= self.share

    def row(self, measured: list[Verdicts]) -> str:
        found = " | ".join(f"{each.share(self.kinds):.3f}" for each in measured)
        return f"| {self.name} | at {'least' if self.is_least else 'most'} {self.share:.2f} | {found} |"


GOALS: Final = (
    Goal("altered numbers, units and flags caught", ALTERED, 0.98),
    Goal("altered names caught", NAMED, 0.90),
    Goal("true words put otherwise caught", ELSEWHERE, 0.80),
    Goal("true sentences dropped", TRUE, 0.05, is_least=False),
)
INTRODUCTION: Final = """\
Sentences that were dropped, of all pairs of a kind (`make bench-checking`). All were written by hand before the check
was first run, by who wrote the check. Those held back were not looked at while it was made better; their first figures
were 0.973, 0.967 and 0.016, and three of the changes since (`one more day` counts days, `Ctrl+J` is a name, a spelt
number belongs to a line) came to mind while remembering them. So they flatter a little. A negation cannot be seen by
comparing words; it is counted, and not promised.

Later 343 pairs more were written, on what the documentation of 28 other projects says, in four parts; half of them were
altered in ways that leave every word in the source: a bound or an order turned round, the number of another cell, item
or thing, `per file` for `per request`. Each part was measured before it was looked at, with the check as it was in the
beginning and as it had become by then; after that it was among those that were looked at, the last one excepted:

| part | pairs | caught in the beginning | then | true ones dropped in the beginning | then |
|---|---|---|---|---|---|
| first | 123 | 0.51 | 0.51 | 0.15 | 0.15 |
| second | 76 | 0.64 | 0.85 | 0.08 | 0.14 |
| third | 79 | 0.53 | 0.78 | 0.33 | 0.18 |
| fourth | 65 | 0.55 | 0.91 | 0.09 | 0.06 |

One change was made after the fourth was seen (`may` and `must` are no subject). Of 3,979 sentences of real books, each
citing its own section word for word, the check dropped 161 in the beginning, most for an underscore within a word, and
14 now."""


def main() -> int:
    """Measure, write; the exit code."""
    began = time.perf_counter()
    measured = {name: verdicts(*files) for name, files in FILES.items()}
    pairs = sum(each.total.total() for each in measured.values())
    milliseconds = (time.perf_counter() - began) * 1000 / pairs
    RESULTS.write_text(page(measured), encoding="utf-8")
    held = measured["held back"]
    missed = [goal.name for goal in GOALS if not goal.is_met(held)]
    figures = ", ".join(f"{goal.name} {held.share(goal.kinds):.3f}" for goal in GOALS)
    print(page(measured))
    print(
        f"{pairs} pairs, {milliseconds:.1f} ms each; held back: {figures}" + (f"; missed: {missed}" if missed else "")
    )
    return 1 if missed else 0


def page(measured: dict[str, Verdicts]) -> str:
    """The results as Markdown."""
    kinds = list(next(iter(measured.values())).total)
    rows = [_row(kind, [*measured.values()]) for kind in kinds]
    heads = " | ".join(measured)
    return "\n".join(
        [
            "# What the check of written answers catches",
            "",
            INTRODUCTION,
            "",
            f"| kind | {heads} |",
            "|---|---|---|",
            *rows,
            "",
            f"| figure | goal | {heads} |",
            "|---|---|---|---|",
            *(goal.row([*measured.values()]) for goal in GOALS),
            "",
        ]
    )


def _row(kind: str, measured: list[Verdicts]) -> str:
    return f"| {kind} | " + " | ".join(f"{each.dropped[kind]} of {each.total[kind]}" for each in measured) + " |"


if __name__ == "__main__":
    sys.exit(main())
