"""Whether the pages that answer are among the first: as they are found, and as they are ranked anew."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.sections import ranked
from tests.bench.answers.books import RAY, XQUAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.retrieval.models import Found
    from tests.bench.answers.books import Book

SHOWN: Final = 5
COUNTED: Final = 10
ORDERS: Final = ("as found", "ranked anew")


@dataclass(frozen=True, slots=True)
class Placed:
    """A question, the pages that answer it, and the pages found, best first.

    Attributes:
        book: That was asked.
        order: One of `ORDERS`.
        pages: That answer.
        found: In their order, each once.
    """

    book: str
    order: str
    pages: frozenset[str]
    found: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Share of the pages that are among the first five."""
        return len(self.pages & set(self.found[:SHOWN])) / len(self.pages)

    @property
    def gain(self) -> float:
        """NDCG@10, a page either answering or not."""
        places = [at for at, page in enumerate(self.found[:COUNTED]) if page in self.pages]
        best = sum(_discount(at) for at in range(min(len(self.pages), COUNTED)))
        return sum(map(_discount, places)) / best


def _discount(at: int) -> float:
    return 1 / math.log2(at + 2)


def answered_by(book: Book) -> Iterator[tuple[str, frozenset[str]]]:
    """Questions with the pages that answer them; none of a book for which nobody has told."""
    if book is RAY:
        lines = (book.path.parent / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        yield from ((told["question"], frozenset(told["pages"])) for told in map(json.loads, lines))
    elif book is XQUAD:
        told = (book.path / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]
        pages = {row[0]: row[1] for row in (line.split("\t") for line in told)}
        for line in (book.path / "queries.jsonl").read_text(encoding="utf-8").splitlines():
            query = json.loads(line)
            yield query["text"], frozenset([pages[query["_id"]]])


def placed(book: str, pages: frozenset[str], found: Found) -> Iterator[Placed]:
    """A question in both orders."""
    _, sections = ranked(found.question, found.passages, found.vocabulary)
    orders: tuple[Sequence[str], ...] = (
        [each.page for each in found.passages],
        [each.passage.page for each in sections],
    )
    for name, order in zip(ORDERS, orders, strict=True):
        yield Placed(book, name, pages, tuple(dict.fromkeys(order)))


def table(results: Iterable[Placed]) -> list[str]:
    """Recall and gain of each book, in both orders."""
    by_order: dict[tuple[str, str], list[Placed]] = {}
    for each in results:
        by_order.setdefault((each.book, each.order), []).append(each)
    return [
        "| book | questions | order | recall@5 | nDCG@10 |",
        "|---|---|---|---|---|",
        *(
            f"| {book} | {len(found):,} | {order} | {_mean(each.recall for each in found):.3f}"
            f" | {_mean(each.gain for each in found):.3f} |"
            for (book, order), found in by_order.items()
        ),
    ]


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known)
