from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from shared.retrieval import queries
from shared.retrieval.queries import Edition
from shared.retrieval.vocabulary import POINT
from shared.settings.answers import RetrievalSettings

SETTINGS = RetrievalSettings(
    url="https://example.test/qdrant", api_key="key", collection="docs site", dense_model="dense", threshold=0.52
)


def searches(question: str) -> list[dict[str, Any]]:
    return json.loads(queries.body(SETTINGS, question, limit=8))["searches"]


def test_one_request_searches_by_meaning_and_by_words_and_measures_the_closest_passage() -> None:
    fused, closest, wordiest, vocabulary = searches("How?")

    released = {"filter": {"must_not": [{"key": "release", "match": {"value": "other"}}]}}
    by_meaning = {"query": {"text": "How?", "model": "dense"}, "using": "dense", **released}
    by_words = {"query": {"text": "How?", "model": "qdrant/bm25"}, "using": "bm25", **released}
    assert fused == {
        "prefetch": [{**by_meaning, "limit": 50}, {**by_words, "limit": 50}],
        "query": {"fusion": "rrf"},
        "limit": 8,
        "with_payload": {"exclude": ["content_hash", "details_hash", "embed_model"]},
    }
    assert closest == {**by_meaning, "limit": 24, "with_payload": False}
    assert wordiest == {**by_words, "limit": 24, "with_payload": False}
    assert vocabulary == {"filter": {"must": [{"has_id": [POINT]}]}, "limit": 1, "with_payload": ["version"]}


def test_another_edition_is_asked_for_by_every_search() -> None:
    for question in ("How?", "کیسے؟"):
        sent = json.loads(queries.body(SETTINGS, question, 8, Edition("1.0", "en")))["searches"]
        filters = [each["filter"] for search in sent[:-1] for each in search.get("prefetch", [search])]
        assert filters == [Edition("1.0", "en").filter()] * len(filters)


def test_a_question_that_the_dense_model_cannot_read_is_searched_by_words_alone() -> None:
    only, _vocabulary = searches("روبوٹ کو کیسے کیلیبریٹ کریں؟")

    assert only["using"] == "bm25"


def test_a_multilingual_model_reads_every_script() -> None:
    multilingual = replace(SETTINGS, dense_model="intfloat/multilingual-e5-small")
    question = "روبوٹ کو کیسے کیلیبریٹ کریں؟"

    fused, closest, _wordiest, _vocabulary = json.loads(queries.body(multilingual, question, limit=8))["searches"]

    assert [each["using"] for each in fused["prefetch"]] == ["dense", "bm25"]
    assert closest["query"]["model"] == "intfloat/multilingual-e5-small"


def test_a_model_that_was_taught_what_a_text_is_for_is_told_so() -> None:
    for model in ("intfloat/multilingual-e5-small", "intfloat/e5-base-v2"):
        assert queries.worded(model, "How?", "query") == "query: How?"
        assert queries.worded(model, "So.", "passage") == "passage: So."
    for model in ("sentence-transformers/all-minilm-l6-v2", "intfloat/multilingual-e5-large-instruct", "acme/one5"):
        assert queries.worded(model, "How?", "query") == "How?"


def test_the_collections_name_is_quoted_and_the_servers_path_is_kept() -> None:
    assert queries.path(SETTINGS) == "/qdrant/collections/docs%20site/points/query/batch"


def test_the_key_travels_in_its_header_where_there_is_one() -> None:
    without = RetrievalSettings(url="https://q.test", api_key=None, collection="d", dense_model="m", threshold=0.52)

    assert queries.headers(SETTINGS)["api-key"] == "key"
    assert "api-key" not in queries.headers(without)
