"""Questions that ask the same in other words, on pairs that were labelled by hand (pairs.jsonl)."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from shared.insight.grouping import Keys
from shared.insight.likeness import alike, is_slip, subject

if TYPE_CHECKING:
    from collections.abc import Callable


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()]


PAIRS: Final = read("pairs.jsonl")
LATER: Final = read("pairs_written_later.jsonl")
"""For other documentation, before the rules were looked at: of what is alike, they found 41 %."""

LEAST_PRECISION: Final = 0.9
LEAST_RECALL: Final = 0.7

Judge: TypeAlias = "Callable[[str, str], bool]"


def ours(one: str, other: str) -> bool:
    return alike(subject(one), subject(other))


def measured(judge: Judge, pairs: list[dict[str, Any]] = PAIRS) -> tuple[float, float]:
    """Precision and recall."""
    judged = [(judge(each["one"], each["other"]), each["alike"]) for each in pairs]
    right = sum(said and meant for said, meant in judged)
    return right / max(1, sum(said for said, _ in judged)), right / sum(meant for _, meant in judged)


def test_two_hundred_pairs_are_told_apart_well_enough() -> None:
    assert len(PAIRS) == 200
    precision, recall = measured(ours)
    assert (precision >= LEAST_PRECISION, recall >= LEAST_RECALL) == (True, True), (precision, recall)


def test_pairs_of_other_documentation_are_told_apart_as_well() -> None:
    precision, recall = measured(ours, LATER)
    assert (precision >= LEAST_PRECISION, recall >= LEAST_RECALL) == (True, True), (precision, recall)


def test_equal_but_for_case_would_not_be_enough() -> None:
    assert measured(lambda one, other: one.lower() == other.lower())[1] < LEAST_RECALL


def test_everything_being_alike_would_not_be_enough() -> None:
    assert measured(lambda _one, _other: True)[0] < LEAST_PRECISION


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_has_no_direction_and_everything_is_like_itself(one: str, other: str) -> None:
    assert ours(one, one)
    assert ours(one, other) == ours(other, one)


def test_one_keystroke_is_a_slip_in_a_long_word_and_never_in_a_number() -> None:
    assert is_slip("camera", "camrea")
    assert is_slip("camera", "camer")
    assert is_slip("camera", "camwra")
    assert not is_slip("camera", "cameo")
    assert not is_slip("node", "mode")
    assert not is_slip("e1001x", "e1002x")


def test_one_text_in_other_code_points_asks_the_same() -> None:
    assert ours("How do I install the caf\u00e9 theme?", "How do I install the cafe\u0301 theme?")
    assert ours("How do I install it?", "\uff28\uff4f\uff57 do I \uff49\uff4e\uff53\uff54\uff41\uff4c\uff4c it?")


WORDS: Final = st.sampled_from(
    "?where install create camera camrea linux e1001 node cable cables backup bakcup port".split()  # noqa: SIM905 (shorter)
)
SUBJECTS: Final = st.frozensets(WORDS, min_size=1, max_size=6)


@given(SUBJECTS, SUBJECTS)
def test_whatever_is_alike_is_found_by_a_key(one: frozenset[str], other: frozenset[str]) -> None:
    assert not alike(one, other) or {*Keys.of(one).looked_for} & {*Keys.of(other).kept}


def test_thousands_of_questions_with_the_same_beginning_are_not_compared_with_each_other() -> None:
    asked = [subject(f"How do I connect the adapter {number} to {number * 7}?") for number in range(2000)]
    kept = Counter(key for each in asked for key in Keys.of(each).kept)
    assert max(kept[key] for each in asked for key in Keys.of(each).looked_for) < 5
