"""An answer without a model: the best sections' own words, whole units of them, each with its heading and its number.

It shows what the book says; it does not pretend to have understood the question. A line that answers directly comes
first where a section has one. A second and a third section follow only where the first does not cover the question,
where they are nearly as good, or where the question compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.citations import Citations
from shared.answering.extractive.direct import direct
from shared.answering.extractive.excerpts import excerpt
from shared.answering.extractive.sections import WEIGHTS, ranked
from shared.answering.models import Answer, Mode
from shared.answering.question.wanted import ALL
from shared.retrieval.lexical import words
from shared.retrieval.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.answering.extractive.excerpts import Excerpt
    from shared.answering.extractive.sections import Section, Weights
    from shared.answering.question.wanted import Wanted
    from shared.retrieval.models import Passage

BUDGETS: Final = (750, 450, 350)
"""Characters of the first, second and third section."""
MOST_STAGES: Final = 4
"""Sections below one heading that are shown where together they say how something is done."""
BUDGET_OF_STEPS: Final = 1_000
"""Of the first one, where it is asked how something is done."""
TOTAL: Final = 1_550
"""Of the sections together; what is left for another one must be worth it."""
WORTH: Final = 120
NEAR: Final = 0.82
"""Share of the best section's score that another needs to be shown beside it."""
GAIN: Final = 0.2
"""Share of the question that only the other section covers."""
LEAST: Final = 0.45
"""Share of the best section's score that it needs then."""
COMPARED: Final = 0.02
SHORTEST: Final = 160
USAGE: Final = re.compile(
    r"^\W*(?:(?:basic|simple|general|quick) )?(?:usage|use|examples?|how to use\b.*)\W*$", re.IGNORECASE
)
"""The heading of what is typed as a rule."""
POINTS: Final = re.compile(r"\b(?:see|check|refer to|consult|visit|read)\b", re.IGNORECASE)
"""What a further section is too short for, where it leads elsewhere."""
SAME: Final = 0.75
"""Share of a section's words that another one has shown, so that it is not shown again."""


@dataclass(slots=True)
class _Shown:
    """What the answer holds so far."""

    citations: Citations
    parts: list[str]
    covered: frozenset[str]
    bags: list[frozenset[str]]

    @property
    def left(self) -> int:
        """Characters."""
        return TOTAL - sum(map(len, self.parts))


def quote(
    question: str,
    passages: Sequence[Passage],
    vocabulary: Vocabulary | None = None,
    *,
    focus: str = "",
    weights: Weights = WEIGHTS,
    has_line: bool = True,
) -> Answer:
    """Answer from the passages.

    Args:
        question: As it was searched.
        passages: In the order in which they were found.
        vocabulary: Of the book.
        focus: What of the question is asked now, where the rest was asked before.
        weights: By which sections are ordered.
        has_line: A line may come first, as the question says what is asked and not only about what.
    """
    wanted, sections = ranked(question, passages, vocabulary or Vocabulary(), weights, focus=focus)
    line = direct(wanted, sections) if has_line else None
    if line:
        sections = [line[1], *(each for each in sections if each is not line[1])]
    shown = _Shown(Citations(), [], frozenset(), [])
    stages = _stages(wanted, sections)
    code = None if stages else _code_below(wanted, sections)
    if code:
        sections = [sections[0], code, *(each for each in sections[1:] if each is not code)]
    for section in stages or _beside(wanted, sections):
        if len(shown.parts) == (MOST_STAGES if stages else len(BUDGETS)) or shown.left < WORTH:
            break
        if stages or section is code or _is_wanted(wanted, section, sections[0], shown):
            _show(wanted, section, shown)
    if line and not _begins_with(shown, line[0]):
        shown.parts.insert(0, f"{line[0]} {shown.citations.cite(line[1], line[0])}")
    return Answer("\n\n".join(shown.parts), Mode.EXTRACTIVE, shown.citations.sources())


def _stages(wanted: Wanted, sections: Sequence[Section]) -> list[Section]:
    """The sections below a heading that says how to do all that is asked, in the page's order; none where it is one."""
    above = sections[0].passage.heading_path[:-1] if sections else ()
    if not wanted.asks_how or len(above) < 2 or wanted.share(wanted.held_by(above[-1])) < ALL:  # noqa: PLR2004 (a page and a heading)
        return []
    page = sections[0].passage.page
    same = [each for each in sections if (each.passage.page, each.passage.heading_path[:-1]) == (page, above)]
    return sorted(same[:MOST_STAGES], key=lambda each: each.passage.position) if len(same) > 1 else []


def _code_below(wanted: Wanted, sections: Sequence[Section]) -> Section | None:
    """The code of which the first section is the introduction, where something is to be done."""
    if not sections or wanted.asks_in_words_what or wanted.asks_whether or wanted.asks_fact or wanted.compares:
        return None
    first, *others = sections
    if not first.units or first.has_code or wanted.share(first.terms) < ALL:
        return None
    path = (first.passage.page, first.passage.heading_path)
    below = (each for each in others if (each.passage.page, each.passage.heading_path[:-1]) == path)
    shows = [each for each in below if each.has_code]
    return next((each for each in shows if USAGE.match(each.passage.heading)), shows[0] if shows else None)


def _beside(wanted: Wanted, sections: Sequence[Section]) -> Sequence[Section]:
    """Where things are compared, what tells of those that the first section leaves out stands next to it."""
    if not wanted.compares or not sections:
        return sections
    first, *others = sections
    said = wanted.share(first.terms)
    return [first, *sorted(others, key=lambda each: wanted.share(first.terms | each.terms) - said <= COMPARED)]


def _is_wanted(wanted: Wanted, section: Section, best: Section, shown: _Shown) -> bool:
    if section is best or not shown.parts:
        return True
    if not wanted.share(section.terms):
        return False
    gain = wanted.share(section.terms | shown.covered) - wanted.share(shown.covered)
    if not wanted.compares and not wanted.tells(section.terms):
        return False
    if section.score >= NEAR * best.score or (gain > GAIN and section.score >= LEAST * best.score):
        return True
    return wanted.compares and gain > COMPARED


def _show(wanted: Wanted, section: Section, shown: _Shown) -> None:
    steps = wanted.asks_how and not shown.parts
    budget = BUDGET_OF_STEPS if steps else min(BUDGETS[min(len(shown.parts), len(BUDGETS) - 1)], shown.left)
    found = excerpt(section.units, wanted, budget, (section.passage.title, *section.passage.heading_path))
    if found is None or _is_repeated(found, shown):
        return
    if shown.parts and (len(found.text) > 1.6 * shown.left or _only_points(found.text)):
        return
    shown.covered |= found.terms | section.terms
    shown.bags.append(frozenset(words(found.text)))
    number = shown.citations.cite(section, found.best.text)
    shown.parts.append(f"**{section.label}** {number}\n\n{found.text}")


def _only_points(text: str) -> bool:
    """Whether it is a line that says where to read on, and nothing else."""
    return len(text) < SHORTEST and bool(POINTS.search(text))


def _is_repeated(found: Excerpt, shown: _Shown) -> bool:
    bag = frozenset(words(found.text))
    return any(len(bag & each) > SAME * len(bag) for each in shown.bags)


def _begins_with(shown: _Shown, line: str) -> bool:
    """By itself, as the first entry of a list, or as code."""
    first = shown.parts[0].partition("\n\n")[2] if shown.parts else ""
    fence, _, code = first.partition("\n")
    return first.removeprefix("- ").startswith(line) or (
        fence.startswith("```") and f"`{code}".startswith(f"{line[:-1]}\n")
    )
