from __future__ import annotations

from collections import defaultdict
from cProfile import Profile
from datetime import UTC, datetime
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from shared.insight.grouping import gathered, merged, shown
from shared.insight.likeness import alike, subject
from shared.insight.models import Group, Groups

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2026, 11, 1, tzinfo=UTC)
TEXTS = (
    "How do I install it?",
    "Installing",
    "how can i set it up",
    "uninstall",
    "How do I remove it?",
    "Where is the configuration?",
    "where are the settings",
    "gripper",
)


def group(text: str, readers: set[int], *, times: int | None = None, kept: int = 20) -> Group:
    some = frozenset(sorted(readers)[:kept])
    return Group(text, None, times or len(readers), len(readers), AT, 0, 0, (), some)


def asked(readers: list[tuple[int, str]], kept: int) -> list[Group]:
    by_text: defaultdict[str, list[int]] = defaultdict(list)
    for reader, text in readers:
        by_text[text].append(reader)
    return [group(text, {*each}, times=len(each), kept=kept) for text, each in by_text.items()]


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(TEXTS)), max_size=60), st.integers(1, 8))
def test_what_fewer_readers_asked_is_never_shown_however_often_they_did(
    readers: list[tuple[int, str]], fewest: int
) -> None:
    groups = asked(readers, kept=fewest)
    together = {each.text: each for each in shown(groups, fewest).part}
    assert all(each.readers >= fewest for each in together.values())
    for text in together:
        alike = [texts for texts in members(groups) if text in texts]
        assert any(len({reader for reader, said in readers if said in texts}) >= fewest for texts in alike)


def members(groups: list[Group]) -> list[set[str]]:
    """Texts that are put together, found pair by pair."""
    found: list[set[str]] = []
    for each in groups:
        text = each.text or ""
        home = next(
            (texts for texts in found for other in [*texts] if len(merged([each, group(other, {1})])) == 1), None
        )
        if home is None:
            found.append({text})
        else:
            home.add(text)
    return found


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(TEXTS)), max_size=60))
def test_nothing_is_counted_twice_or_lost(readers: list[tuple[int, str]]) -> None:
    assert sum(each.times for each in merged(asked(readers, kept=20))) == len(readers)


@given(st.lists(st.sampled_from((*TEXTS, "gripepr", "the gripper", "grip", "install it on linux")), unique=True))
def test_each_question_joins_what_it_is_alike_and_stands_alone_only_where_nothing_is(texts: list[str]) -> None:
    together = gathered([group(text, {1}) for text in texts])
    firsts = [subject(each[0].text or "") for each in together]
    assert all(
        alike(subject(other.text or ""), about) for about, each in zip(firsts, together, strict=True) for other in each
    )
    assert not any(alike(one, other) for one, other in combinations(firsts, 2))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(TEXTS)), max_size=60), st.integers(0, 5), st.integers(0, 5)
)
def test_a_part_is_worded_and_counted_as_in_the_whole(readers: list[tuple[int, str]], start: int, size: int) -> None:
    whole, part = shown(asked(readers, 20), 2), shown(asked(readers, 20), 2, slice(start, start + size))
    assert part == Groups(whole.part[start : start + size], whole.all)


def test_readers_of_several_wordings_count_together_but_nobody_twice() -> None:
    groups = [group("How do I install it?", {1, 2}), group("how can i set it up", {2, 3})]
    assert [each.readers for each in shown(groups, 3).part] == [3]
    assert shown(groups, 4) == Groups([], 0)


def test_the_wording_of_most_readers_is_shown() -> None:
    groups = [group("how can i set it up", {1}, times=9), group("How do I install it?", {2, 3})]
    assert [each.text for each in shown(groups, 1).part] == ["How do I install it?"]


def test_order_is_by_count_and_does_not_depend_on_chance() -> None:
    groups = [group("gripper", {1}), group("uninstall", {1, 2}), group("Where is the configuration?", {3})]
    forward, backward = shown(groups, 1), shown(groups[::-1], 1)
    assert forward == backward
    assert [times for times, _ in groupby(each.times for each in forward.part)] == [2, 1]


def test_a_further_look_takes_no_question_apart_again() -> None:
    groups = [group(f"Where is part {number} of the gripper?", {1}) for number in range(500)]
    first, again = calls_of(lambda: gathered(groups)), calls_of(lambda: gathered(groups))
    assert again < first / 5


def calls_of(look: Callable[[], object]) -> int:
    """How many functions of Python it calls: work that does not depend on what else the machine does."""
    profile = Profile()
    profile.runcall(look)
    profile.create_stats()
    return sum(calls for _, calls, *_ in profile.stats.values())
