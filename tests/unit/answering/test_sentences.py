from __future__ import annotations

import pytest

from shared.answering.sentences import Sentence, sentences_of, split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there! Is three? Yes.", ["One is here.", "Two is there!", "Is three?", "Yes."]),
        ("Use tools, e.g. Docker, i.e. containers. Then go.", ["Use tools, e.g. Docker, i.e. containers.", "Then go."]),
        ("Version 3.11 is out. See Fig. 2 below.", ["Version 3.11 is out.", "See Fig. 2 below."]),
        ('He said "Stop." Then left.', ['He said "Stop."', "Then left."]),
        ("Run `a. B c` now. Done.", ["Run `a. B c` now.", "Done."]),
        ("It ends. then goes on", ["It ends. then goes on"]),
        ("机器人移动。它停下。", ["机器人移动。", "它停下。"]),
        ("روبوٹ چلتا ہے\u06d4 وہ رکتا ہے\u06d4", ["روبوٹ چلتا ہے\u06d4", "وہ رکتا ہے\u06d4"]),
        ("", []),
    ],
)
def test_prose_is_split_where_sentences_end(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_lines_of_a_paragraph_belong_together_and_headings_are_left_out() -> None:
    passage = (
        "## Calibrate\n\nPut the arm in\nthe middle. Press enter.\n\n---\n\n> Quoted words.\n\n:::tip\nA hint.\n:::\n"
    )

    assert [each.text for each in sentences_of(passage)] == [
        "Put the arm in the middle.",
        "Press enter.",
        "Quoted words.",
        "A hint.",
    ]


def test_a_list_item_and_a_table_row_are_one_sentence_each() -> None:
    passage = "- First. It has two.\n  Goes on.\n* Second\n3. Third\n\n| name | use |\n|---|:-:|\n| arm | to grip |\n"

    assert [each.line for each in sentences_of(passage)] == [
        "- First. It has two. Goes on.",
        "- Second",
        "3. Third",
        "- arm · to grip",
    ]


def test_the_head_of_a_table_says_nothing_alone() -> None:
    passage = "What is missing:\n\n| way | what happens |\n| --- | --- |\n\n| a row | without a head |\n"

    assert [each.line for each in sentences_of(passage)] == ["What is missing:", "- a row · without a head"]


def test_a_row_of_dashes_within_a_table_takes_nothing_away() -> None:
    passage = "| way | what happens |\n| --- | --- |\n| refused | an error |\n| - | - |\n| silent | nothing |\n"

    assert [each.line for each in sentences_of(passage)] == ["- refused · an error", "- silent · nothing"]


def test_code_belongs_whole_to_the_sentence_before_it() -> None:
    [sentence] = sentences_of("Run this:\n\n```bash title=x\nfor a in *. B; do\n\n  [x](y)\ndone\n```\n")

    assert sentence.text == "Run this:"
    assert sentence.code == "```bash\nfor a in *. B; do\n\n  [x](y)\ndone\n```"


def test_a_label_between_a_sentence_and_its_code_is_dropped() -> None:
    [sentence] = sentences_of("Run the following command:\n\nCommand:\n\n```\nx\n```")

    assert (sentence.text, sentence.code) == ("Run the following command:", "```\nx\n```")


def test_code_that_a_passage_cuts_off_is_closed() -> None:
    [sentence] = sentences_of("So:\n~~~~\n~~~\nlast line")

    assert sentence.code == "~~~~\n~~~\nlast line\n~~~~"


def test_code_within_a_list_loses_the_lists_indentation() -> None:
    [sentence] = sentences_of("- Run it:\n\n    ```\n    if a:\n        b\n    ```\n")

    assert sentence == Sentence("Run it:", "-", "```\nif a:\n    b\n```")


def test_a_sentence_with_a_colon_knows_the_list_that_it_announces() -> None:
    first, *_ = sentences_of("You need two things:\n\n1. an arm\n2. a motor\n\nThen go.")

    assert first.items == ("1. an arm", "2. a motor")


@pytest.mark.parametrize(
    "nothing",
    [
        "[A guide](x.md)",
        "- [A guide to the arm and more](x.md)",
        "**Only bold words here now**",
        "![The picture of an arm that moves](x.png)",
        "https://a.test/b",
        "[ref]: https://a.test",
    ],
)
def test_links_images_and_bold_words_alone_say_nothing(nothing: str) -> None:
    assert sentences_of(nothing) == []


def test_a_short_sentence_is_quotable_only_with_its_code() -> None:
    assert not Sentence("See below.").quotable
    assert Sentence("See below.", code="```\nx\n```").quotable
    assert Sentence("Move the arm to its middle.").quotable
