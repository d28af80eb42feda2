"""Changes of points, from Qdrant's JSON to the engine's operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qdrant_edge as edge

from infra.local.qdrant import bodies
from infra.local.qdrant.filters import engine_filter
from infra.local.qdrant.refusals import WrongInput
from infra.local.qdrant.searches import engine_vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.local.qdrant.inference import Inference, Vectors
    from infra.local.qdrant.store import Collection


def upsert(collection: Collection, inference: Inference, asked: bodies.Upsert) -> int:
    """Store points, whole ones in the place of those that have their ids. Gives the operation's number.

    Raises:
        WrongInput: A text cannot be embedded.
    """
    vectors = inference.embed((text for point in asked.points for text in _documents(point)), "document")
    return collection.apply(edge.UpdateOperation.upsert_points([_point(each, vectors) for each in asked.points]))


def delete(collection: Collection, asked: bodies.Selection) -> int:
    """Delete points by their ids or by a filter."""
    if asked.points is not None:
        return collection.apply(edge.UpdateOperation.delete_points(list(asked.points)))
    return collection.apply(edge.UpdateOperation.delete_points_by_filter(_filter(asked)))


def set_payload(collection: Collection, asked: bodies.SetPayload) -> int:
    """Set some fields of points and leave the others."""
    if asked.points is not None:
        return collection.apply(edge.UpdateOperation.set_payload(list(asked.points), asked.payload))
    return collection.apply(edge.UpdateOperation.set_payload_by_filter(_filter(asked), asked.payload))


def overwrite_payload(collection: Collection, asked: bodies.SetPayload) -> int:
    """Replace all the fields of points."""
    if asked.points is not None:
        return collection.apply(edge.UpdateOperation.overwrite_payload(list(asked.points), asked.payload))
    return collection.apply(edge.UpdateOperation.overwrite_payload_by_filter(_filter(asked), asked.payload))


def apply_all(collection: Collection, inference: Inference, asked: Sequence[bodies.Operation]) -> Iterator[int]:
    """Run several changes, one after the other."""
    for operation in asked:
        match operation:
            case bodies.UpsertOperation():
                yield upsert(collection, inference, operation.upsert)
            case bodies.DeleteOperation():
                yield delete(collection, operation.delete)
            case bodies.SetPayloadOperation():
                yield set_payload(collection, operation.set_payload)
            case bodies.OverwritePayloadOperation():
                yield overwrite_payload(collection, operation.overwrite_payload)


def _filter(asked: bodies.Selection) -> edge.Filter:
    chosen = engine_filter(asked.filter)
    if chosen is None:
        raise WrongInput("which points? Give `points` or `filter`")
    return chosen


def _documents(point: bodies.Point) -> Iterator[bodies.InferenceDocument]:
    vectors = point.vector.values() if isinstance(point.vector, dict) else (point.vector,)
    for vector in vectors:
        if isinstance(vector, bodies.InferenceDocument):
            yield vector


def _point(asked: bodies.Point, vectors: Vectors) -> edge.Point:
    vector: edge.Vector
    if isinstance(asked.vector, dict):
        vector = {name: engine_vector(each, vectors) for name, each in asked.vector.items()}
    else:
        single = engine_vector(asked.vector, vectors)
        if isinstance(single, edge.SparseVector):
            raise WrongInput("a sparse vector has a name")
        vector = single
    return edge.Point(asked.id, vector, asked.payload)
