"""Whether what a unit names or counts belongs to it, or to what its source says of something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.model.evidence import parts_of
from shared.retrieval.lexical import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.model.evidence import Evidence, Line, Part
    from shared.model.figures import Figure

ELSEWHERE: Final = 0.34
"""How much less of a unit another line may say for a number of that line to belong to it."""


def share(of: frozenset[str], held: Iterable[str]) -> float:
    """How much of the one is in the other; all of nothing."""
    return len(of & frozenset(held)) / len(of) if of else 1.0


def belongs(figure: Figure, claimed: frozenset[str], source: Evidence) -> bool:
    """Whether the number stands in a line that says about as much of the unit as any line does."""
    holding = [line for line in source.lines if _says(line, figure)]
    if not holding:
        return figure.spelt  # it counts the entries of a list
    subject = frozenset(each for each in claimed if not each.isdigit())
    if not _is_nearest(figure, subject, holding, source.lines):
        return False
    return any(_is_own_clause(subject, figure, line) for line in holding)


def _says(line: Line, figure: Figure) -> bool:
    return any(each.says(figure) for each in line.figures)


def _is_nearest(figure: Figure, subject: frozenset[str], holding: Sequence[Line], among: Sequence[Line]) -> bool:
    """Whether no line that says another number of this kind says more of the unit."""
    # in a table the unit stands in the head, so that the cells' numbers have none
    kinds = {each.kind for line in holding for each in line.figures if each.says(figure)} | {figure.kind}
    rivals = [line for line in among if line not in holding and any(each.kind in kinds for each in line.figures)]
    with_it = max(share(subject, line.terms) for line in holding)
    said = [line.terms & subject for line in holding]
    return not any(
        share(subject, rival.terms) - with_it > ELSEWHERE or all(rival.terms & subject > each for each in said)
        for rival in rivals
    )


def _is_own_clause(subject: frozenset[str], figure: Figure, line: Line) -> bool:
    """Of a line with several numbers of one kind: whether the clause with this one is as near as another's."""
    rivals = [each for each in line.clauses if any(other.kind == figure.kind for other in each.figures)]
    holding = [each for each in rivals if _says(each, figure)]
    if len(rivals) < 2 or not holding:  # noqa: PLR2004 (one has no rival)
        return True
    here = frozenset[str]().union(*(each.terms for each in holding)) & subject
    return not any(each.terms & subject > here for each in rivals)


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
