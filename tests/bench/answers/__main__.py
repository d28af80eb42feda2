"""What answers without a model are worth: `make bench-answers` writes tests/bench/results/answers.md.

Every question is searched in a store with the corpora beside the project, which is kept between runs, and answered as
the chat answers a question that stands alone. `ARGS=--failures` prints each answer that is wrong, whole. The exit code
is 1 where a goal is missed. Without the corpora there is nothing to ask, and nothing is written.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from shared.errors import RetrievalUnavailable
from shared.http_client import HttpClient
from shared.retrieval.search import Book as Searched
from shared.settings.answers import RetrievalSettings
from tests.bench.answers.books import BOOKS, CLONED, LATER, XQUAD, Book, opened, sections_of
from tests.bench.answers.figures import failures
from tests.bench.answers.judging import Judged, judged
from tests.bench.answers.page import Run, write
from tests.bench.answers.questions import absent, questions_to, unasked
from tests.bench.answers.recall import answered_by, placed
from tests.bench.answers.variants import tried

if TYPE_CHECKING:
    from shared.retrieval.models import Found

SAMPLED: Final = 4
"""One of so many of XQuAD's questions is asked without each part as well."""
HAD_FROM: Final = 'Where it is had from says specs/answers.md, "Documentation of other projects".'
TRIES: Final = 5
"""Of a search: other programs may keep the machine busy for longer than a reader would wait."""


def main() -> int:
    """Ask, judge, write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.answers", description=__doc__)
    parser.add_argument("--failures", action="store_true", help="print each answer that is wrong")
    chosen = parser.parse_args()
    if models := [each for each in os.environ.get("MODEL", "").split(",") if each]:
        from tests.bench.answers import by_model  # noqa: PLC0415 (it needs a model's parts, which the others do not)

        return by_model.main(models)
    if missing := absent():
        print(f"Nothing is measured: {', '.join(map(str, missing))} is not there.")
        return 0
    books = (*BOOKS, *(each for each in (*CLONED, *LATER) if each.path.exists()))
    run = Run([], [], [])
    with opened(books) as url:
        for book in books:
            _ask(book, url, run)
    answers = run.answers
    if chosen.failures:
        _show(failures(answers))
        _show_astray(answers)
    missed = write(run)
    if others := unasked():
        print(f"\nNot asked, as their documentation is not there: {', '.join(others)}. {HAD_FROM}")
    print("\n".join(["", *(f"MISSED {each}" for each in missed)]) if missed else "\nEvery goal is reached.")
    return 1 if missed else 0


def _ask(book: Book, url: str, run: Run) -> None:
    settings = RetrievalSettings.read({"QDRANT_URL": url, "QDRANT_COLLECTION": book.name})
    searched, sections = Searched(HttpClient(url), settings), sections_of(book)
    questions = questions_to(book)
    for place, each in enumerate(questions):
        found = _found(searched, each.text)
        run.answers.append(judged(each, found, sections))
        if book is not XQUAD or place % SAMPLED == 0:
            run.tried.extend(tried(each, found, searched))
    for question, pages in answered_by(book):
        run.placed.extend(placed(book.name, pages, _found(searched, question)))
    print(f"{book.name}: {len(questions)} questions", file=sys.stderr, flush=True)


def _found(book: Searched, question: str) -> Found:
    for _ in range(TRIES - 1):
        try:
            return book.search(question)
        except RetrievalUnavailable as error:
            print(f"asked again: {error.__cause__}", file=sys.stderr)
    return book.search(question)


def _show(wrong: list[Judged]) -> None:
    for each in wrong:
        asked = each.question
        found = "" if each.findable else "; no passage that was found holds it"
        print(f"\n=== {asked.name} ({asked.set_name}, {asked.kind}) {asked.text}")
        print(f"    must hold: {' and '.join(asked.gold)}{found}" if asked.gold else "    must be refused")
        print(each.answer)


def _show_astray(answers: list[Judged]) -> None:
    for each in answers:
        for piece in (piece for pieces in each.astray for piece in pieces):
            print(f"--- {each.question.name}: not in the section that its number links to: {piece}")


if __name__ == "__main__":
    sys.exit(main())
