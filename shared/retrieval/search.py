"""Searching the book: one HTTP request to Qdrant, and no answer that only looks like one when it fails."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from shared.errors import RetrievalUnavailable
from shared.http_client import Unreachable
from shared.observability import log, measured
from shared.retrieval import beginning, queries
from shared.retrieval.gate import judged
from shared.retrieval.payloads import passage
from shared.retrieval.queries import RELEASED
from shared.retrieval.synonyms import told_otherwise
from shared.retrieval.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.http_client import HttpClient, Response
    from shared.retrieval.models import Found, Passage
    from shared.retrieval.queries import Edition
    from shared.settings.answers import RetrievalSettings

SECONDS: Final = 2.0
"""The longest that a search may take; a healthy one takes 20 to 100 ms."""

LIMIT: Final = 10

NOTHING: Final = Vocabulary()
FRAMED: Final = re.compile(r"\bTraceback \(|\sat\s.*:\d", re.DOTALL)
"""What may be a traceback."""


class Book:
    """The passages of a collection, and the words in them.

    Args:
        client: Where Qdrant is.
        settings: Which collection, and how it is searched.
    """

    def __init__(self, client: HttpClient, settings: RetrievalSettings) -> None:
        self.client = client
        self.settings = settings
        self._vocabulary: Vocabulary | None = None

    def search(self, question: str, *, limit: int = LIMIT, edition: Edition = RELEASED) -> Found:
        """The passages that belong to the question, of the pages that may answer it.

        Raises:
            RetrievalUnavailable: Qdrant cannot be reached, is too slow, refuses, or has no such collection; the cause
                says which.
        """
        question = _as_asked(question)
        vocabulary = self._vocabulary or self._read_vocabulary()
        asked, body = self._prepared(vocabulary, question, limit, edition)
        results = self.ask(body)
        if _version(results) != vocabulary.version:  # another book, of which the words of the last one tell nothing
            vocabulary = self._read_vocabulary()
            before = body
            asked, body = self._prepared(vocabulary, question, limit, edition)
            if body != before:
                results = self.ask(body)
        return found(self.settings, (question, asked), results, vocabulary)

    def _prepared(self, vocabulary: Vocabulary, question: str, limit: int, edition: Edition) -> tuple[str, bytes]:
        """The question as it is searched, and the request that does it."""
        asked = vocabulary.repaired(question)
        told = told_otherwise(beginning.searched(asked, vocabulary), vocabulary)
        return asked, queries.body(self.settings, asked, limit, edition.at(vocabulary.places), told=told)

    def _read_vocabulary(self) -> Vocabulary:
        """The book's words, for this question and the next ones; nothing where they cannot be read now."""
        try:
            points = self.ask(queries.vocabulary_body())[0]
            self._vocabulary = Vocabulary.read(points[0]["payload"]) if points else NOTHING
        except (RetrievalUnavailable, LookupError, TypeError, ValueError, AttributeError) as error:
            # the search itself will say whether Qdrant is away; words are only ever put right where it is not
            log.info("the book's vocabulary could not be read", exc_info=error)
            self._vocabulary = NOTHING
        return self._vocabulary

    def ask(self, body: bytes, seconds: float = SECONDS) -> list[list[dict[str, Any]]]:
        """The points of each search of a request.

        Raises:
            RetrievalUnavailable: See `search`.
        """
        path, headers = queries.path(self.settings), queries.headers(self.settings)
        with measured("qdrant"):
            try:
                response = self.client.request("POST", path, body, headers, timeout=seconds, idempotent=True)
            except Unreachable as error:
                raise RetrievalUnavailable from error
        return _results(self.settings, response)


def found(
    settings: RetrievalSettings,
    asked: tuple[str, str],
    results: Sequence[Sequence[Mapping[str, Any]]],
    vocabulary: Vocabulary = NOTHING,
) -> Found:
    """What Qdrant's results mean: one list of points a search, as `queries.body` ordered them.

    Args:
        settings: The gate.
        asked: As the reader typed it, and as it was searched.
        results: Of each search.
        vocabulary: Of the book.
    """
    try:
        is_read = queries.reads(settings, asked[1])
        by_meaning, by_words = (_scores(results[1]), _scores(results[2])) if is_read else ({}, {})
        passages = tuple(_passages(results[0], by_meaning, by_words))
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error
    return judged(settings, asked, passages, max(by_meaning.values(), default=0.0), vocabulary)


def _as_asked(question: str) -> str:
    """Of a traceback the error alone."""
    if not FRAMED.search(question):
        return question
    from shared.retrieval.pasted import without_frames  # noqa: PLC0415 (hardly any question needs it)

    return without_frames(question)


def _read(point: Mapping[str, Any], cosine: float, words: float) -> Passage | None:
    """None for what is none of ours: one bad passage must not keep the others from readers."""
    score = float(point["score"])
    try:
        return passage(point.get("payload") or {}, score=score, cosine=cosine, words=words)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _version(results: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    try:
        return str(results[-1][0]["payload"]["version"])
    except (IndexError, KeyError, TypeError):
        return ""  # a store that was filled before there was a vocabulary


def _scores(points: Sequence[Mapping[str, Any]]) -> dict[object, float]:
    return {each["id"]: float(each["score"]) for each in points}


def _results(settings: RetrievalSettings, response: Response) -> list[list[dict[str, Any]]]:
    if response.status == HTTPStatus.NOT_FOUND:
        raise RetrievalUnavailable from LookupError(f"there is no collection or alias {settings.collection!r}: ingest")
    if response.status != HTTPStatus.OK:
        raise RetrievalUnavailable from RuntimeError(f"Qdrant answered {response.status}")
    try:
        return [each["points"] for each in json.loads(response.body)["result"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error


def _passages(
    points: Sequence[Mapping[str, Any]], by_meaning: Mapping[object, float], by_words: Mapping[object, float]
) -> Iterator[Passage]:
    """Best first; equal scores, which come in any order, always in the same one."""
    told: list[tuple[float, str, int, Passage]] = []
    for point in points:
        number = point["id"]
        read = _read(point, by_meaning.get(number, 0.0), by_words.get(number, 0.0))
        if read is None:
            log.warning("passed over a passage without address or text, or of another form", passage=number)
        else:
            told.append((-read.score, read.page, read.position, read))
    yield from (each for *_, each in sorted(told, key=lambda each: each[:3]))
