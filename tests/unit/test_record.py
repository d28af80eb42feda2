"""A record is what a frozen dataclass is, made faster."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict, field, fields, replace
from typing import Final

from shared.record import record


@record
class Place:
    """Somewhere."""

    page: str
    line: int = 1
    secret: str = field(default="", repr=False)
    seen: list[str] = field(default_factory=list[str], compare=False)


@record
class Everything:
    """Has no fields."""


@record
class Known:
    """Two of these are never alike."""

    name: str

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


MAKES_NO_METHODS: Final = """
import builtins, dataclasses, typing
written = []
compiled = builtins.exec
dataclasses.exec = lambda text, *scopes: (written.append(text), compiled(text, *scopes))
from shared.record import record

@record
class Place:
    page: str
    line: int = 1

print(sum(text.count("def ") for text in written) - sum(text.count("def __create_fn__") for text in written))
"""


def test_records_with_the_same_values_are_equal_and_one_in_a_set() -> None:
    assert Place("a", 2) == Place("a", 2)
    assert Place("a", 2) != Place("a", 3)
    assert Place("a") != ("a", 1, "")
    assert {Place("a"), Place("a"), Place("b")} == {Place("a"), Place("b")}
    assert Everything() == Everything()
    assert len({Everything(), Everything()}) == 1


def test_what_a_field_leaves_out_is_left_out() -> None:
    assert Place("a", seen=["x"]) == Place("a", seen=["y"])
    assert repr(Place("a", secret="hunter2")) == "Place(page='a', line=1, seen=[])"


def test_a_class_keeps_the_methods_that_it_has() -> None:
    assert Known("a") != Known("a")
    assert len({Known("a"), Known("a")}) == 2


def test_the_tools_for_dataclasses_know_records() -> None:
    moved = replace(Place("a"), line=7)
    assert asdict(moved) == {"page": "a", "line": 7, "secret": "", "seen": []}
    assert [each.name for each in fields(Place)] == ["page", "line", "secret", "seen"]
    match moved:
        case Place(page, line):
            assert (page, line) == ("a", 7)


def test_a_record_has_no_room_for_more() -> None:
    assert not hasattr(Place("a"), "__dict__")


def test_one_method_is_written_for_a_record() -> None:
    words = [sys.executable, "-c", MAKES_NO_METHODS]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    assert int(done.stdout) == 1
