"""What each call does: read the body, ask the engine, give the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ValidationError

from infra.local.qdrant import administration, bodies, searches, updates
from infra.local.qdrant.description import create_index, describe
from infra.local.qdrant.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.local.qdrant.inference import Inference
    from infra.local.qdrant.store import Collection, Store

AnyBody = TypeVar("AnyBody", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """A request, with everything that answering it needs.

    Attributes:
        wait: Whether the caller waits for a change to be visible; it is at once, so this only chooses a word.
    """

    store: Store
    inference: Inference
    path: Mapping[str, str]
    body: bytes
    wait: bool

    @property
    def name(self) -> str:
        """The name of a collection or an alias, as it stands in the path."""
        return self.path["name"]

    @property
    def collection(self) -> Collection:
        """The collection that the path names."""
        return self.store.collection(self.name)

    def read(self, kind: type[AnyBody]) -> AnyBody:
        """Read the body.

        Raises:
            Refused: It is no JSON, or not what the route takes.
        """
        try:
            return kind.model_validate_json(self.body or b"{}")
        except ValidationError as error:
            raise Refused(f"Format error in JSON body: {_first_mistake(error)}") from error

    def done(self, operation: int) -> dict[str, object]:
        """Say that a change was made."""
        return {"operation_id": operation, "status": "completed" if self.wait else "acknowledged"}


def _first_mistake(error: ValidationError) -> str:
    # where a value may be of several kinds there is a complaint for each: the deepest is about the likeliest kind
    mistakes = error.errors(include_url=False, include_context=False, include_input=False)
    mistake = max(mistakes, key=lambda each: len(each["loc"]))
    return f"{'.'.join(str(part) for part in mistake['loc'])}: {mistake['msg']}"


# --- collections and aliases -----------------------------------------------------------------------------------------


def _list_collections(call: Call) -> object:
    return {"collections": [{"name": name} for name in call.store.names()]}


def _create_collection(call: Call) -> object:
    call.store.create(call.name, call.read(administration.CreateCollection))
    return True


def _describe_collection(call: Call) -> object:
    return describe(call.collection)


def _delete_collection(call: Call) -> object:
    return call.store.delete(call.name)


def _collection_exists(call: Call) -> object:
    return {"exists": call.store.has(call.name)}


def _create_index(call: Call) -> object:
    return call.done(create_index(call.collection, call.read(administration.CreateIndex)))


def _list_aliases(call: Call) -> object:
    return {"aliases": [{"alias_name": alias, "collection_name": name} for alias, name in call.store.aliases().items()]}


def _list_aliases_of_collection(call: Call) -> object:
    aliases = [alias for alias, name in call.store.aliases().items() if name == call.name]
    return {"aliases": [{"alias_name": alias, "collection_name": call.name} for alias in aliases]}


def _change_aliases(call: Call) -> object:
    call.store.change_aliases(call.read(administration.ChangeAliases).actions)
    return True


# --- points ----------------------------------------------------------------------------------------------------------


def _retrieve(call: Call) -> object:
    return searches.retrieve(call.collection, call.read(bodies.Retrieve))


def _scroll(call: Call) -> object:
    return searches.scroll(call.collection, call.read(bodies.Scroll))


def _count(call: Call) -> object:
    return searches.count(call.collection, call.read(bodies.CountPoints))


def _search(call: Call) -> object:
    return searches.search(call.collection, call.inference, [call.read(bodies.Search)])[0]


def _search_batch(call: Call) -> object:
    return searches.search(call.collection, call.inference, call.read(bodies.Searches).searches)


def _upsert(call: Call) -> object:
    return call.done(updates.upsert(call.collection, call.inference, call.read(bodies.Upsert)))


def _delete(call: Call) -> object:
    return call.done(updates.delete(call.collection, call.read(bodies.Selection)))


def _set_payload(call: Call) -> object:
    return call.done(updates.set_payload(call.collection, call.read(bodies.SetPayload)))


def _overwrite_payload(call: Call) -> object:
    return call.done(updates.overwrite_payload(call.collection, call.read(bodies.SetPayload)))


def _apply_all(call: Call) -> object:
    operations = call.read(bodies.Operations).operations
    return [call.done(number) for number in updates.apply_all(call.collection, call.inference, operations)]


_ONE: Final = "/collections/{name}"
ROUTES: Final[tuple[tuple[str, str, Callable[[Call], object]], ...]] = (
    ("GET", "/collections", _list_collections),
    ("POST", "/collections/aliases", _change_aliases),
    ("GET", "/aliases", _list_aliases),
    ("PUT", _ONE, _create_collection),
    ("GET", _ONE, _describe_collection),
    ("DELETE", _ONE, _delete_collection),
    ("GET", f"{_ONE}/exists", _collection_exists),
    ("GET", f"{_ONE}/aliases", _list_aliases_of_collection),
    ("PUT", f"{_ONE}/index", _create_index),
    ("PUT", f"{_ONE}/points", _upsert),
    ("POST", f"{_ONE}/points", _retrieve),
    ("POST", f"{_ONE}/points/batch", _apply_all),
    ("POST", f"{_ONE}/points/count", _count),
    ("POST", f"{_ONE}/points/delete", _delete),
    ("POST", f"{_ONE}/points/payload", _set_payload),
    ("PUT", f"{_ONE}/points/payload", _overwrite_payload),
    ("POST", f"{_ONE}/points/query", _search),
    ("POST", f"{_ONE}/points/query/batch", _search_batch),
    ("POST", f"{_ONE}/points/scroll", _scroll),
)
"""Method, path and answer; `{name}` is a collection or an alias."""
