from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import qdrant_edge as edge

from infra.local.qdrant.administration import (
    AliasName,
    AliasOfCollection,
    CreateAlias,
    CreateCollection,
    DeleteAlias,
    VectorParameters,
)
from infra.local.qdrant.refusals import Conflict, NotFound, WrongInput
from infra.local.qdrant.store import Store, StoreTaken

if TYPE_CHECKING:
    from pathlib import Path

SMALL = CreateCollection(vectors={"dense": VectorParameters(size=2, distance="Dot")})


def created_alias(alias: str, collection: str) -> CreateAlias:
    return CreateAlias(create_alias=AliasOfCollection(alias_name=alias, collection_name=collection))


def deleted_alias(alias: str) -> DeleteAlias:
    return DeleteAlias(delete_alias=AliasName(alias_name=alias))


def test_collections_points_and_aliases_are_there_again_when_the_store_is_reopened(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.create("one", SMALL)
    store.change_aliases([created_alias("docs", "one")])
    store.collection("docs").apply(edge.UpdateOperation.upsert_points([edge.Point(1, {"dense": [1.0, 2.0]}, {"a": 1})]))
    store.close()

    reopened = Store(tmp_path)
    assert reopened.names() == ["one"]
    assert reopened.aliases() == {"docs": "one"}
    assert reopened.collection("docs").shard.count(edge.CountRequest()) == 1
    reopened.close()


def test_a_second_owner_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(StoreTaken, match="another process"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_what_a_crash_left_half_done_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / "collections" / ".one.building" / "shard").mkdir(parents=True)
    store = Store(tmp_path)
    store.create("one", SMALL)
    assert store.names() == ["one"]
    store.close()


def test_a_deleted_collection_takes_its_aliases_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.create("one", SMALL)
    store.change_aliases([created_alias("docs", "one")])
    assert store.delete("one")
    assert not store.delete("one")
    assert store.aliases() == {}
    assert list((tmp_path / "collections").iterdir()) == []
    store.close()


def test_several_changes_of_aliases_are_made_together_or_not_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.create("one", SMALL)
    store.create("two", SMALL)
    store.change_aliases([created_alias("docs", "one")])
    with pytest.raises(NotFound, match="none"):
        store.change_aliases([deleted_alias("docs"), created_alias("docs", "none")])
    assert store.aliases() == {"docs": "one"}
    with pytest.raises(Conflict, match="two"):
        store.change_aliases([created_alias("two", "one")])
    store.change_aliases([deleted_alias("docs"), created_alias("docs", "two")])
    assert store.aliases() == {"docs": "two"}
    store.close()


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a\\b", "a:b", "a\x00b", "x" * 300])
def test_a_name_that_no_folder_can_have_is_refused(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    with pytest.raises(WrongInput, match="cannot be the name"):
        store.create(name, SMALL)
    store.close()


def test_a_name_is_taken_by_a_collection_and_by_an_alias(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.create("one", SMALL)
    store.change_aliases([created_alias("docs", "one")])
    for name in ("one", "docs"):
        with pytest.raises(Conflict, match="already exists"):
            store.create(name, SMALL)
    store.close()
