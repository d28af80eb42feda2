"""What is written of a run: a page for people, and its figures for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.bench.answers import recall, variants
from tests.bench.answers.figures import ANSWERED, GOALS, UNSEEN, by_kind, by_set, failures, figures, missed
from tests.bench.answers.questions import FOREIGN, OFF_TOPIC
from tests.bench.machine import RESULTS, machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.bench.answers.judging import Judged
    from tests.bench.answers.recall import Placed
    from tests.bench.answers.variants import Tried

    Figures = Mapping[str, float | None]

COLUMNS: Final = (
    "questions",
    "held",
    "findable",
    "median",
    "p90",
    "direct given",
    "direct right",
    "in section",
    "refused",
)
STOPPED: Final = ("questions", "refused", "refused or named")
COUNTS: Final = frozenset({"questions", "median", "p90"})


@dataclass(frozen=True, slots=True)
class Run:
    """All that a run found out.

    Attributes:
        answers: To every question.
        tried: The same, and answers without a part of their making.
        placed: Where the pages are that answer.
    """

    answers: list[Judged]
    tried: list[Tried]
    placed: list[Placed]


def write(run: Run) -> list[str]:
    """Write both, print the page; give the goals that are missed."""
    answers = run.answers
    sets = {name: figures(found) for name, found in by_set(answers).items()}
    kinds = {
        name: {kind: figures(of) for kind, of in by_kind(found).items()} for name, found in by_set(answers).items()
    }
    lines = missed(sets)
    told = {
        "how": machine(),
        "sets": sets,
        "kinds": kinds,
        "missed": lines,
        "failures": [each.question.name for each in failures(answers)],
    }
    (RESULTS / "answers.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    text = f"{page(sets, kinds, lines)}\n{_parts(run)}"
    (RESULTS / "answers.md").write_text(text, "utf-8")
    print(text)
    return lines


def page(sets: Mapping[str, Figures], kinds: Mapping[str, Mapping[str, Figures]], lines: Sequence[str]) -> str:
    """The page."""
    asked = [name for name in (*ANSWERED, *UNSEEN) if name in sets]
    return "\n".join(
        [
            "# What answers are worth",
            "",
            f"`make bench-answers`: {machine()}. What the columns mean and how honest they are is in",
            "[specs/answers.md](../../../specs/answers.md).",
            "",
            *_table("set", {name: sets[name] for name in asked}),
            "",
            "Questions that no book answers, all of which must be refused:",
            "",
            *_table("asked of", kinds.get(OFF_TOPIC, {}), ("questions", "refused")),
            "",
            "Questions about a neighbouring subject, which the book holds (fair) or not (foreign):",
            "",
            *_table("label", {name: sets[name] for name in ("fair", FOREIGN) if name in sets}, STOPPED),
            "",
            *(_goals(lines)),
            *(line for name in asked for line in ("", f"## {name}, by kind", "", *_table("kind", kinds[name]))),
            "",
        ]
    )


def _parts(run: Run) -> str:
    return "\n".join(
        [
            "## Without a part of the making",
            "",
            "The same questions (of XQuAD every fourth), answered without one part; unseen are the sets after xquad.",
            "",
            *variants.table(run.tried),
            "",
            "## Where the pages are that answer",
            "",
            "Pages as the search gives them, fused by rank, and in the order of sections that answers are made in.",
            "",
            *recall.table(run.placed),
            "",
        ]
    )


def _goals(lines: Sequence[str]) -> list[str]:
    if not lines:
        return [f"All {len(GOALS)} goals are reached."]
    return [f"Of {len(GOALS)} goals {len(lines)} are missed:", "", *(f"- {line}" for line in lines)]


def _table(name: str, rows: Mapping[str, Figures], columns: Iterable[str] = COLUMNS) -> list[str]:
    columns = list(columns)
    return [
        f"| {name} | {' | '.join(columns)} |",
        "|---" * (1 + len(columns)) + "|",
        *(f"| {row} | {' | '.join(_cell(each, found[each]) for each in columns)} |" for row, found in rows.items()),
    ]


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "–"  # noqa: RUF001 (a dash, as people write it)
    return f"{value:,.0f}" if column in COUNTS else f"{value:.1%}"
