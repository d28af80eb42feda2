from __future__ import annotations

import pytest

from shared.model.lazy_mapping import LazyMapping


def test_a_value_is_made_when_it_is_first_asked_for_and_kept() -> None:
    made: list[int] = []

    def square(number: int) -> int:
        made.append(number)
        return number * number

    squares = LazyMapping([3, 1, 2], square)

    assert (list(squares), len(squares), 2 in squares, 4 in squares) == ([3, 1, 2], 3, True, False)
    assert made == []
    assert (squares[2], squares[2], squares.get(1)) == (4, 4, 1)
    assert made == [2, 1]


def test_what_is_no_key_is_not_made() -> None:
    squares = LazyMapping([1], lambda number: number * number)

    with pytest.raises(KeyError):
        squares[2]


def test_what_could_not_be_made_is_tried_again() -> None:
    outcomes = iter([ValueError("not yet"), None])

    def make(number: int) -> int:
        if error := next(outcomes):
            raise error
        return number

    values = LazyMapping([1], make)
    with pytest.raises(ValueError, match="not yet"):
        values[1]

    assert values[1] == 1
