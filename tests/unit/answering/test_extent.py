from __future__ import annotations

from shared.answering.conversation.extent import not_shown, shorter
from shared.answering.models import Answer, Mode, Source
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Passage


def source(n: int) -> Source:
    return Source(n, f"Page {n}", f"https://site.test/{n}", "…")


def answer(text: str) -> Answer:
    return Answer(text, Mode.EXTRACTIVE, (source(1), source(2)))


def passage(text: str) -> Passage:
    return Passage("https://site.test/a", "a", "A", (), (Paragraph(text),), 1.0)


def test_a_shorter_answer_is_the_first_paragraph_with_its_source_alone() -> None:
    short = shorter(answer("The arm has six motors. [2]\n\nEach of them turns. [1]\n\nSee also [1]."))

    assert short.text == "The arm has six motors. [1]"
    assert [(each.n, each.url) for each in short.sources] == [(1, "https://site.test/2")]


def test_code_stays_with_what_announces_it() -> None:
    text = "Run this: [1]\n\n```bash\na\n\nb\n```"

    assert shorter(answer(f"{text}\n\nMore of it. [2]")).text == text


def test_a_long_list_keeps_its_first_items() -> None:
    items = "\n".join(f"- item number {n} which is described at some length for the test [1]" for n in range(12))

    assert shorter(answer(f"These: [1]\n{items}")).text.count("\n- ") == 5


def test_a_long_paragraph_keeps_its_first_sentence_and_its_source() -> None:
    assert shorter(answer("The arm has six motors. " + "It turns and turns. " * 30 + "[1]")).text == (
        "The arm has six motors. [1]"
    )


def test_brackets_that_cite_nothing_are_left_alone() -> None:
    assert shorter(answer("The array a[7] is read, and [7] is written. [2]")).text == (
        "The array a[7] is read, and [7] is written. [1]"
    )


def test_what_was_shown_is_told_by_its_words() -> None:
    shown, left = (
        passage("To calibrate the arm, move every joint to the middle."),
        passage("Six motors move the arm in all."),
    )

    assert not_shown([shown, left], ["To calibrate the arm, move every joint to the middle. [1]"]) == (left,)


def test_a_shorter_answer_is_not_a_heading_alone() -> None:
    headed = answer("**A: B** [1]\n\nThe arm moves. It has six joints.\n\n**A: C** [2]\n\nMore.")

    assert "The arm moves." in shorter(headed).text
    assert "More." not in shorter(headed).text
