"""Collections on disk: a folder each, with the engine's shard and a note of how it was made.

    DIR/lock                       held while a process owns the store
    DIR/aliases.json               replaced as a whole, so a change of several aliases is one change
    DIR/collections/NAME/made.json what the collection was created with
    DIR/collections/NAME/shard/    the engine's files, with its write-ahead log

A collection is built in, and deleted by way of, a folder whose name begins with a dot: what a crash leaves half done is
swept away at the next start.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import shutil
import threading
from typing import TYPE_CHECKING, Final

import qdrant_edge as edge

from infra.local.qdrant.administration import CreateCollection, DeleteAlias, VectorParameters
from infra.local.qdrant.refusals import Conflict, NotFound, WrongInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import TextIOWrapper
    from pathlib import Path

    from infra.local.qdrant.administration import CreateAlias

FORBIDDEN_IN_NAMES: Final = '<>:"/\\|?*\0\x1f'
LONGEST_NAME: Final = 200
"""Bytes; with what is put around it a name of a file must not be longer than 255."""
DISTANCES: Final = {
    "Cosine": edge.Distance.Cosine,
    "Dot": edge.Distance.Dot,
    "Euclid": edge.Distance.Euclid,
    "Manhattan": edge.Distance.Manhattan,
}


class StoreTaken(Exception):
    """Another process owns the folder."""


class Collection:
    """A shard of the engine and what it was made with."""

    def __init__(self, folder: Path) -> None:
        self.made = CreateCollection.model_validate_json((folder / "made.json").read_bytes())
        self._shard_folder = str(folder / "shard")
        self._name = folder.name
        self._opening = threading.Lock()
        self._closed = False
        self._shard: edge.EdgeShard | None = None
        self._operations = itertools.count(1)

    @property
    def shard(self) -> edge.EdgeShard:
        """The engine's shard, opened when it is first used."""
        with self._opening:
            if self._closed:
                raise NotFound(self._name)
            if self._shard is None:
                self._shard = edge.EdgeShard.load(self._shard_folder)
            return self._shard

    def apply(self, operation: edge.UpdateOperation) -> int:
        """Change points; survives the end of this process, however it ends. Gives the number of the operation."""
        self.shard.update(operation)
        return next(self._operations)

    def close(self) -> None:
        """Write everything out and let go of the files, for good."""
        with self._opening:
            self._closed = True
            if self._shard is not None:
                self._shard.flush()
                self._shard.close()
            self._shard = None


class Store:
    """All collections and aliases of a folder, owned by this process alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "collections"
        self._aliases_file = folder / "aliases.json"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _own(folder)
        self._changing = threading.Lock()
        self._aliases: dict[str, str] = _read_aliases(self._aliases_file)
        for leftover in self._folder.glob(".*"):
            shutil.rmtree(leftover)
        self._collections = {path.name: Collection(path) for path in sorted(self._folder.iterdir())}

    def names(self) -> list[str]:
        """Name every collection."""
        return list(self._collections)

    def aliases(self) -> dict[str, str]:
        """Say which collection each alias stands for."""
        return self._aliases

    def has(self, name: str) -> bool:
        """Say whether a name is a collection's or an alias's."""
        return self._aliases.get(name, name) in self._collections

    def collection(self, name: str) -> Collection:
        """Find a collection by its name or an alias.

        Raises:
            NotFound: There is none.
        """
        found = self._collections.get(self._aliases.get(name, name))
        if found is None:
            raise NotFound(name)
        return found

    def create(self, name: str, asked: CreateCollection) -> None:
        """Make an empty collection.

        Raises:
            Conflict: The name is taken.
            WrongInput: The name cannot be a collection's.
        """
        _check_name(name)
        with self._changing:
            if self.has(name):
                raise Conflict(name)
            building = self._folder / f".{name}.building"
            edge.EdgeShard.create(str(building / "shard"), _engine_config(asked)).close()
            (building / "made.json").write_text(asked.model_dump_json(exclude_none=True), encoding="utf-8")
            building.rename(self._folder / name)
            self._collections[name] = Collection(self._folder / name)

    def delete(self, name: str) -> bool:
        """Remove a collection and its aliases; say whether there was one."""
        with self._changing:
            collection = self._collections.pop(name, None)
            if collection is None:
                return False
            self._save_aliases({alias: target for alias, target in self._aliases.items() if target != name})
            collection.close()
            shutil.rmtree((self._folder / name).rename(self._folder / f".{name}.deleted"))
            return True

    def change_aliases(self, actions: Sequence[CreateAlias | DeleteAlias]) -> None:
        """Apply every action, or none.

        Raises:
            NotFound: An alias would stand for no collection.
            Conflict: An alias would hide a collection.
        """
        with self._changing:
            aliases = dict(self._aliases)
            for action in actions:
                self._change(aliases, action)
            self._save_aliases(aliases)

    def close(self) -> None:
        """Close every collection and give the folder up."""
        for collection in self._collections.values():
            collection.close()
        self._lock.close()

    def _change(self, aliases: dict[str, str], action: CreateAlias | DeleteAlias) -> None:
        if isinstance(action, DeleteAlias):
            aliases.pop(action.delete_alias.alias_name, None)
            return
        alias, target = action.create_alias.alias_name, action.create_alias.collection_name
        if target not in self._collections:
            raise NotFound(target)
        if alias in self._collections:
            raise Conflict(alias)
        aliases[alias] = target

    def _save_aliases(self, aliases: dict[str, str]) -> None:
        written = self._aliases_file.with_suffix(".new")
        with written.open("w", encoding="utf-8") as file:
            json.dump(aliases, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._aliases_file)
        self._aliases = aliases


def _own(folder: Path) -> TextIOWrapper:
    lock = (folder / "lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StoreTaken(f"another process owns the passages in {folder}") from None
    return lock


def _read_aliases(path: Path) -> dict[str, str]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _check_name(name: str) -> None:
    if (
        not 0 < len(name.encode()) <= LONGEST_NAME
        or name.startswith(".")
        or any(each in name for each in FORBIDDEN_IN_NAMES)
    ):
        raise WrongInput(f"`{name[:LONGEST_NAME]}` cannot be the name of a collection")


def _engine_config(asked: CreateCollection) -> edge.EdgeConfig:
    dense: edge.EdgeVectorParams | Mapping[str, edge.EdgeVectorParams]
    if isinstance(asked.vectors, VectorParameters):
        dense = _dense(asked.vectors)
    else:
        dense = {name: _dense(each) for name, each in asked.vectors.items()}
    return edge.EdgeConfig(
        vectors=dense,
        sparse_vectors={
            name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if each.modifier == "idf" else None)
            for name, each in (asked.sparse_vectors or {}).items()
        },
        wal_enabled=True,
    )


def _dense(asked: VectorParameters) -> edge.EdgeVectorParams:
    return edge.EdgeVectorParams(size=asked.size, distance=DISTANCES[asked.distance])
