"""What one answer is worth: whether it holds what it must, and stands where it says that it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.answers import written
from shared.answering.extractive.direct import direct
from shared.answering.extractive.sections import WEIGHTS, ranked
from shared.answering.models import Mode
from shared.answering.words import USUAL, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from shared.answering.extractive.sections import Weights
    from shared.answering.models import Answer
    from shared.retrieval.models import Found
    from tests.bench.answers.questions import Question

ADDED: Final = re.compile(r"`|\*\*|(?<=\s)\[\d+\]")
"""Marks that stand between the words of an answer."""
CITED: Final = re.compile(r"^\*\*.+\*\* \[(\d+)\]$")
"""The line over what is shown of a section."""
MARKED: Final = re.compile(r"^(.+) \[(\d+)\]$", re.DOTALL)
"""A line that answers directly, with the number of its section."""
NUMBERED: Final = re.compile(r"^\s*\d+\.\s", re.MULTILINE)
"""An item's number: it may be another one where items before it are left out."""
WORD: Final = re.compile(r"[^\W_]+")
ELLIPSIS: Final = "…"
SAID: Final = Words()
NAMED: Final = SAID.text(USUAL, "refusal.closest_answer").partition("{")[0]


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, and what is right about it.

    Attributes:
        question: What was asked.
        answer: What came.
        refused: It says that the book does not answer.
        named: It begins by naming a word that the book does not hold.
        held: All that it must hold is in it.
        findable: Some passage that was found holds it.
        direct: The line that answers directly; empty where none was given.
        direct_held: That line holds all that such a line must hold.
        astray: Of each section that it quotes, what does not stand at the address of its number.
    """

    question: Question
    answer: str
    refused: bool
    named: bool
    held: bool
    findable: bool
    direct: str
    direct_held: bool
    astray: tuple[tuple[str, ...], ...]

    @property
    def quoted(self) -> int:
        """How many sections it quotes."""
        return len(self.astray)

    @property
    def in_section(self) -> int:
        """Of them, those of which all that is shown stands at the address of their number."""
        return self.astray.count(())


def judged(question: Question, found: Found, sections: Mapping[str, str]) -> Judged:
    """Answer a question as the chat does, and judge it.

    Args:
        question: With what the answer must hold.
        found: By a search for it.
        sections: What stands at each address, words alone (`bare`).
    """
    answer = written(question.text, found, SAID)
    refused = answer.mode is Mode.REFUSED
    line = "" if refused else direct_line(found)
    return Judged(
        question=question,
        answer=answer.text,
        refused=refused,
        named=answer.text.startswith(NAMED),
        held=not refused and holds(question.gold, answer.text),
        findable=any(holds(question.gold, f"{each.label} {each.text}") for each in found.passages),
        direct=line,
        direct_held=bool(line and question.direct) and holds(question.direct, line),
        astray=() if refused else tuple(astray(answer, sections)),
    )


def holds(gold: Sequence[str], text: str) -> bool:
    """Whether all expressions are found, however the text is marked up and broken into lines."""
    plain = " ".join(ADDED.sub("", text).split())
    return all(re.search(each, plain, re.IGNORECASE) for each in gold)


def direct_line(found: Found, weights: Weights = WEIGHTS) -> str:
    """The line that answers directly, which comes first: by itself, or as the beginning of its section."""
    line = direct(*ranked(found.question, found.passages, found.vocabulary, weights))
    return line[0] if line else ""


def astray(answer: Answer, sections: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Of each section that is quoted: what of it does not stand at its number's address."""
    urls = {source.n: source.url for source in answer.sources}
    for number, shown in parts_of(answer.text):
        there = sections.get(urls.get(number, ""), "")
        yield tuple(each for each in pieces_of(shown) if not _is_there(each, there))


def _is_there(piece: str, there: str) -> bool:
    """As it is; or, of a table's row that is told in a line, each cell and the name of its column."""
    cells = filter(WORD.search, re.split(r" · |: ", piece) if " · " in piece else [piece])
    return bare(piece) in there or all(bare(each) in there for each in cells)


def parts_of(text: str) -> list[tuple[int, str]]:
    """Number -> what is shown of its section, in order; direct lines are shown of one as well."""
    parts: list[tuple[int, list[str]]] = []
    for block in text.split("\n\n"):
        cited, marked = CITED.match(block), MARKED.match(block)
        if cited:
            parts.append((int(cited[1]), []))
        elif not parts and marked:
            parts.append((int(marked[2]), [marked[1]]))
        elif parts:
            parts[-1][1].append(block)
    return [(number, "\n\n".join(blocks)) for number, blocks in parts]


def pieces_of(shown: str) -> Iterator[str]:
    """What is quoted without a gap: lines with words, and of a line what is between ellipses."""
    for line in shown.split("\n"):
        yield from filter(WORD.search, NUMBERED.sub("", line).split(ELLIPSIS))


def bare(text: str) -> str:
    """Letters and digits alone, between spaces: however it is marked up, it says the same."""
    return f" {' '.join(WORD.findall(NUMBERED.sub('', text).lower()))} "


def by_address(passages: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Address -> all that stands there, of passages' addresses and Markdown."""
    texts: dict[str, list[str]] = {}
    for url, text in passages:
        texts.setdefault(url, []).append(text)
    return {url: bare("\n".join(found)) for url, found in texts.items()}
