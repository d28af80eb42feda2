from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.history.search import LONGEST_SNIPPET, Segment, segments
from shared.history.search_queries import BEGIN, END, SEPARATOR


def marked(text: str) -> str:
    """With [square brackets] for the marks, and | for what separates letters."""
    return text.replace("[", BEGIN).replace("]", END).replace("|", SEPARATOR)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|[电]||[机]|", [("电机", True)]),
        ("|启|[电]||[机]||控|", [("启", False), ("电机", True), ("控", False)]),
        ("|[电]||池|, |[机]|", [("电池, 机", False)]),
        ("[电]||池| … |[电]||[机]", [("电池 … ", False), ("电机", True)]),
        ("[ROS]|[电]||[机]|[ROS]", [("ROS", True), ("电机", True), ("ROS", True)]),
        ("[ROS]|[电]|[ROS]", [("ROS", True), ("电", False), ("ROS", True)]),
    ],
)
def test_letters_without_spaces_are_marked_where_they_are_the_word(text: str, expected: list[tuple[str, bool]]) -> None:
    assert segments(marked(text), ["电机"]) == [Segment(*each) for each in expected]


@given(st.text(alphabet=f"ab <{BEGIN}{END}{SEPARATOR}电\U0001f600", max_size=900))
def test_no_mark_is_ever_shown_and_no_snippet_is_endless(text: str) -> None:
    shown = "".join(each.text for each in segments(text, ["电电"]))
    assert not {BEGIN, END, SEPARATOR} & set(shown)
    assert len(shown) <= LONGEST_SNIPPET + 2
