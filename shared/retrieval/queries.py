"""The one request that a question costs: two searches in `POST /collections/<name>/points/query/batch`.

Texts travel as inference documents, so Qdrant embeds them and no model ships with a function
(https://qdrant.tech/documentation/concepts/inference/). The first search finds the passages; the second measures, by
the cosine of the closest one, whether the book speaks about the question at all: fused scores are ranks and cannot.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from shared.retrieval.lexical import mostly_latin

if TYPE_CHECKING:
    from shared.settings import RetrievalSettings

DENSE: Final = "dense"
BM25: Final = "bm25"
"""Names of the vectors, as infra/ingestion writes them."""

BM25_MODEL: Final = "qdrant/bm25"
RELEASED: Final[dict[str, Any]] = {"must_not": [{"key": "release", "match": {"value": "other"}}]}
"""What documents an older or a coming version does not answer for the one that readers have."""
PREFETCHED: Final = 50
"""Candidates of each kind that are fused: measured on Ray's documentation, more gained nothing."""


def path(settings: RetrievalSettings) -> str:
    """Where both searches are posted to; an alias works like a collection."""
    prefix = urlsplit(settings.url).path
    return f"{prefix}/collections/{quote(settings.collection, safe='')}/points/query/batch"


def headers(settings: RetrievalSettings) -> dict[str, str]:
    """JSON, and the key where there is one."""
    key = {"api-key": settings.api_key} if settings.api_key else {}
    return {"content-type": "application/json", **key}


def body(settings: RetrievalSettings, question: str, limit: int) -> bytes:
    """Both searches as JSON.

    A question in a script that the dense model cannot read is searched by words alone: its vector would be noise, and
    fusion would give that noise half the vote.
    """
    searches = hybrid(settings, question, limit) if mostly_latin(question) else [by_words(question, limit)]
    return json.dumps({"searches": searches}, ensure_ascii=False).encode()


def hybrid(settings: RetrievalSettings, question: str, limit: int) -> list[dict[str, Any]]:
    """The passages by meaning and by words, fused by reciprocal rank; and the closest by meaning, for its score."""
    by_meaning = {"query": {"text": question, "model": settings.dense_model}, "using": DENSE, "filter": RELEASED}
    prefetch = [{**by_meaning, "limit": PREFETCHED}, {**_nearest_words(question), "limit": PREFETCHED}]
    return [
        {"prefetch": prefetch, "query": {"fusion": "rrf"}, "limit": limit, "with_payload": True},
        {**by_meaning, "limit": 1, "with_payload": False},
    ]


def by_words(question: str, limit: int) -> dict[str, Any]:
    """The passages by words alone."""
    return {**_nearest_words(question), "limit": limit, "with_payload": True}


def _nearest_words(question: str) -> dict[str, Any]:
    return {"query": {"text": question, "model": BM25_MODEL}, "using": BM25, "filter": RELEASED}
