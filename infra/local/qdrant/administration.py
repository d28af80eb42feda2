"""What the calls on collections, indexes and aliases take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra.local.qdrant.json_object import Body, LenientBody


class VectorParameters(LenientBody):
    """A dense vector of a collection."""

    size: Annotated[int, Field(ge=1, le=65536)]
    distance: Literal["Cosine", "Dot", "Euclid", "Manhattan"]


class SparseVectorParameters(LenientBody):
    """A sparse vector of a collection."""

    modifier: Literal["none", "idf"] | None = None


class CreateCollection(LenientBody):
    """`PUT /collections/{name}`."""

    vectors: VectorParameters | dict[str, VectorParameters] = Field(default_factory=dict)
    sparse_vectors: dict[str, SparseVectorParameters] | None = None


class FieldSchema(LenientBody):
    """What kind of field is indexed."""

    type: Literal["keyword", "integer", "float", "bool", "datetime", "uuid", "text", "geo"]
    is_tenant: bool | None = None


class CreateIndex(Body):
    """`PUT /collections/{name}/index`."""

    field_name: Annotated[str, Field(min_length=1)]
    field_schema: FieldSchema | str


class AliasOfCollection(Body):
    """An alias and what it stands for."""

    collection_name: str
    alias_name: str


class AliasName(Body):
    """An alias."""

    alias_name: str


class CreateAlias(Body):
    """One of a change of aliases."""

    create_alias: AliasOfCollection


class DeleteAlias(Body):
    """One of a change of aliases."""

    delete_alias: AliasName


class ChangeAliases(Body):
    """`POST /collections/aliases`: all of the actions or none."""

    actions: list[CreateAlias | DeleteAlias]
