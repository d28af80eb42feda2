from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.history.search import LONGEST_SNIPPET, Segment, segments
from shared.history.search_queries import BEGIN, END


def marked(text: str) -> str:
    """With [square brackets] for the marks."""
    return text.replace("[", BEGIN).replace("]", END)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("nothing", [("nothing", False)]),
        ("[all]", [("all", True)]),
        ("a [b] c", [("a ", False), ("b", True), (" c", False)]),
        ("[a][b]", [("a", True), ("b", True)]),
        ("<b>[<i>]</b>", [("<b>", False), ("<i>", True), ("</b>", False)]),
    ],
)
def test_a_text_with_marks_becomes_pieces(text: str, expected: list[tuple[str, bool]]) -> None:
    assert segments(marked(text)) == [Segment(*each) for each in expected]


def test_a_text_without_spaces_is_cut_around_its_first_match() -> None:
    shown = segments(marked("x" * 1000 + "[match]" + "y" * 1000))
    assert [each.match for each in shown] == [False, True, False]
    assert shown[0].text == "…" + "x" * 120
    assert shown[1].text == "match"
    assert shown[2].text.endswith("y…")


@given(st.text(alphabet=f"ab <{BEGIN}{END}\U0001f600", max_size=900))
def test_no_mark_is_ever_shown_and_no_snippet_is_endless(text: str) -> None:
    shown = "".join(each.text for each in segments(text))
    assert BEGIN not in shown
    assert END not in shown
    assert len(shown) <= LONGEST_SNIPPET + 2
