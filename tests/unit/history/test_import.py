"""An import goes to the database in batches that a function has the memory for, however long a history is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shared.db import USUAL, Database, Json, Rows, Statement, Transaction
from shared.history.archive import BATCH_BYTES, Imported, import_conversations
from shared.history.archive_queries import IMPORT_CONVERSATIONS

LONG = 20_000


class Taking(Database):
    """Imports whatever it is given, and keeps what each batch had."""

    def __init__(self) -> None:
        self.parts: list[list[dict[str, Any]]] = []

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del idempotent, transaction
        [part] = [each.params[0] for each in statements if each.sql == IMPORT_CONVERSATIONS]
        assert isinstance(part, Json)
        self.parts.append(part.value)
        return [Rows((), ((1,),), 1) for _ in statements]

    def close(self) -> None:
        """Nothing is open."""


def message(number: int, length: int = LONG) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "content": "x" * length, "sources": []}


def conversation(number: int, messages: int) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "messages": [message(1000 * number + each) for each in range(messages)]}


def test_a_long_history_goes_in_several_batches_in_order_and_nothing_twice() -> None:
    given, database = [conversation(1, 150), conversation(2, 0), conversation(3, 150)], Taking()

    imported = import_conversations(database, given, keep=100)

    assert len(database.parts) > 1
    assert imported == Imported(*[len(database.parts) * each for each in (2, 1, 1)])  # as `Taking` says of each batch
    sizes = [sum(len(one["content"]) for each in part for one in each["messages"]) for part in database.parts]
    assert max(sizes) <= BATCH_BYTES + LONG
    for each in given:
        stored = [
            one for part in database.parts for found in part if found["id"] == each["id"] for one in found["messages"]
        ]
        assert stored == each["messages"]


def test_a_short_history_goes_in_one_and_an_empty_one_in_none() -> None:
    for given, batches in ([conversation(1, 2)], 1), ([], 0):
        database = Taking()
        import_conversations(database, given, keep=100)
        assert len(database.parts) == batches
