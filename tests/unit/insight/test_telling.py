"""No word is shown that too few readers used, however the questions were put together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.insight.grouping import shown
from shared.insight.likeness import canonical, is_small, spelled, subject
from shared.insight.models import Group
from shared.insight.telling import told
from shared.retrieval.lexical import words

AT = datetime(2026, 11, 1, tzinfo=UTC)
SECRETS = ("", "", "", "wolfgang", "4711", "acme")
TEXTS = ("connect printer wireless network", "How do I connect the printer to a wireless network?", "install camera")


def group(text: str, *readers: int) -> Group:
    return Group(text, None, len(readers), len(readers), AT, 0, 0, (), frozenset(readers))


def told_of(*groups: Group, fewest: int = 3) -> list[str | None]:
    return [each.text for each in shown(groups, fewest).part]


def test_a_wording_that_enough_readers_used_is_shown_as_it_is() -> None:
    assert told_of(group("How do I install it?", 1, 2, 3), group("Installing it please", 4)) == ["How do I install it?"]


def test_one_readers_own_word_is_kept_back_from_what_all_of_them_ask() -> None:
    same = "Connect printer wireless network"
    assert told_of(group(f"{same} by Wolfgang", 1, 2), group(same, 3)) == [same]
    assert told([group(f"{same} by Wolfgang?", 1, 2), group(f"{same} at ACME", 3)], 3) == f"{same} by …"


def test_words_that_mean_the_same_count_together() -> None:
    assert told_of(group("delete it", 1), group("how to remove it", 2), group("uninstall", 3)) == ["delete it"]


def test_what_one_reader_asked_is_shown_to_an_owner_who_chose_so() -> None:
    assert told_of(group("What does Wolfgang do?", 1), fewest=1) == ["What does Wolfgang do?"]


def test_pages_have_no_wording() -> None:
    assert told([Group(None, "/docs", 1, 1, AT, 0, 0, (), frozenset({1}))], 3) is None


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(TEXTS), st.sampled_from(SECRETS)), max_size=40),
    st.integers(1, 5),
)
@pytest.mark.parametrize("kept", [5, 20])
def test_every_word_that_is_shown_was_used_by_enough_readers(
    kept: int, asked: list[tuple[int, str, str]], fewest: int
) -> None:
    readers: dict[str, set[int]] = {}
    for reader, text, secret in asked:
        readers.setdefault(f"{text} {secret}".strip(), set()).add(reader)
    for text in told_of(*(group(each, *sorted(who)[:kept]) for each, who in readers.items()), fewest=fewest):
        for word in filter(lambda each: not is_small(each), words(spelled(text or ""))):
            who = [readers[each] for each in readers if canonical(word) in {*subject(each), *words(each.casefold())}]
            assert len(set[int]().union(*who)) >= fewest, word
