from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.history.titles import LONGEST, LONGEST_GIVEN, given_title, title_of


def test_a_short_question_is_its_own_title() -> None:
    assert title_of("How do I calibrate the SO-101 arm?") == "How do I calibrate the SO-101 arm?"


def test_the_title_is_the_first_line_that_says_something() -> None:
    assert title_of("\n  \t\n  What is ROS 2?\r\nI have never used it.") == "What is ROS 2?"


def test_white_space_is_normalised() -> None:
    assert title_of("  What\u00a0is \t a   node?  ") == "What is a node?"


def test_a_long_question_is_cut_at_a_word() -> None:
    title = title_of("word " * 40)
    assert title == " ".join(["word"] * 16) + "…"
    assert len(title) <= LONGEST


def test_a_word_that_just_fits_is_kept() -> None:
    exact = "a" * 39 + " " + "b" * 40
    assert len(exact) == LONGEST
    assert title_of(exact) == exact


def test_one_endless_word_is_cut_where_it_must_be() -> None:
    assert title_of("x" * 200) == "x" * (LONGEST - 1) + "…"


def test_a_language_without_spaces_fills_the_line() -> None:
    assert title_of("如何校准机械臂" * 30) == ("如何校准机械臂" * 30)[: LONGEST - 1] + "…"


def test_a_short_first_word_before_an_endless_one_does_not_stand_alone() -> None:
    assert title_of("See " + "x" * 200) == "See " + "x" * (LONGEST - 5) + "…"


@pytest.mark.parametrize(
    "cluster",
    [
        pytest.param("e\u0301", id="a letter and its accent"),
        pytest.param("👩\u200d👩\u200d👧", id="a family joined from three people"),
        pytest.param("👍🏽", id="a thumb with its skin tone"),
        pytest.param("❤\ufe0f", id="a heart that is an emoji"),
        pytest.param("کِ", id="an Urdu letter with its vowel sign"),
        pytest.param("क्षि", id="a Devanagari syllable"),
        pytest.param("🇵🇰", id="a flag of two letters"),
        pytest.param("\u1100\u1100\u1161", id="a Korean syllable of three letters"),
    ],
)
@pytest.mark.parametrize("before", range(8))
def test_what_a_person_sees_as_one_character_is_never_cut_in_two(cluster: str, before: int) -> None:
    title = title_of("x" * (LONGEST - before) + cluster * 30)
    shown = title.removesuffix("…").lstrip("x")
    assert shown == cluster * (len(shown) // len(cluster))
    assert len(title) <= LONGEST


def test_joiners_that_urdu_needs_inside_words_are_kept() -> None:
    i_want = "می\u200cخواهم"  # noqa: RUF001 (Arabic letters, meant as such)
    assert title_of(i_want) == i_want


def test_characters_that_would_reorder_or_hide_text_are_dropped() -> None:
    assert title_of("safe\u202egnp.exe\u2066\u200b\ufeff\x00\x1b[31m") == "safegnp.exe[31m"


@pytest.mark.parametrize("nothing", ["", " \n\t ", "\x00", "\u202e\n\u200b", "\ud800"])
def test_a_question_without_anything_to_show_still_gets_a_title(nothing: str) -> None:
    assert title_of(nothing) == "New conversation"


@given(st.text(max_size=300))
def test_every_title_can_be_stored_and_shown_on_one_line(question: str) -> None:
    title = title_of(question)
    assert 1 <= len(title) <= LONGEST
    assert title == " ".join(title.split())
    title.encode()
    assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in title)


def test_a_flag_after_letters_is_not_cut_in_two() -> None:
    assert title_of("x" * (LONGEST - 2) + "🇵🇰" + "x" * 30) == "x" * (LONGEST - 2) + "…"


@pytest.mark.parametrize("title", ["a" * LONGEST_GIVEN, "  a\t title\n"])
def test_a_given_title_stands_on_one_line(title: str) -> None:
    assert given_title(title) == " ".join(title.split())


@pytest.mark.parametrize("title", ["", " \n", "\u200b", "a" * (LONGEST_GIVEN + 1)])
def test_a_given_title_has_one_to_200_characters_that_can_be_seen(title: str) -> None:
    with pytest.raises(ValueError, match="1 to 200 characters"):
        given_title(title)
