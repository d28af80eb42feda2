"""What each part of an answer's making is worth: the same questions without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.answers import asking
from shared.answering.extractive.composer import quote
from shared.answering.extractive.sections import WEIGHTS, Weights
from shared.retrieval import queries
from shared.retrieval.search import LIMIT, found
from tests.bench.answers.figures import UNSEEN, share
from tests.bench.answers.judging import direct_line, holds
from tests.bench.answers.questions import OFF_TOPIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from shared.retrieval.models import Found
    from shared.retrieval.search import Book as Searched
    from tests.bench.answers.questions import Question

ONLY_RANK: Final = Weights(
    1.0, cosine=0, text=0, heading=0, path=0, fits=0, kind=0, shape=0, code=0, identifier=0, example=0, overview=0
)
WITHOUT: Final[Mapping[str, Weights]] = {
    "nothing": WEIGHTS,
    "re-ranking": ONLY_RANK,
    "headings": replace(WEIGHTS, heading=0, path=0, fits=0),
    "cosine": replace(WEIGHTS, cosine=0),
    "words of the text": replace(WEIGHTS, text=0),
    "the kind of content": replace(WEIGHTS, kind=0, shape=0, code=0, example=0, overview=0),
    "identifiers": replace(WEIGHTS, identifier=0),
}
"""Weights of sections, by what is left out."""
REPAIR: Final = "spelling repair"
GATE: Final = "the gate"
ALL: Final = (*WITHOUT, REPAIR, GATE)
SETS: Final = {"gold": ("gold",), "ray": ("ray",), "xquad": ("xquad",), "unseen": UNSEEN}
"""Columns, and the sets of questions in each."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A question answered without something.

    Attributes:
        without: What was left out.
        set_name: Of the question.
        refused: It was said that the book does not answer.
        held: The answer holds all that it must.
        direct: It has a line that answers directly.
        direct_held: That line holds all of it.
    """

    without: str
    set_name: str
    refused: bool
    held: bool
    direct: bool
    direct_held: bool


def tried(question: Question, told: Found, searched: Searched) -> Iterator[Tried]:
    """A question with everything, and without each part."""
    for without, weights in WITHOUT.items():
        yield _tried(without, question, told, weights)
    yield _tried(REPAIR, question, _as_typed(question, told, searched), WEIGHTS)
    yield _tried(GATE, question, replace(told, on_topic=True), WEIGHTS)


def _as_typed(question: Question, told: Found, searched: Searched) -> Found:
    """What is found where no word is put right; most questions have none to put right."""
    if told.question == question.text:
        return told
    results = searched.ask(queries.body(searched.settings, question.text, LIMIT))
    return found(searched.settings, (question.text, question.text), results, told.vocabulary)


def _tried(without: str, question: Question, told: Found, weights: Weights) -> Tried:
    if not told.on_topic or not told.passages:
        return Tried(without, question.set_name, refused=True, held=False, direct=False, direct_held=False)
    answer = quote(told.question, told.passages, told.vocabulary, focus=asking(question.text), weights=weights)
    line = direct_line(told, weights)
    return Tried(
        without,
        question.set_name,
        refused=False,
        held=holds(question.gold, answer.text),
        direct=bool(line),
        direct_held=bool(line and question.direct) and holds(question.direct, line),
    )


def table(results: Iterable[Tried]) -> list[str]:
    """What is held, how many direct lines are right, and what is refused, without each part."""
    by_part: dict[str, list[Tried]] = {}
    for each in results:
        by_part.setdefault(each.without, []).append(each)
    columns = ["without", *(f"{name} held" for name in SETS), "direct given", "direct right", "off-topic refused"]
    return [
        f"| {' | '.join(columns)} |",
        "|---" * len(columns) + "|",
        *(f"| {without} | {' | '.join(_row(found))} |" for without, found in by_part.items()),
    ]


def _row(found: list[Tried]) -> list[str]:
    answered = [each for each in found if each.set_name in {name for names in SETS.values() for name in names}]
    shares = [share(each.held for each in found if each.set_name in names) for names in SETS.values()]
    shares += [
        share(each.direct for each in answered),
        share(each.direct_held for each in answered if each.direct),
        share(each.refused for each in found if each.set_name == OFF_TOPIC),
    ]
    return ["–" if each is None else f"{each:.1%}" for each in shares]  # noqa: RUF001 (a dash, as people write it)
