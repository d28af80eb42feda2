"""The one request that a question costs: several searches in `POST /collections/<name>/points/query/batch`.

Texts travel as inference documents, so Qdrant embeds them and no model ships with a function
(https://qdrant.tech/documentation/concepts/inference/). The first search finds the passages. The last tells which
vocabulary the collection has. Those between measure, by cosine and by BM25, how close passages are to the question, and
whether the book speaks about it at all: fused scores are ranks and cannot.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlsplit

from shared.record import record
from shared.retrieval.lexical import mostly_latin
from shared.retrieval.vocabulary import POINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.settings.answers import RetrievalSettings

DENSE: Final = "dense"
BM25: Final = "bm25"
"""Names of the vectors, as infra/ingestion writes them."""

MULTILINGUAL: Final = "multilingual"
"""What the name of a dense model says that reads every script, such as `intfloat/multilingual-e5-small`."""
E5: Final = re.compile(r"\be5\b(?!.*instruct)", re.IGNORECASE)
"""Models that were taught on texts which say what they are; the card of such a model asks for it, in every language."""
BM25_MODEL: Final = "qdrant/bm25"
MEASURED: Final = 24
"""Points of which the cosine and BM25 are told: those that are found are seldom further away."""
WITHOUT_TEXT: Final = {"exclude": ["content_hash", "details_hash", "embed_model"]}
VOCABULARY: Final = {"filter": {"must": [{"has_id": [POINT]}]}, "limit": 1}
PREFETCHED: Final = 50
"""Candidates of each kind that are fused: measured on Ray's documentation, more gained nothing."""


@record
class Edition:
    """Pages of one version, in one language.

    Attributes:
        version: Its name; None: that of the page that the reader is on, else the one that readers have.
        language: BCP 47 tag; None: whatever the pages are in.
        page: Address of the page that the reader is on.
    """

    version: str | None = None
    language: str | None = None
    page: str | None = None

    def at(self, places: Mapping[str, str]) -> Edition:
        """The same with the version of the reader's page, where that is one of those that others have.

        Args:
            places: Version by the beginning of its pages' paths, of all versions that are not the released one.
        """
        path = _path(self.page) if self.version is None and self.page else ""
        held = [each for each in places if path.startswith(each)]
        return replace(self, version=places[max(held, key=len)]) if held else self

    def filter(self) -> dict[str, Any]:
        """For Qdrant."""
        must: list[dict[str, Any]] = []
        if self.version is not None:
            must.append({"key": "version", "match": {"value": self.version}})
        if self.language is not None:
            tag = self.language.lower()
            must.append({"key": "lang", "match": {"any": sorted({self.language, tag, tag.partition("-")[0]})}})
        found: dict[str, Any] = {"must": must} if must else {}
        if self.version is None:
            found["must_not"] = [{"key": "release", "match": {"value": "other"}}]
        return found


RELEASED = Edition()
"""What documents an older or a coming version does not answer for the one that readers have."""


def _path(page: str) -> str:
    try:
        return urlsplit(page).path
    except ValueError:
        return ""


def path(settings: RetrievalSettings) -> str:
    """Where both searches are posted to; an alias works like a collection."""
    prefix = urlsplit(settings.url).path
    return f"{prefix}/collections/{quote(settings.collection, safe='')}/points/query/batch"


def headers(settings: RetrievalSettings) -> dict[str, str]:
    """JSON, and the key where there is one."""
    key = {"api-key": settings.api_key} if settings.api_key else {}
    return {"content-type": "application/json", **key}


def worded(model: str, text: str, role: Literal["query", "passage"]) -> str:
    """A text as its model was taught to read it."""
    return f"{role}: {text}" if E5.search(model) else text


def reads(settings: RetrievalSettings, question: str) -> bool:
    """Whether the dense model knows the script that a question is written in."""
    return mostly_latin(question) or MULTILINGUAL in settings.dense_model.lower()


def body(
    settings: RetrievalSettings, question: str, limit: int, edition: Edition = RELEASED, *, told: str = ""
) -> bytes:
    """Both searches as JSON.

    Args:
        settings: Where is searched, and with which model.
        question: As it is searched by meaning.
        limit: Passages to find.
        edition: Of which pages.
        told: As it is searched by words; empty: as by meaning.

    A question in a script that the dense model cannot read is searched by words alone: its vector would be noise, and
    fusion would give that noise half the vote.
    """
    known = reads(settings, question)
    told = told or question
    searches = hybrid(settings, question, told, limit, edition) if known else [by_words(told, limit, edition)]
    searches.append({**VOCABULARY, "with_payload": ["version"]})
    return json.dumps({"searches": searches}, ensure_ascii=False).encode()


def vocabulary_body() -> bytes:
    """The vocabulary alone."""
    return json.dumps({"searches": [{**VOCABULARY, "with_payload": True}]}).encode()


def hybrid(settings: RetrievalSettings, question: str, told: str, limit: int, edition: Edition) -> list[dict[str, Any]]:
    """The passages by meaning and by words, fused by reciprocal rank; and how close each kind found them."""
    chosen = edition.filter()
    model = settings.dense_model
    by_meaning = {"query": {"text": worded(model, question, "query"), "model": model}, "using": DENSE, "filter": chosen}
    by_word = _nearest_words(told, edition)
    prefetch = [{**by_meaning, "limit": PREFETCHED}, {**by_word, "limit": PREFETCHED}]
    return [
        {"prefetch": prefetch, "query": {"fusion": "rrf"}, "limit": limit, "with_payload": WITHOUT_TEXT},
        {**by_meaning, "limit": MEASURED, "with_payload": False},
        {**by_word, "limit": MEASURED, "with_payload": False},
    ]


def by_words(question: str, limit: int, edition: Edition) -> dict[str, Any]:
    """The passages by words alone."""
    return {**_nearest_words(question, edition), "limit": limit, "with_payload": WITHOUT_TEXT}


def _nearest_words(question: str, edition: Edition) -> dict[str, Any]:
    return {"query": {"text": question, "model": BM25_MODEL}, "using": BM25, "filter": edition.filter()}
