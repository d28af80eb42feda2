"""What a batch is asked with, and how its rows become objects."""

from __future__ import annotations

import pytest

from shared.db import Rows
from shared.db.batch import USUAL, Transaction


def pair(*, a: int, b: str) -> tuple[int, str]:
    return a, b


def test_each_row_becomes_an_object() -> None:
    assert Rows(("a", "b"), ((1, "x"), (2, "y")), 2).into(pair) == [(1, "x"), (2, "y")]


def test_the_first_row_may_be_missing() -> None:
    assert Rows(("a", "b"), ((1, "x"), (2, "y")), 2).first(pair) == (1, "x")
    assert Rows(("a", "b"), (), 0).first(pair) is None


def test_two_columns_of_one_name_are_a_mistake_even_where_one_would_fit() -> None:
    with pytest.raises(TypeError, match="two columns of one name: a, b, b"):
        Rows(("a", "b", "b"), ((1, "x", "x"),), 1).into(pair)


@pytest.mark.parametrize(
    ("transaction", "modes"),
    [
        (USUAL, ()),
        (
            Transaction("serializable", read_only=True, deferrable=True),
            ("isolation level serializable", "read only", "deferrable"),
        ),
        (Transaction(read_only=True), ("read only",)),
    ],
)
def test_only_what_is_unusual_is_said_of_a_transaction(transaction: Transaction, modes: tuple[str, ...]) -> None:
    assert transaction.modes == modes
