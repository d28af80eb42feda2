from __future__ import annotations

import pytest

from shared.retrieval.lexical import coverage, mostly_latin, relevance, terms, words


@pytest.mark.parametrize(
    "form", ["calibrate", "calibrates", "calibrated", "calibrating", "calibration", "calibrations"]
)
def test_forms_of_a_word_are_one_term(form: str) -> None:
    assert terms(form) == terms("Calibrate")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SO-101's arm_name", ["so", "101", "s", "arm", "name"]),
        ("Straße ÜBER", ["strasse", "über"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("机器人手臂", ["机器", "器人", "人手", "手臂"]),
        ("کیا یہ", ["کیا", "یہ"]),
        ("", []),
    ],
)
def test_words_of_every_script_are_found(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_words_that_carry_no_meaning_are_no_terms() -> None:
    assert terms("How do I do that?") == []


def test_the_text_that_shares_rare_words_with_the_question_is_the_most_relevant() -> None:
    texts = ["The robot moves.", "The robot is calibrated once.", "The robot rests.", "A robot, a robot, a robot."]

    scores = relevance("How is the robot calibrated?", texts)

    assert scores[1] == 1.0
    assert all(score < 1.0 for at, score in enumerate(scores) if at != 1)


@pytest.mark.parametrize("texts", [[], [""], ["Nothing in common.", ""]])
def test_texts_that_share_no_word_have_no_relevance(texts: list[str]) -> None:
    assert relevance("calibrate", texts) == [0.0] * len(texts)


def test_coverage_is_the_share_of_the_questions_terms() -> None:
    assert coverage("calibrate the gripper", "Calibration of arms.") == 0.5
    assert coverage("", "Anything") == 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I calibrate?", True),
        ("Wie kommt man nach Łódź?", True),
        ("روبوٹ کو کیسے کیلیبریٹ کریں؟", False),
        ("如何校准 SO-101", False),
        ("42?", True),
    ],
)
def test_the_script_of_a_question_is_recognised(text: str, expected: bool) -> None:  # noqa: FBT001 (a table's column)
    assert mostly_latin(text) is expected
