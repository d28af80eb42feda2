"""What was found, section by section, best first: by headings, words and rank together."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.units import units_of
from shared.answering.question.asked import adjacent_pair
from shared.answering.question.wanted import NEARLY, Wanted, asked_by
from shared.record import record
from shared.retrieval import beginning
from shared.retrieval.blocks import Code, List, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.answering.extractive.units import Unit
    from shared.retrieval.blocks import Block
    from shared.retrieval.models import Passage
    from shared.retrieval.vocabulary import Vocabulary


@record
class Weights:
    """What each reason adds to a section's score; set by hand (specs/answers.md says on which questions)."""

    rank: float = 0.55
    cosine: float = 1.0
    text: float = 1.0
    heading: float = 0.55
    path: float = 0.25
    fits: float = 0.35
    kind: float = 0.3
    shape: float = 0.35
    code: float = 0.25
    identifier: float = 0.4
    example: float = 0.3
    overview: float = 0.9
    history: float = 0.5
    beside: float = 0.35
    spelled: float = 0.3
    opposite: float = 0.5
    begins: float = 8.0
    focus: float = 0.5
    listed: float = 0.9
    named: float = 1.2


WEIGHTS: Final = Weights()
OVERVIEW: Final = re.compile(r"\b(?:overview|introduction|summary|about)\b", re.IGNORECASE)
"""The heading of a section that tells what a page is about; what stands before the first heading does, too."""


RELEASE: Final = re.compile(
    r"^\W*(?:\w+ (?=v\d))?(?:(?:version|release|v)\W{0,2})?\d+\.\d+[\w.+-]*(?:\W*[(:–—-]? ?(?:\d{4}|unreleased).*)?\W*$"  # noqa: RUF001 (a dash)
    r"|\b(?:change ?log|release notes|version history|unreleased)\b",
    re.IGNORECASE,
)
"""The heading of what tells how things changed once, not how they are."""
ASKS_HISTORY: Final = re.compile(
    r"\b(?:chang\w+|new|news|releas\w+|(?:which|what|since|in|from) versions?|version \d|since|introduced|deprecated"
    r"|upgrad\w+|migrat\w+|histor\w+)\b|\d\.\d",
    re.IGNORECASE,
)

DECISION: Final = re.compile(r"^\W*(?:(?:adr|rfc|decision)[\s#:–—-]*\d+|0\d{2,3})\b\s*[.:–—-]", re.IGNORECASE)  # noqa: RUF001 (dashes)
"""The heading of a record of what was decided once, with its number: what it begins with may be another thing now."""
ASKS_REASONS: Final = re.compile(
    r"\b(?:why|reasons?|decid\w+|decisions?|alternatives?|cho(?:se|sen|ice)|rationale|trade-?offs?|adrs?|rfcs?"
    r"|instead of|rather than)\b|\b0\d{2,3}\b",
    re.IGNORECASE,
)


NAME: Final = re.compile(r"^\W*[A-Za-z]\w*(?:[_.]\w+)+(?:\(.*\))?\W*$")
"""A heading that is the name of something in code."""


@record
class Section:
    """A section of a page that was found.

    Attributes:
        passage: The best of its passages: gives address and headings.
        units: Its content.
        terms: The stems in it, headings included.
        score: Orders sections.
        says_parent: Its heading does not say which of several it is.
    """

    passage: Passage
    units: tuple[Unit, ...]
    terms: frozenset[str]
    score: float
    says_parent: bool = False

    @property
    def has_code(self) -> bool:
        """Whether it shows something to type."""
        return any(each.has_code for each in self.units)

    @property
    def label(self) -> str:
        """Page and section; the heading above as well, where several sections have the same."""
        path = self.passage.heading_path
        if self.says_parent and len(path) > 2 and path[-2] != self.passage.title:  # noqa: PLR2004 (a page, a parent, a section)
            return f"{self.passage.title}: {path[-2]}: {path[-1]}"
        return self.passage.label


def is_past(wanted: Wanted, passage: Passage) -> bool:
    """Whether it tells how things changed once, which the question does not ask."""
    headings = (passage.title, *passage.heading_path)
    released = any(map(RELEASE.search, headings)) and not ASKS_HISTORY.search(wanted.question)
    decided = any(map(DECISION.search, headings)) and not ASKS_REASONS.search(wanted.question)
    return released or decided


def sections_of(passages: Sequence[Passage]) -> list[tuple[int, Passage, tuple[Block, ...]]]:
    """One a heading path of a page, with the rank and the best of its passages, and all that was found of it."""
    found: dict[tuple[str, tuple[str, ...]], list[tuple[int, Passage]]] = {}
    for rank, passage in enumerate(passages):
        found.setdefault((passage.page, passage.heading_path), []).append((rank, passage))
    return [(*each[0], _together([passage for _, passage in each])) for each in found.values()]


def _together(passages: Sequence[Passage]) -> tuple[Block, ...]:
    """The blocks of passages of one section, in the page's order, none twice; a table that was cut is one again."""
    blocks: dict[Block, None] = {}
    for passage in sorted(passages, key=lambda each: each.position):
        blocks |= dict.fromkeys(passage.blocks)
    whole: list[Block] = []
    for block in blocks:
        above = whole[-1] if whole else None
        if isinstance(block, Table) and isinstance(above, Table) and block.head and block.head == above.head:
            whole[-1] = replace(above, rows=(*above.rows, *block.rows))
        else:
            whole.append(block)
    return tuple(whole)


