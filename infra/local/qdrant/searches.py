"""Searches, from Qdrant's JSON to the engine's objects, and the points that they find, back to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import qdrant_edge as edge

from infra.local.qdrant import bodies
from infra.local.qdrant.filters import engine_filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.local.qdrant.inference import Embedded, Inference, Vectors
    from infra.local.qdrant.store import Collection

DEFAULT_RRF_K: Final = 2
DEFAULT_SCROLL: Final = 10


def search(collection: Collection, inference: Inference, asked: Sequence[bodies.Search]) -> list[dict[str, object]]:
    """Run several searches as one batch of the engine; every text in them is embedded once.

    Raises:
        WrongInput: A text or a filter makes no sense.
    """
    vectors = inference.embed((document for each in asked for document in _documents(each)), "query")
    requests = [_request(each, vectors) for each in asked]
    found = collection.shard.query_batch(edge.QueryBatchRequest(requests))
    return [{"points": [_scored(point) for point in points]} for points in found]


def scroll(collection: Collection, asked: bodies.Scroll) -> dict[str, object]:
    """Give points in the order of their ids, and the id from which to go on."""
    request = edge.ScrollRequest(
        offset=asked.offset,
        limit=asked.limit or DEFAULT_SCROLL,
        filter=engine_filter(asked.filter),
        with_payload=_with_payload(asked.with_payload, default=True),
        with_vector=asked.with_vector or False,
    )
    points, further = collection.shard.scroll(request)
    return {"points": [_record(point) for point in points], "next_page_offset": _id(further)}


def retrieve(collection: Collection, asked: bodies.Retrieve) -> list[dict[str, object]]:
    """Give points by their ids; unknown ones are left out."""
    with_payload = _with_payload(asked.with_payload, default=True)
    found = collection.shard.retrieve(list(asked.ids), with_payload, asked.with_vector or False)
    return [_record(point) for point in found]


def count(collection: Collection, asked: bodies.CountPoints) -> dict[str, object]:
    """Count points."""
    return {"count": collection.shard.count(edge.CountRequest(exact=asked.exact, filter=engine_filter(asked.filter)))}


def engine_vector(asked: bodies.Vector, vectors: Vectors) -> Embedded:
    """Give a vector in the engine's form; a text was embedded before."""
    match asked:
        case bodies.InferenceDocument():
            return vectors.of(asked)
        case bodies.Sparse():
            return edge.SparseVector(asked.indices, asked.values)
        case list():
            return asked


def _documents(asked: bodies.Prefetch) -> Iterator[bodies.InferenceDocument]:
    query = asked.query.nearest if isinstance(asked.query, bodies.Nearest) else asked.query
    if isinstance(query, bodies.InferenceDocument):
        yield query
    for each in asked.prefetch or ():
        yield from _documents(each)


def _request(asked: bodies.Search, vectors: Vectors) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=asked.limit,
        offset=asked.offset,
        query=_query(asked, vectors),
        prefetches=[_prefetch(each, vectors) for each in asked.prefetch or ()],
        filter=engine_filter(asked.filter),
        params=_parameters(asked.params),
        score_threshold=asked.score_threshold,
        with_payload=_with_payload(asked.with_payload, default=False),
        with_vector=asked.with_vector or False,
    )


def _prefetch(asked: bodies.Prefetch, vectors: Vectors) -> edge.Prefetch:
    return edge.Prefetch(
        limit=asked.limit,
        query=_query(asked, vectors),
        prefetches=[_prefetch(each, vectors) for each in asked.prefetch or ()],
        filter=engine_filter(asked.filter),
        params=_parameters(asked.params),
        score_threshold=asked.score_threshold,
    )


def _query(asked: bodies.Prefetch, vectors: Vectors) -> edge.ScoringQueryType | None:
    match asked.query:
        case None:
            return None
        case bodies.FusionName() | bodies.Rrf():
            # the stubs do not say that Fusion.Rrf and Fusion.Dbsf are Fusions
            return cast("edge.Fusion", _fusion(asked.query))
        case bodies.Nearest(nearest=vector):
            return edge.Query.Nearest(engine_vector(vector, vectors), using=asked.using)
        case vector:
            return edge.Query.Nearest(engine_vector(vector, vectors), using=asked.using)


def _fusion(asked: bodies.FusionName | bodies.Rrf) -> edge.Fusion.Rrf | edge.Fusion.Dbsf:
    if isinstance(asked, bodies.Rrf):
        return edge.Fusion.Rrf(k=asked.rrf.k or DEFAULT_RRF_K, weights=asked.rrf.weights)
    return edge.Fusion.Dbsf() if asked.fusion == "dbsf" else edge.Fusion.Rrf(k=DEFAULT_RRF_K)


def _parameters(asked: bodies.SearchParameters | None) -> edge.SearchParams | None:
    if asked is None:
        return None
    return edge.SearchParams(hnsw_ef=asked.hnsw_ef, exact=asked.exact, indexed_only=asked.indexed_only)


def _with_payload(asked: bodies.WithPayload | None, *, default: bool) -> edge.WithPayloadType:
    match asked:
        case None:
            return default
        case bodies.Include():
            return edge.PayloadSelector.Include(asked.include)
        case bodies.Exclude():
            return edge.PayloadSelector.Exclude(asked.exclude)
        case _:
            return asked


def _scored(point: edge.ScoredPoint) -> dict[str, object]:
    return {"id": _id(point.id), "version": point.version, "score": point.score, **_content(point)}


def _record(point: edge.Record) -> dict[str, object]:
    return {"id": _id(point.id), **_content(point)}


def _content(point: edge.ScoredPoint | edge.Record) -> dict[str, object]:
    content: dict[str, object] = {}
    if point.payload is not None:
        content["payload"] = point.payload
    if point.vector is not None:
        content["vector"] = _vector(point.vector)
    return content


def _vector(vector: edge.Vector) -> object:
    if not isinstance(vector, dict):
        return vector
    return {
        name: {"indices": each.indices, "values": each.values} if isinstance(each, edge.SparseVector) else each
        for name, each in vector.items()
    }


def _id(point_id: edge.PointId | None) -> int | str | None:
    return point_id if isinstance(point_id, int) or point_id is None else str(point_id)
