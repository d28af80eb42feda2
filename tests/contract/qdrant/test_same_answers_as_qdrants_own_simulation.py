"""The stand-in and qdrant-client's in-memory simulation of Qdrant answer alike.

Scores and sets are compared, never the order of points with equal scores: Qdrant does not promise one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pytest
import qdrant_edge as edge
from qdrant_client import QdrantClient, models

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

NAME = "alike"
SIZE = 8
COUNT = 60
WORDS = ["arm", "motor", "camera", "policy", "robot", "gripper", "calibrate", "record", "train", "cable", "port"]

# the simulation has no payload indexes and says so; the stand-in has them and must give the same results
pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


def asked(text: str) -> models.SparseVector:
    vector = edge.Bm25().embed_query(text)
    return models.SparseVector(indices=vector.indices, values=vector.values)


def told(text: str, number: int) -> models.SparseVector:
    """Weigh each point a little differently: fusion gives points with equal scores different ranks, in any order."""
    vector = edge.Bm25().embed_document(text)
    return models.SparseVector(indices=vector.indices, values=[each * (1 + number / 997) for each in vector.values])


def made_points() -> list[models.PointStruct]:
    random = np.random.default_rng(7)
    points: list[models.PointStruct] = []
    for number in range(COUNT):
        text = " ".join(random.choice(WORDS, size=int(random.integers(3, 12))))
        points.append(
            models.PointStruct(
                # both kinds of ids
                id=number if number % 2 else str(UUID(int=number)),
                vector={"dense": random.standard_normal(SIZE).tolist(), "bm25": told(text, number)},
                payload={
                    "site": "one" if number % 3 else "two",
                    "path": f"page{number % 7}",
                    "position": number,
                    "text": text,
                    "heading_path": ["A", f"B{number % 4}"],
                    "nothing": None,
                },
            )
        )
    return points


def set_up(client: QdrantClient) -> None:
    client.create_collection(
        NAME,
        vectors_config={"dense": models.VectorParams(size=SIZE, distance=models.Distance.COSINE)},
        sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    for field in ("site", "path"):
        client.create_payload_index(NAME, field, models.PayloadSchemaType.KEYWORD)
    client.upsert(NAME, made_points(), wait=True)


@dataclass(frozen=True, slots=True)
class Both:
    stand_in: QdrantClient
    simulation: QdrantClient

    def agree(self, ask: Callable[[QdrantClient], Sequence[models.ScoredPoint]]) -> None:
        same_ranking(ask(self.stand_in), ask(self.simulation))


@pytest.fixture(scope="module")
def both(remote: QdrantClient) -> Both:
    """For tests that only read."""
    return equal_sides(remote)


@pytest.fixture
def fresh(remote: QdrantClient, both: Both) -> Generator[Both]:
    """For tests that change something."""
    yield equal_sides(both.stand_in)
    remote.delete_collection(NAME)
    set_up(remote)


def equal_sides(remote: QdrantClient) -> Both:
    simulation = QdrantClient(":memory:")
    remote.delete_collection(NAME)
    for client in (remote, simulation):
        set_up(client)
    return Both(remote, simulation)


def same_ranking(left: Sequence[models.ScoredPoint], right: Sequence[models.ScoredPoint]) -> None:
    assert left
    assert [each.score for each in left] == pytest.approx([each.score for each in right], rel=1e-4, abs=1e-6)
    groups = [[{str(each.id) for each in group} for _, group in by_score(ranking)] for ranking in (left, right)]
    # the last group may be cut by the limit, at any of its points
    assert groups[0][:-1] == groups[1][:-1]


def by_score(ranking: Sequence[models.ScoredPoint]) -> list[tuple[float, list[models.ScoredPoint]]]:
    return [(score, list(group)) for score, group in groupby(ranking, lambda each: round(each.score, 5))]


def where(*must: models.Condition) -> models.Filter:
    return models.Filter(must=list(must))


def field_is(key: str, value: str | int) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


FILTERS: dict[str, models.Filter | None] = {
    "no filter": None,
    "a value": where(field_is("site", "two")),
    "an element of a list": where(field_is("heading_path", "B2")),
    "two values": where(field_is("site", "one"), field_is("path", "page3")),
    "any of some values": where(models.FieldCondition(key="path", match=models.MatchAny(any=["page1", "page2"]))),
    "none of some values": where(
        models.FieldCondition(key="path", match=models.MatchExcept.model_validate({"except": ["page1", "page2"]}))
    ),
    "a range": where(models.FieldCondition(key="position", range=models.Range(gte=10, lt=30))),
    "ids of both kinds": where(models.HasIdCondition(has_id=[1, 3, str(UUID(int=4))])),
    "an empty field": where(models.IsEmptyCondition(is_empty=models.PayloadField(key="nothing"))),
    "a null field": where(models.IsNullCondition(is_null=models.PayloadField(key="nothing"))),
    "should and must not": models.Filter(
        should=[field_is("path", "page1"), field_is("path", "page2")], must_not=[field_is("site", "two")]
    ),
    "at least two": models.Filter(
        min_should=models.MinShould(
            conditions=[field_is("path", "page1"), field_is("site", "two"), field_is("position", 1)], min_count=2
        )
    ),
    "a filter in a filter": where(models.Filter(must_not=[field_is("site", "one")])),
}


def question_vector() -> list[float]:
    return np.random.default_rng(3).standard_normal(SIZE).tolist()


def hybrid(client: QdrantClient, query: models.Query, chosen: models.Filter | None = None) -> list[models.ScoredPoint]:
    prefetch = [
        models.Prefetch(query=question_vector(), using="dense", limit=20, filter=chosen),
        models.Prefetch(query=asked("calibrate the robot arm"), using="bm25", limit=20, filter=chosen),
    ]
    return client.query_points(NAME, prefetch=prefetch, query=query, limit=8).points


@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS.keys())
def test_dense_search(both: Both, chosen: models.Filter | None) -> None:
    both.agree(lambda client: client.query_points(NAME, question_vector(), using="dense", query_filter=chosen).points)


@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS.keys())
def test_counts(both: Both, chosen: models.Filter | None) -> None:
    assert both.stand_in.count(NAME, chosen).count == both.simulation.count(NAME, chosen).count


def test_sparse_search_weighs_rare_words(both: Both) -> None:
    question = asked("calibrate the robot arm")
    both.agree(lambda client: client.query_points(NAME, question, using="bm25", limit=20).points)


@pytest.mark.parametrize(
    "query",
    [
        models.FusionQuery(fusion=models.Fusion.RRF),
        models.FusionQuery(fusion=models.Fusion.DBSF),
        models.RrfQuery(rrf=models.Rrf(k=60)),
        models.RrfQuery(rrf=models.Rrf(k=2, weights=[3.0, 1.0])),
    ],
    ids=["rrf", "dbsf", "rrf k=60", "weighted rrf"],
)
@pytest.mark.parametrize("chosen", [None, FILTERS["a value"]], ids=["no filter", "a filter"])
def test_hybrid_search(both: Both, query: models.Query, chosen: models.Filter | None) -> None:
    both.agree(lambda client: hybrid(client, query, chosen))


def test_a_batch_answers_each_search(both: Both) -> None:
    searches = [
        models.QueryRequest(query=question_vector(), using="dense", limit=3, with_payload=True),
        models.QueryRequest(query=asked("camera port"), using="bm25", limit=5),
    ]
    answers = [client.query_batch_points(NAME, searches) for client in (both.stand_in, both.simulation)]
    for left, right in zip(*answers, strict=True):
        same_ranking(left.points, right.points)
    assert answers[0][0].points[0].payload == answers[1][0].points[0].payload


def test_thresholds_and_offsets(both: Both) -> None:
    vector = question_vector()
    both.agree(lambda client: client.query_points(NAME, vector, using="dense", score_threshold=0.2, limit=50).points)
    both.agree(lambda client: client.query_points(NAME, vector, using="dense", offset=5, limit=5).points)


def test_scrolling_gives_every_point_once(both: Both) -> None:
    def everything(client: QdrantClient) -> dict[str, object]:
        records, offset = client.scroll(NAME, limit=7)
        while offset is not None:
            further, offset = client.scroll(NAME, limit=7, offset=offset)
            records += further
        assert len(records) == COUNT
        return {str(each.id): each.payload for each in records}

    assert everything(both.stand_in) == everything(both.simulation)


@pytest.mark.parametrize(
    "selector",
    [True, False, ["site", "position"], models.PayloadSelectorExclude(exclude=["text", "site"])],
    ids=["all", "nothing", "some fields", "all but some"],
)
def test_scrolling_gives_the_fields_that_were_asked_for(both: Both, selector: models.WithPayloadInterface) -> None:
    def first(client: QdrantClient) -> object:
        return client.scroll(NAME, where(field_is("position", 9)), with_payload=selector)[0][0].payload

    assert first(both.stand_in) == first(both.simulation)


def test_points_are_retrieved_with_their_vectors(both: Both) -> None:
    def vectors(client: QdrantClient) -> models.VectorStructOutput | None:
        records = client.retrieve(NAME, [5, 999], with_vectors=True)
        assert [each.id for each in records] == [5]
        return records[0].vector

    left, right = vectors(both.stand_in), vectors(both.simulation)
    assert isinstance(left, dict)
    assert isinstance(right, dict)
    assert left["dense"] == pytest.approx(right["dense"], abs=1e-6)
    assert isinstance(left["bm25"], models.SparseVector)
    assert isinstance(right["bm25"], models.SparseVector)
    assert dict(zip(left["bm25"].indices, left["bm25"].values, strict=True)) == pytest.approx(
        dict(zip(right["bm25"].indices, right["bm25"].values, strict=True))
    )


CHANGES: dict[str, Callable[[QdrantClient], object]] = {
    "delete by ids": lambda client: client.delete(NAME, models.PointIdsList(points=[1, 3, str(UUID(int=2))])),
    "delete by a filter": lambda client: client.delete(
        NAME, models.FilterSelector(filter=where(field_is("site", "two")))
    ),
    "set some fields": lambda client: client.set_payload(NAME, {"site": "three"}, points=[1, 3]),
    "set fields by a filter": lambda client: client.set_payload(
        NAME, {"new": [1, {"deep": True}]}, points=where(field_is("path", "page1"))
    ),
    "replace all fields": lambda client: client.overwrite_payload(NAME, {"only": 1}, points=[5, str(UUID(int=6))]),
    "replace a point": lambda client: client.upsert(
        NAME, [models.PointStruct(id=1, vector={"dense": [1.0] * SIZE}, payload={"replaced": True})]
    ),
    "a batch of changes": lambda client: client.batch_update_points(
        NAME,
        [
            models.OverwritePayloadOperation(overwrite_payload=models.SetPayload(payload={"first": 1}, points=[1])),
            models.SetPayloadOperation(set_payload=models.SetPayload(payload={"second": 2}, points=[1])),
            models.DeleteOperation(delete=models.PointIdsList(points=[3])),
            models.UpsertOperation(
                upsert=models.PointsList(points=[models.PointStruct(id=1000, vector={"dense": [2.0] * SIZE})])
            ),
        ],
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_leaves_the_same_points(fresh: Both, change: Callable[[QdrantClient], object]) -> None:
    def content(client: QdrantClient) -> dict[str, object]:
        change(client)
        return {str(each.id): each.payload or {} for each in client.scroll(NAME, limit=1000)[0]}

    assert content(fresh.stand_in) == content(fresh.simulation)


def test_an_alias_is_switched_to_another_collection(fresh: Both) -> None:
    def switched(client: QdrantClient) -> list[object]:
        client.delete_collection("other")
        client.create_collection("other", models.VectorParams(size=2, distance=models.Distance.DOT))
        client.update_collection_aliases([made("current", NAME)])
        counts: list[object] = [client.count("current").count]
        drop = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name="current"))
        client.update_collection_aliases([drop, made("current", "other")])
        aliases = client.get_collection_aliases("other").aliases
        counts += [client.count("current").count, [(each.alias_name, each.collection_name) for each in aliases]]
        client.delete_collection("other")
        return [*counts, client.collection_exists("current"), client.collection_exists(NAME)]

    def made(alias: str, collection: str) -> models.CreateAliasOperation:
        return models.CreateAliasOperation(
            create_alias=models.CreateAlias(alias_name=alias, collection_name=collection)
        )

    assert switched(fresh.stand_in) == [60, 0, [("current", "other")], False, True]
    assert switched(fresh.simulation)[:3] == [60, 0, [("current", "other")]]
