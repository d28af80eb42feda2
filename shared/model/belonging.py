"""Whether what a unit names or counts belongs to it, or to what its source says of something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.model.evidence import parts_of, subjects
from shared.model.naming import identifiers
from shared.retrieval.lexical import stem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from shared.model.evidence import Evidence, Line, Part
    from shared.model.figures import Figure

ELSEWHERE: Final = 0.34
"""How much less of a unit another line may say for a number of that line to belong to it."""
ENOUGH: Final = 2
"""Words of a line that are told for all of it to be."""


class NumbersTold:
    """The numbers of a unit. Whether one of a source is among them is asked again and again, and looked up once."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = [*figures]
        self._known: dict[object, bool] = {}

    def has(self, figure: Figure) -> bool:
        """Whether the unit tells it, of its kind."""
        means = (figure.kind, figure.factor, figure.per, figure.readings)
        if means not in self._known:
            self._known[means] = any(figure.kind == each.kind and figure.says(each) for each in self._figures)
        return self._known[means]


def share(of: frozenset[str], held: Iterable[str]) -> float:
    """How much of the one is in the other; all of nothing."""
    return len(of & frozenset(held)) / len(of) if of else 1.0


def belongs(figure: Figure, told: Line, source: Evidence, numbers: NumbersTold) -> bool:
    """Whether the number stands in a line that says about as much of the unit as any line does.

    Args:
        figure: One of the unit's numbers.
        told: The unit.
        source: What it cites.
        numbers: All of the unit's: what stands beside another one of them is told too, and no rival.
    """
    if figure.spelt and not figure.kind and figure.readings & source.counts:
        return True
    holding = _holding(figure, source.lines)
    if not holding:
        return False  # it is another one of the cited sources that has the number
    if not _is_nearest(figure, told.terms, holding, source.lines, numbers):
        return False
    called = frozenset(identifiers(told.text))
    related = [line for line in holding if line.terms & told.terms]
    return any(
        _is_own_clause(told.terms, figure, line, numbers) and not _is_called_otherwise(called, figure, line)
        for line in related or holding
    )


def _holding(figure: Figure, lines: Iterable[Line]) -> list[Line]:
    """The lines with the number: with its unit, where there is one; else those that leave it to a table's head."""
    found = [line for line in lines if _says(line, figure)]
    exactly = [line for line in found if any(each.kind == figure.kind and each.says(figure) for each in line.figures)]
    return exactly or found


def _is_called_otherwise(called: frozenset[str], figure: Figure, line: Line) -> bool:
    """Whether the number stands beside one identifier, and the unit has another one of that line."""
    beside = frozenset(name for each in line.clauses if _says(each, figure) for name in identifiers(each.text))
    return bool(beside) and not beside & called and bool(called & frozenset(identifiers(line.text)))


def _has_untold(line: Line, kinds: Collection[str], numbers: NumbersTold) -> bool:
    """Whether it has a number of these kinds that the unit does not tell as well."""
    return any(each.kind in kinds and not numbers.has(each) for each in line.figures)


def _says(line: Line, figure: Figure) -> bool:
    return any(each.says(figure) for each in line.figures)


def _is_nearest(
    figure: Figure,
    subject: frozenset[str],
    holding: Sequence[Line],
    among: Sequence[Line],
    numbers: NumbersTold,
) -> bool:
    """Whether no line that says another number of this kind says more of the unit."""
    # in a table the unit stands in the head, so that the cells' numbers have none
    kinds = {each.kind for line in holding for each in line.figures if each.says(figure)} | {figure.kind}
    own = {id(line) for line in holding}
    rivals = [line for line in among if id(line) not in own and _has_untold(line, kinds, numbers)]
    if any(len(said := subjects(line.text)) >= ENOUGH and said <= subject for line in holding):
        return True  # the unit tells all of that line, and something of another one
    with_it = max(share(subject, line.terms) for line in holding)
    beside = {line.terms & subject for line in holding}
    return not any(
        share(subject, rival.terms) - with_it > ELSEWHERE or all(rival.terms & subject > each for each in beside)
        for rival in rivals
    )


def _is_own_clause(subject: frozenset[str], figure: Figure, line: Line, numbers: NumbersTold) -> bool:
    """Of a line with several numbers of one kind: whether the clause with this one is as near as another's."""
    beside = [each for each in line.clauses if any(other.kind == figure.kind for other in each.figures)]
    holding = [each for each in beside if _says(each, figure)]
    rivals = [each for each in beside if not _says(each, figure) and _has_untold(each, {figure.kind}, numbers)]
    if not rivals or not holding:
        return True
    here = frozenset[str]().union(*(each.terms for each in holding))
    if here and here <= subject:
        return True  # all of it is told; what another one has besides may be said of both
    return not any(each.terms & subject > here & subject or _is_told_instead(each, here, subject) for each in rivals)


def _is_told_instead(rival: Line, here: frozenset[str], subject: frozenset[str]) -> bool:
    """Whether the unit tells all that is said of the other number."""
    return bool(rival.terms - here) and rival.terms <= subject


def is_anothers(parts: Sequence[Part], sources: Sequence[Evidence]) -> bool:
    """Whether a part says of a name what the source, in the sentence with that name, says of another one."""
    lines = [line.text for source in sources for line in source.lines]
    return any(_is_anothers(part, lines) for part in parts)


def _is_anothers(part: Part, lines: Iterable[str]) -> bool:
    with_it = [parts_of(line) for line in lines if any(name in line.casefold() for name in part.names)]
    named = frozenset[str]().union(*(each.names for line in with_it for each in line))
    name, terms = part.names & named, part.terms - {stem(each) for each in named}
    holding = [line for line in with_it if any(name <= each.names for each in line)]
    return len(name) == 1 and all(_says_of_another(name, terms, line) for line in holding)


def _says_of_another(name: frozenset[str], terms: frozenset[str], line: Sequence[Part]) -> bool:
    here = frozenset[str]().union(*(each.terms for each in line if name <= each.names)) & terms
    of_others = [each.terms & terms for each in line if each.names and not name <= each.names]
    return bool(here) and any(each > here for each in of_others)
