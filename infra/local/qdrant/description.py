"""What Qdrant says about a collection, in the shape that its clients expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import qdrant_edge as edge

from infra.local.qdrant import administration
from infra.local.qdrant.refusals import WrongInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.local.qdrant.store import Collection

FIELD_TYPES: Final[Mapping[str, edge.PayloadSchemaType]] = {
    "keyword": edge.PayloadSchemaType.Keyword,
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "bool": edge.PayloadSchemaType.Bool,
    "datetime": edge.PayloadSchemaType.Datetime,
    "uuid": edge.PayloadSchemaType.Uuid,
    "text": edge.PayloadSchemaType.Text,
    "geo": edge.PayloadSchemaType.Geo,
}
_TYPE_NAMES: Final = {kind: name for name, kind in FIELD_TYPES.items()}
_FIXED: Final = {
    # a client insists on these; the engine decides them for itself
    "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
    "optimizer_config": {
        "deleted_threshold": 0.2,
        "vacuum_min_vector_number": 1000,
        "default_segment_number": 0,
        "flush_interval_sec": 5,
    },
    "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0},
}


def create_index(collection: Collection, asked: administration.CreateIndex) -> int:
    """Index a field of the payload.

    Raises:
        WrongInput: No such kind of index.
    """
    schema = asked.field_schema
    kind = schema if isinstance(schema, str) else schema.type
    if kind not in FIELD_TYPES:
        raise WrongInput(f"no such kind of index: `{kind}`")
    if isinstance(schema, administration.FieldSchema) and kind == "keyword":
        return collection.apply(
            edge.UpdateOperation.create_field_index(asked.field_name, edge.KeywordIndexParams(schema.is_tenant))
        )
    return collection.apply(edge.UpdateOperation.create_field_index(asked.field_name, FIELD_TYPES[kind]))


def describe(collection: Collection) -> dict[str, object]:
    """Describe a collection."""
    info = collection.shard.info()
    return {
        "status": "green",
        "optimizer_status": "ok",
        "points_count": info.points_count,
        "indexed_vectors_count": info.indexed_vectors_count,
        "segments_count": info.segments_count,
        "config": {"params": _parameters(collection.made), **_FIXED, "quantization_config": None},
        "payload_schema": {field: _index(index) for field, index in info.payload_schema.items()},
    }


def _parameters(made: administration.CreateCollection) -> dict[str, object]:
    return {
        **made.model_dump(mode="json", exclude_none=True),
        "shard_number": 1,
        "replication_factor": 1,
        "write_consistency_factor": 1,
        "on_disk_payload": True,
    }


def _index(index: edge.PayloadIndexInfo) -> dict[str, object]:
    kind = _TYPE_NAMES[index.data_type]
    described: dict[str, object] = {"data_type": kind, "points": index.points}
    if isinstance(index.params, edge.KeywordIndexParams) and index.params.is_tenant is not None:
        described["params"] = {"type": kind, "is_tenant": index.params.is_tenant}
    return described
