"""Example questions: made from headings, asked as a reader asks, kept where their own section answers.

What a reader is offered is thus known to work. Every page has its turn before any has a second one, pages at the top
first; each question costs a search, so there is an end to it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, Final

from infra.ingestion.questions import question_of
from shared.answering.models import Mode
from shared.answering.turn.respondent import Respondent
from shared.errors import RetrievalUnavailable
from shared.http_client import HttpClient
from shared.retrieval.examples import FORM, Example
from shared.retrieval.search import Book
from shared.settings.answers import RetrievalSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from infra.ingestion.progress import Show
    from infra.ingestion.store.index import Options
    from shared.answering.turn.respondent import Search
    from shared.retrieval.models import Found

ASKED: Final = ("path", "url", "title", "heading_path", "lang", "release", "position")
"""Fields of a passage that a question is made from."""

OF_A_PAGE: Final = 3
MOST: Final = 300
"""Questions that are asked of a book; each is a search."""
TRIES: Final = 3
TRIED: Final = 2 * OF_A_PAGE
"""Headings of a page; not each is answered by its own section."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that nobody has asked yet.

    Attributes:
        page: The source file's path.
        url: Of the section that should answer it.
    """

    question: str
    page: str
    title: str
    url: str


@contextmanager
def searching(url: str, options: Options) -> Generator[Search]:
    """Searches as the functions will; a store that is busy with what it was sent is asked again."""
    settings = RetrievalSettings(
        url=url,
        api_key=options.api_key,
        collection=options.collection,
        dense_model=options.model,
    )
    if gate := os.environ.get("RETRIEVAL_THRESHOLD"):
        settings = replace(settings, threshold=float(gate))
    with closing(HttpClient(url)) as client:
        book = Book(client, settings)
        yield lambda question: _patiently(book, question)


def _patiently(book: Book, question: str) -> Found:
    for _ in range(TRIES - 1):
        with suppress(RetrievalUnavailable):
            return book.search(question)
    return book.search(question)


def payload(passages: Iterable[Mapping[str, Any]], search: Search, show: Show) -> dict[str, Any]:
    """What is stored of a book.

    Args:
        passages: Fields of each passage.
        search: How readers' questions are searched.
        show: Where progress is reported.

    Raises:
        RetrievalUnavailable: The book cannot be searched now.
    """
    candidates = [*islice(_in_turns(_candidates(passages)), MOST)]
    show.begin("asking example questions", len(candidates))
    found = [asdict(each) for each in _answered(candidates, search, show)]
    content = {"form": FORM, "examples": found}
    return content | {"version": hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]}


def _candidates(passages: Iterable[Mapping[str, Any]]) -> dict[str, list[Candidate]]:
    """By page, in the order of the page."""
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    in_order = sorted(passages, key=lambda each: (str(each.get("path")), int(each.get("position") or 0)))
    for each in in_order:
        title, headings = str(each.get("title") or ""), [*map(str, each.get("heading_path") or ())]
        heading = headings[-1] if headings else title
        question = question_of(heading, str(each.get("lang") or "en")) if each.get("release") != "other" else None
        page, url = str(each.get("path")), str(each.get("url") or "")
        if question and url and all(question != other.question for other in found[page]):
            label = title if heading == title else f"{title}: {heading}"
            found[page].append(Candidate(question, page, label, url))
    return found


def _in_turns(by_page: Mapping[str, list[Candidate]]) -> Iterator[Candidate]:
    """One of each page, pages at the top of the book first; then a second of each."""
    pages = sorted(by_page, key=lambda page: (page.count("/"), page))
    for round_ in zip_longest(*(by_page[page][:TRIED] for page in pages)):
        yield from (each for each in round_ if each is not None)


def _answered(candidates: Iterable[Candidate], search: Search, show: Show) -> Iterator[Example]:
    seen: set[str] = set()
    of_page: defaultdict[str, int] = defaultdict(int)
    for each in candidates:
        show.step()
        known = each.question.casefold()
        if known in seen or of_page[each.page] == OF_A_PAGE or not is_answered(each, search):
            continue
        seen.add(known)
        of_page[each.page] += 1
        yield Example(each.question, each.title, each.url)


def is_answered(candidate: Candidate, search: Search) -> bool:
    """Whether a reader who asks it is answered by the section, without a word about what the book lacks.

    Raises:
        RetrievalUnavailable: The book cannot be searched now.
    """
    found = search(candidate.question)
    answer = Respondent(lambda _: found, set()).alone(candidate.question)
    cited = next((each.url for each in answer.sources), None)
    return answer.mode is Mode.EXTRACTIVE and cited == candidate.url and not found.missing
