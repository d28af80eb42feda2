from __future__ import annotations

import pytest

from shared.retrieval.lexical import mostly_latin, terms, words


@pytest.mark.parametrize(
    "form", ["calibrate", "calibrates", "calibrated", "calibrating", "calibration", "calibrations"]
)
def test_forms_of_a_word_are_one_term(form: str) -> None:
    assert terms(form) == terms("Calibrate")


@pytest.mark.parametrize(
    "forms",
    [
        "embed embeds embedded embedding embeddings",
        "stop stops stopped stopping",
        "log logs logged logging",
        "render renders rendered rendering renderer",
        "filter filtered filtering",
        "exceed exceeds exceeded exceeding",
        "control controlled controlling",
        "call calls called calling",
        "install installed installation",
        "pass passed passing",
        "add adds added adding",
        "hundred hundreds",
    ],
)
def test_what_an_ending_doubles_and_what_two_endings_leave_makes_no_other_term(forms: str) -> None:
    assert len(set(terms(forms))) == 1


@pytest.mark.parametrize(("one", "other"), [("file", "fill"), ("called", "cale"), ("feed", "fee"), ("missing", "mis")])
def test_other_words_stay_other_terms(one: str, other: str) -> None:
    assert terms(one) != terms(other)


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


@pytest.mark.parametrize("question", ["How much does it need?", "How long will that take?", "Please show me how many."])
def test_words_that_only_ask_are_no_terms(question: str) -> None:
    assert terms(question) == []


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
