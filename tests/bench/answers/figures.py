"""The figures of many answers, and which goals they miss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.bench.answers.questions import FOREIGN, OFF_TOPIC
from tests.bench.machine import percentile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.bench.answers.judging import Judged


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure of a set has to be.

    Attributes:
        of: The set.
        figure: Its name, as `figures` gives it.
        bound: The least, or the most, that it may be.
        is_least: Which of them.
    """

    of: str
    figure: str
    bound: float
    is_least: bool = True

    def is_missed(self, value: float | None) -> bool:
        """A figure of nothing is missed as well: nothing has been shown then."""
        return value is None or (value < self.bound if self.is_least else value > self.bound)

    def told(self, value: float | None) -> str:
        """In a line."""
        found = "nothing" if value is None else f"{value:g}"
        return f"{self.of}: {self.figure} is {found}; the goal is {'≥' if self.is_least else '≤'} {self.bound:g}"


ANSWERED: Final = ("gold", "ray", "xquad")
UNSEEN: Final = ("studied", "held out", "fresh", "last", "third", "later")
GOALS: Final = (
    Goal("gold", "held", 0.90),
    Goal("ray", "held", 0.80),
    Goal("xquad", "held", 0.95),
    *(Goal(each, "median", 800, is_least=False) for each in ANSWERED),
    *(Goal(each, "p90", 1_600, is_least=False) for each in ANSWERED),
    *(Goal(each, "in section", 0.99) for each in ANSWERED),
    *(Goal(each, "direct right", 0.85) for each in ANSWERED),
    *(Goal(each, "direct given", 0.25) for each in ANSWERED),
    Goal("later", "held", 0.85),
    Goal("later", "direct right", 0.75),
    Goal("gold", "refused", 0.02, is_least=False),
    Goal("ray", "refused", 0.02, is_least=False),
    Goal("xquad", "refused", 0.03, is_least=False),
    Goal(OFF_TOPIC, "refused", 0.97),
    Goal(OFF_TOPIC, "questions", 150),
    Goal(FOREIGN, "refused or named", 0.70),
)


def figures(answers: Sequence[Judged]) -> dict[str, float | None]:
    """What a set of answers is worth; None for a share of nothing.

    Lengths are of answers, not of refusals; what a refusal should have held counts as not held.
    """
    lengths = sorted(float(len(each.answer)) for each in answers if not each.refused)
    direct = [each for each in answers if each.direct]
    return {
        "questions": len(answers),
        "held": share(each.held for each in answers),
        "findable": share(each.findable for each in answers),
        "median": percentile(lengths, 0.5) if lengths else None,
        "p90": percentile(lengths, 0.9) if lengths else None,
        "direct given": share(bool(each.direct) for each in answers),
        "direct right": share(each.direct_held for each in direct),
        "in section": _ratio(sum(each.in_section for each in answers), sum(each.quoted for each in answers)),
        "refused": share(each.refused for each in answers),
        "refused or named": share(each.refused or each.named for each in answers),
    }


def share(facts: Iterable[bool]) -> float | None:
    """How many of them are true; None of nothing."""
    known = list(facts)
    return _ratio(sum(known), len(known))


def _ratio(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None


def by_set(answers: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The answers of each set, in the order of the first ones."""
    found: dict[str, list[Judged]] = {}
    for each in answers:
        found.setdefault(each.question.set_name, []).append(each)
    return found


def by_kind(answers: Iterable[Judged]) -> dict[str, list[Judged]]:
    """The answers to each kind of question."""
    found: dict[str, list[Judged]] = {}
    for each in answers:
        found.setdefault(each.question.kind, []).append(each)
    return dict(sorted(found.items()))


def missed(sets: Mapping[str, Mapping[str, Any]], goals: Iterable[Goal] = GOALS) -> list[str]:
    """The goals that are not reached, a line each."""
    return [goal.told(value) for goal in goals if goal.is_missed(value := sets.get(goal.of, {}).get(goal.figure))]


def failures(answers: Iterable[Judged]) -> list[Judged]:
    """Answers that should have held something, and refusals that should have been; and the other way round."""
    return [each for each in answers if _is_wrong(each)]


def _is_wrong(each: Judged) -> bool:
    if each.question.set_name == FOREIGN:
        return not (each.refused or each.named)
    return not each.refused if each.question.set_name == OFF_TOPIC else bool(each.question.gold) and not each.held
