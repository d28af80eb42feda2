"""An answer without a model: the sentences of the best passages that are closest to the question, each cited.

Sentences are scored by words alone: BM25 among the sentences at hand, plus a share for the rank of their passage. On
XQuAD's questions three such sentences hold the answer in 92 %, as many as with sentence embeddings, and take 2 ms. It
shows what the book says; it does not pretend to have understood the question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from shared.answering.citations import Citations
from shared.answering.markup import inline
from shared.answering.models import Answer, Mode
from shared.answering.sentences import Sentence, sentences_of
from shared.retrieval.lexical import relevance
from shared.retrieval.models import Passage, one_of_each_page

if TYPE_CHECKING:
    from collections.abc import Sequence

QUOTED: Final = 3
CHARACTERS_READ: Final = 3_200
"""Of the best passages together: four long ones or eight short ones. More of them only adds sentences to mistake."""

RANK_WEIGHT: Final = 0.5
ITEM_WEIGHT: Final = 0.8
"""List items and table rows repeat the words of their list, and say less alone than prose does."""

SHOWS_HOW: Final = 0.15
"""Added to a sentence that has code or steps, when the question asks for them."""

ASKS_HOW: Final = re.compile(
    r"\bhow (?:do|does|can|could|should|would|to)\b|\b(?:command|example|steps)\b", re.IGNORECASE
)

LEAST_RELEVANCE: Final = 0.2
"""Of every quote but the best: without it, answers on XQuAD are 13 % longer and hold the answer no more often."""

PAGES_NAMED: Final = 5
CLOSEST_PAGES: Final = 3
SHOWN_CHARACTERS: Final = 3_000
"""A code block or a list that makes a quote longer than this is left out whole: its page shows it better."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be quoted.

    Attributes:
        rank: Of its passage, from 0.
        position: Within its passage.
        relevance: Between 0 and 1; the sentence that shares most with the question has 1.
        bonus: For showing how, where that is asked.
    """

    sentence: Sentence
    rank: int
    position: int
    relevance: float
    bonus: float

    @property
    def score(self) -> float:
        """What orders candidates."""
        weight = ITEM_WEIGHT if self.sentence.marker else 1.0
        return weight * self.relevance + RANK_WEIGHT / (1 + self.rank) + self.bonus


def quote(question: str, passages: Sequence[Passage]) -> Answer:
    """Answer with the best sentences of the best passages, in the passages' order, and name the other pages found."""
    citations = Citations(question)
    best = pick(candidates(question, _read([each.text for each in passages])))
    parts = [shown(each, citations.cite(passages[each.rank]), in_full=each is best[0]) for each in _in_order(best)]
    quoted = {passages[each.rank].page for each in best}
    others = [each for each in one_of_each_page(passages)[:PAGES_NAMED] if each.page not in quoted]
    if others:
        parts.append(f"See {'also ' if parts else ''}{' '.join(map(citations.cite, others))}.")
    return Answer("\n\n".join(parts), Mode.EXTRACTIVE, citations.sources())


def quote_selection(question: str, selection: str, url: str | None) -> Answer:
    """Answer with the best sentences of what the reader marked; its page is the only source, where it is known."""
    citations = Citations(question)
    passage = Passage(url=url or "", page="", title="Selected text", heading_path=(), text=selection, score=1.0)
    mark = citations.cite(passage) if url else ""
    best = pick(candidates(question, [selection]))
    parts = [shown(each, mark, in_full=each is best[0]) for each in _in_order(best)]
    return Answer("\n\n".join(parts) or inline(selection), Mode.EXTRACTIVE, citations.sources())


def refuse(question: str, passages: Sequence[Passage]) -> Answer:
    """Say that the book does not answer this, and cite the pages that come closest."""
    citations = Citations(question)
    closest = [citations.cite(each) for each in one_of_each_page(passages)[:CLOSEST_PAGES]]
    told = f" The closest pages: {' '.join(closest)}." if closest else ""
    return Answer(f"I could not find this in the documentation.{told}", Mode.REFUSED, citations.sources())


def candidates(question: str, texts: Sequence[str]) -> list[Candidate]:
    """Every sentence of the texts that can be quoted, best first; the texts stand in the order of their rank."""
    found = [
        (each, rank, position) for rank, text in enumerate(texts) for position, each in enumerate(sentences_of(text))
    ]
    quotable = [each for each in found if each[0].quotable] or found
    scores = relevance(question, [each.text for each, _, _ in quotable])
    how = SHOWS_HOW if ASKS_HOW.search(question) else 0.0
    scored = [
        Candidate(*each, relevance=score, bonus=how if each[0].code or each[0].items else 0.0)
        for each, score in zip(quotable, scores, strict=True)
    ]
    return sorted(scored, key=lambda each: -each.score)


def pick(ordered: Sequence[Candidate]) -> list[Candidate]:
    """The best few: none twice, and no item of a list that another one brings along."""
    once: dict[str, Candidate] = {}
    for each in ordered:
        once.setdefault(each.sentence.line, each)
    best = [each for at, each in enumerate(once.values()) if at == 0 or each.relevance >= LEAST_RELEVANCE][:QUOTED]
    brought = {item for each in best for item in each.sentence.items}
    return [each for each in best if each.sentence.line not in brought]


def shown(each: Candidate, mark: str, *, in_full: bool) -> str:
    """The sentence with its citation, then the list that it announces, or the code that belongs to it."""
    said = each.sentence
    announces = said.text.endswith(":")
    lines = [f"{said.line} {mark}".strip()]
    if announces and said.items:
        lines.append("\n".join(said.items))
    if said.code and (announces or in_full):
        lines.append(said.code)
    if sum(map(len, lines)) > SHOWN_CHARACTERS:
        return lines[0]
    return "\n\n".join(lines)


def _read(texts: Sequence[str]) -> list[str]:
    lengths = accumulate(map(len, texts), initial=0)
    return [text for text, before in zip(texts, lengths, strict=False) if before < CHARACTERS_READ]


def _in_order(best: Sequence[Candidate]) -> list[Candidate]:
    return sorted(best, key=lambda each: (each.rank, each.position))
