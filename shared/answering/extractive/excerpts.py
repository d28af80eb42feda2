"""What is shown of a section: all of it where there is room, else its best units, in order, with ellipses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.sentences import split
from shared.record import record
from shared.retrieval.blocks import Admonition, Code, Definition, List, Paragraph, Question, Table
from shared.retrieval.markdown import markdown, one

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.answering.extractive.units import Unit
    from shared.answering.question.wanted import Wanted
    from shared.retrieval.blocks import Block

ELLIPSIS: Final = "…"
LONG_PROSE: Final = 680
"""Characters of a paragraph that is shown whole; of a longer one its closest sentences are."""
SMALL_TABLE: Final = 6
"""Rows of a table that is shown whole."""
MOST_ROWS: Final = 8
LONGEST_CODE: Final = 2_400
"""Characters of code that is shown whole; longer code is shown from its start, up to an empty line."""
CODE_BONUS: Final = 0.3
SHAPE_BONUS: Final = 0.3
EARLY_BONUS: Final = 0.12
FIRST_BONUS: Final = 0.3
NAMED_BONUS: Final = 1.0
"""What a unit's share of the question grows by: for code or a number that is asked for, for an early or first place;
below a heading that names all that is asked about, the first says what that is."""
NAMED: Final = 0.6
"""Share of the question that headings say of which all content belongs to it, whatever its words."""
SMALL_GAP: Final = 90
"""Characters that are shown rather than left out."""
GAIN: Final = 1.0
"""What the share counts that no unit before it has said."""


@record
class Excerpt:
    """A section's part of an answer.

    Attributes:
        text: Markdown.
        terms: The stems that it shows.
        best: The unit that is closest to the question.
    """

    text: str
    terms: frozenset[str]
    best: Unit


def excerpt(units: Sequence[Unit], wanted: Wanted, budget: int, headings: Sequence[str] = ("",)) -> Excerpt | None:
    """The units that answer, within so many characters; one that is alone too long is reduced. None without units.

    Args:
        units: Of a section.
        wanted: By the question.
        budget: Characters.
        headings: Above them, the page's first.
    """
    if not units:
        return None
    first = NAMED_BONUS if wanted.is_told_by(headings) else FIRST_BONUS
    scores = [_score(unit, at, wanted) + first * (at == 0) for at, unit in enumerate(units)]
    best = max(range(len(units)), key=lambda at: (scores[at], -at))
    shown = [reduced(unit.blocks, wanted, max(budget, LONG_PROSE)) for unit in units]
    is_named = wanted.begins is not None or wanted.share(wanted.held_by(" ".join(headings))) >= NAMED
    chosen = _chosen(units, shown, scores, wanted, budget)
    if not is_named and len(chosen) < len(units):
        chosen = _without_padding(units, chosen, best, wanted)
    parts: list[str] = []
    for at in chosen:
        gap = at > 0 and (at - 1) not in chosen
        parts += [ELLIPSIS] * gap + [shown[at]]
    if chosen and chosen[-1] < len(units) - 1:
        parts.append(ELLIPSIS)
    held = frozenset[str]().union(*(units[at].terms for at in chosen))
    return Excerpt("\n\n".join(parts), held, units[best])


def _score(unit: Unit, at: int, wanted: Wanted) -> float:
    score = _said(wanted, unit.terms) + EARLY_BONUS / (1 + at)
    if unit.has_code and (wanted.asks_code or wanted.asks_how):
        score += CODE_BONUS
    if wanted.shape and wanted.share(unit.terms) and wanted.shape.search(unit.text):
        score += SHAPE_BONUS
    return score


def _said(wanted: Wanted, terms: frozenset[str]) -> float:
    """How much of the question is said; of a beginning the words tell nothing: how to stop says "start" as well."""
    return 0.0 if wanted.begins else wanted.share(terms)


def _chosen(
    units: Sequence[Unit], shown: Sequence[str], scores: Sequence[float], wanted: Wanted, budget: int
) -> list[int]:
    """All where there is room; else the best, then those that say what of the question is not said yet."""
    if sum(map(len, shown)) + 2 * len(shown) <= budget:
        return list(range(len(shown)))
    chosen: list[int] = []
    said: frozenset[str] = frozenset()
    left: list[int] = list(range(len(shown)))
    while left:
        share = _said(wanted, said)
        best = max(left, key=lambda at: (scores[at] + GAIN * (_said(wanted, said | units[at].terms) - share), -at))
        chosen.append(best)
        said |= units[best].terms
        budget -= len(shown[best]) + 2
        left = [at for at in left if at != best and len(shown[at]) + 2 <= budget]
    return _without_small_gaps(sorted(chosen), [len(each) for each in shown])


def _without_padding(units: Sequence[Unit], chosen: Sequence[int], best: int, wanted: Wanted) -> list[int]:
    """Without what fits but says nothing of the question, unless it stands next to what says most of it."""
    return [at for at in chosen if abs(at - best) <= 1 or _says(units[at], wanted)]


def _says(unit: Unit, wanted: Wanted) -> bool:
    if wanted.share(unit.terms) > 0 or (unit.has_code and (wanted.asks_code or wanted.asks_how)):
        return True
    return wanted.shape is not None and bool(wanted.shape.search(unit.text))


def _without_small_gaps(chosen: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """With what is left out above or between others and is hardly longer than the ellipsis that would stand for it."""
    filled: list[int] = []
    for at in chosen:
        above = range(filled[-1] + 1 if filled else 0, at)
        filled += [*(above if sum(sizes[each] for each in above) <= SMALL_GAP else ()), at]
    return filled


def reduced(blocks: Iterable[Block], wanted: Wanted, budget: int) -> str:
    """Blocks as Markdown; those that are too long by their own kind's rules."""
    return "\n\n".join(filter(None, (one(_reduced(each, wanted, budget)) for each in blocks)))