def ranked(
    question: str, passages: Sequence[Passage], vocabulary: Vocabulary, weights: Weights = WEIGHTS, *, focus: str = ""
) -> tuple[Wanted, list[Section]]:
    """The sections, best first; of equal ones the one that was found first."""
    groups = sections_of(passages)
    asked = asked_by(question)
    units = [tuple(units_of(blocks, asked)) for *_, blocks in groups]
    stems = [
        asked.placed_in(" ".join([each.title, *each.heading_path])).union(*(unit.terms for unit in told))
        for (_, each, _), told in zip(groups, units, strict=True)
    ]
    wanted = Wanted.of((question, focus), asked, stems, vocabulary)
    headings = [each.heading for _, each, _ in groups]
    sections = [
        Section(
            passage,
            told,
            held,
            _score(wanted, rank, passage, held, weights)
            + _kind(wanted, passage, blocks, told, weights)
            + (weights.begins * beginning.told(wanted.begins, passage) if wanted.begins else 0.0),
            says_parent=headings.count(passage.heading) > 1,
        )
        for (rank, passage, blocks), told, held in zip(groups, units, stems, strict=True)
    ]
    return wanted, sorted(sections, key=lambda each: -each.score)


def _score(wanted: Wanted, rank: int, passage: Passage, held: frozenset[str], weights: Weights) -> float:
    named = wanted.asked.identifiers
    last = wanted.held_by(passage.heading)
    above = wanted.held_by(" ".join([passage.title, *passage.heading_path[:-1]]))
    score = weights.rank / (1 + 0.5 * rank) + weights.cosine * passage.cosine
    score += (
        weights.text * wanted.share(held) + weights.heading * wanted.share(last) + weights.path * wanted.share(above)
    )
    # "calibrate?" does not ask for `is_calibrated`, which happens to hold little else
    if last and (named or not NAME.match(passage.heading)):
        score += weights.fits * len(last & wanted.weights.keys()) / len(last)
    if wanted.asks_overview and (not passage.heading_path[1:] or OVERVIEW.search(passage.heading)):
        score += weights.overview * wanted.share(above | last)
    score += weights.beside * wanted.share_beside(held) + weights.spelled * wanted.share_spelled(held)
    if len(wanted.literal) == 1:  # "calibrate?": a heading that says it stands above one that says "calibration"
        headings = wanted.asked.placed_in(" ".join([passage.title, *passage.heading_path]))
        score += weights.spelled * wanted.share_spelled(headings)
    score += weights.focus * (wanted.share_of_focus(held) + wanted.share_of_focus(last))
    if is_past(wanted, passage):
        score -= weights.history
    if not wanted.asks_whether and not wanted.compares and wanted.is_contradicted_by(last):
        score -= weights.opposite
    spelled = (*named, *wanted.asked.signs)
    return score + weights.identifier * (sum(each in held for each in spelled) / len(spelled) if spelled else 0.0)


def _kind(wanted: Wanted, passage: Passage, blocks: Sequence[Block], units: Sequence[Unit], weights: Weights) -> float:
    """Whether it is the kind of content that the question asks for."""
    text = "\n".join(each.text for each in units)
    code = sum(len(each.text) for each in blocks if isinstance(each, Code))
    steps = any(isinstance(each, List) and each.start is not None for each in blocks)
    score = 0.0
    if wanted.asks_in_words_what and not code and _only_names(text):
        score -= weights.named
    if wanted.asks_example:
        score += weights.example if code else -weights.example
    if not wanted.asks_code and not wanted.asks_how and 2 * code > len(text):
        score -= weights.code
    if (wanted.asks_code and code) or (wanted.asks_how and (code or steps)):
        score += weights.kind
    if wanted.shape and any(_shaped(wanted, line) for line in text.split("\n")):
        score += weights.shape
    if wanted.asks_in_words_what and wanted.is_told_by((passage.title, *passage.heading_path)):
        score += weights.kind
    if (
        wanted.asks_for_all_of(passage.heading)
        and wanted.share(wanted.held_by(" ".join(passage.heading_path))) >= NEARLY
    ):
        score += weights.listed
    if wanted.asks_what and _defines(wanted, text):
        score += weights.kind
    return score


def _only_names(text: str) -> bool:
    """Whether there is a word on each line, as where a reference lists what it describes elsewhere."""
    return all(" " not in line.strip() for line in text.split("\n"))


def _shaped(wanted: Wanted, line: str) -> bool:
    assert wanted.shape is not None  # noqa: S101 (asked for above)
    return bool(wanted.shape.search(line)) and wanted.share(wanted.held_by(line)) > 0.25  # noqa: PLR2004 (a quarter of it)


def _defines(wanted: Wanted, text: str) -> bool:
    subject = wanted.subject
    if not subject:
        return False
    forms = sorted(wanted.asked.forms[subject[0]]) if subject[0] in wanted.literal else ()
    first = "|".join(map(re.escape, forms)) or rf"{re.escape(subject[0])}\w*"
    if len(subject) > 1 and adjacent_pair(*subject[:2]) in wanted.pairs:
        first = rf"(?:{first})\W+{re.escape(subject[1])}\w*"
    named = rf"^\W*(?:an? |the )?[^.:\n]{{0,30}}\b(?:{first})\b[^.:\n]{{0,60}}(?:\bis\b|\bare\b|\s?:\s)"
    return bool(re.search(named, text, re.IGNORECASE | re.MULTILINE))
