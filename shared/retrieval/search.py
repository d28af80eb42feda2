"""Searching the book: one HTTP request to Qdrant, and no answer that only looks like one when it fails."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from shared.errors import RetrievalUnavailable
from shared.http_client import Unreachable
from shared.observability import log, measured
from shared.retrieval import queries
from shared.retrieval.lexical import coverage, mostly_latin
from shared.retrieval.models import Found, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.http_client import HttpClient, Response
    from shared.settings import RetrievalSettings

SECONDS: Final = 2.0
"""The longest that a search may take; a healthy one takes 20 to 100 ms."""

LIMIT: Final = 8

WORDS_COVERED: Final = 0.5
"""Share of the question's words that the best passage must hold, where words are all there is to judge by."""


def search(client: HttpClient, settings: RetrievalSettings, question: str, *, limit: int = LIMIT) -> Found:
    """The passages that belong to the question.

    Raises:
        RetrievalUnavailable: Qdrant cannot be reached, is too slow, refuses, or has no such collection; the cause says
            which.
    """
    body = queries.body(settings, question, limit)
    with measured("qdrant"):
        try:
            response = client.request(
                "POST",
                queries.path(settings),
                body,
                queries.headers(settings),
                timeout=SECONDS,
                idempotent=True,
            )
        except Unreachable as error:
            raise RetrievalUnavailable from error
    return found(settings, question, _results(settings, response))


def found(settings: RetrievalSettings, question: str, results: list[list[dict[str, Any]]]) -> Found:
    """What Qdrant's results mean: one list of points a search, as `queries.body` ordered them."""
    try:
        passages = tuple(_passages(results[0]))
        if mostly_latin(question):
            confidence = max((float(point["score"]) for point in results[1]), default=0.0)
            return Found(passages, confidence, on_topic=confidence >= settings.threshold)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error
    confidence = max((coverage(question, f"{each.label} {each.text}") for each in passages), default=0.0)
    return Found(passages, confidence, on_topic=confidence >= WORDS_COVERED)


def _results(settings: RetrievalSettings, response: Response) -> list[list[dict[str, Any]]]:
    if response.status == HTTPStatus.NOT_FOUND:
        raise RetrievalUnavailable from LookupError(f"there is no collection or alias {settings.collection!r}: ingest")
    if response.status != HTTPStatus.OK:
        raise RetrievalUnavailable from RuntimeError(f"Qdrant answered {response.status}")
    try:
        return [each["points"] for each in json.loads(response.body)["result"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error


def _passages(points: Iterable[dict[str, Any]]) -> Iterable[Passage]:
    for point in points:
        payload: dict[str, Any] = point.get("payload") or {}
        if payload.get("url") and payload.get("text"):
            yield _passage(payload, float(point["score"]))
        else:
            log.warning("passed over a passage without address or text", passage=point.get("id"))


def _passage(payload: dict[str, Any], score: float) -> Passage:
    url, anchor = str(payload["url"]), payload.get("anchor")
    page = str(payload.get("path") or url).removesuffix(".mdx").removesuffix(".md")
    return Passage(
        url=url if "#" in url or not anchor else f"{url}#{anchor}",
        page=page,
        title=str(payload.get("title") or page),
        heading_path=tuple(map(str, payload.get("heading_path") or ())),
        text=str(payload["text"]),
        score=score,
    )