def _reduced(block: Block, wanted: Wanted, budget: int) -> Block:
    match block:
        case Paragraph() if len(block.text) > LONG_PROSE:
            return Paragraph(shortened_prose(block.text, wanted, LONG_PROSE))
        case Table() if len(block.rows) > SMALL_TABLE or len(markdown([block])) > budget:
            return replace(block, rows=_best_rows(block, wanted))
        case List() if len(markdown([block])) > budget:
            return _best_items(block, wanted, budget)
        case Code() if len(block.text) > LONGEST_CODE:
            end = block.text.rfind("\n\n", LONGEST_CODE // 3, LONGEST_CODE)
            end = end if end > 0 else block.text.rfind("\n", 0, LONGEST_CODE)
            return replace(block, text=f"{block.text[:end]}\n{ELLIPSIS}")
        case Question() | Definition() | Admonition() if len(markdown([block])) > budget:
            return replace(block, blocks=tuple(_reduced(each, wanted, budget) for each in block.blocks))
        case _:
            return block


def _best_rows(table: Table, wanted: Wanted) -> tuple[tuple[str, ...], ...]:
    """The rows that say most of the question; the first ones where none says anything."""
    scores = [wanted.share(wanted.held_by(" ".join(row))) for row in table.rows]
    top = max(scores, default=0.0)
    if not top:
        return table.rows[:SMALL_TABLE]
    best = [at for at, score in enumerate(scores) if score >= 0.7 * top][:MOST_ROWS]
    return tuple(table.rows[at] for at in best)


def _best_items(block: List, wanted: Wanted, budget: int) -> List:
    """Steps from the first one; of other lists the items that say most of the question, in order."""
    sizes = [len(markdown([List((each,))])) for each in block.items]
    if block.start is not None:
        order: Iterable[int] = range(len(sizes))
    else:
        shares = [wanted.share(wanted.held_by(markdown([List((each,))]))) for each in block.items]
        order = sorted(range(len(sizes)), key=lambda at: (-shares[at], at))
    chosen = _within(order, sizes, budget - len(block.lead))
    return replace(block, items=tuple(block.items[at] for at in sorted(chosen)))


def _within(order: Iterable[int], sizes: Sequence[int], budget: int) -> list[int]:
    chosen: list[int] = []
    for at in order:
        if chosen and sizes[at] > budget:
            break
        chosen.append(at)
        budget -= sizes[at] + 1
    return chosen


def shortened_prose(text: str, wanted: Wanted, budget: int) -> str:
    """The sentences that are closest to the question, in order; the best one may bring its neighbours."""
    sentences = split(text)
    if len(sentences) < 3:  # noqa: PLR2004 (there is nothing to choose from)
        return text
    scores = [wanted.share(wanted.held_by(each)) + _shaped(each, wanted) for each in sentences]
    near = [
        score + 0.25 * max([*scores[max(0, at - 1) : at], *scores[at + 1 : at + 2]], default=0.0)
        for at, score in enumerate(scores)
    ]
    return _gapped(sentences, sorted(_fitting(sentences, near, budget)))


def _shaped(sentence: str, wanted: Wanted) -> float:
    return SHAPE_BONUS if wanted.shape and wanted.shape.search(sentence) else 0.0


def _fitting(sentences: Sequence[str], near: Sequence[float], budget: int) -> list[int]:
    chosen: list[int] = []
    for at in sorted(range(len(sentences)), key=lambda at: (-near[at], at)):
        if not chosen or len(sentences[at]) <= budget:
            chosen.append(at)
            budget -= len(sentences[at])
    return chosen


def _gapped(sentences: Sequence[str], chosen: Sequence[int]) -> str:
    parts: list[str] = []
    for at in chosen:
        parts += [ELLIPSIS] * (at > 0 and at - 1 not in chosen) + [sentences[at]]
    return " ".join([*parts, *[ELLIPSIS] * (chosen[-1] < len(sentences) - 1)])
