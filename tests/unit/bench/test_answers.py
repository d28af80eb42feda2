from __future__ import annotations

import re
from dataclasses import replace

import pytest

from shared.answering.extractive.composer import quote
from shared.answering.models import Answer, Mode, Source
from shared.retrieval.blocks import Code, Paragraph, Table
from shared.retrieval.models import Found, Passage
from tests.bench.answers.books import CLONED, LATER
from tests.bench.answers.figures import Goal, by_kind, by_set, failures, figures, missed
from tests.bench.answers.judging import Judged, astray, by_address, direct_line, holds, judged, parts_of
from tests.bench.answers.page import page
from tests.bench.answers.questions import OFF_TOPIC, Question, own_off_topic, unasked

MOTOR = Passage(
    "/arm#motors",
    "arm",
    "Arm",
    ("Arm", "Motors"),
    (Paragraph("It moves."), Paragraph("The arm has 6 motors of one kind.")),
    1.0,
    cosine=0.7,
)
ASKED = Question("M1", "gold", "number", "How many motors does the arm have?", ("6 motors",), ("6 motors",))


def an_answer(length: int = 100, *, refused: bool = False, held: bool = True, direct: str = "") -> Judged:
    return Judged(
        ASKED,
        "x" * length,
        refused,
        named=False,
        held=held,
        findable=True,
        direct=direct,
        direct_held=held,
        astray=((), ("x",)),
    )


def test_an_expression_is_found_through_marks_and_line_ends() -> None:
    assert holds(["has 6 motors", "of one"], "It **has**\n`6` motors [1]\n\nOF one kind")
    assert not holds(["has 6 motors", "of two"], "It has 6 motors of one kind")


def test_an_answer_is_judged_as_the_chat_gives_it() -> None:
    found = Found((MOTOR,), 0.7, on_topic=True, question=ASKED.text)
    right = judged(ASKED, found, by_address([(MOTOR.url, MOTOR.text)]))
    assert (right.held, right.refused, right.direct_held) == (True, False, True)
    assert right.direct == "The arm has 6 motors of one kind."
    assert right.in_section == right.quoted >= 1


def test_a_refusal_holds_nothing_even_where_the_passage_does() -> None:
    refused = judged(ASKED, Found((MOTOR,), 0.1, on_topic=False, question=ASKED.text), {})
    assert (refused.refused, refused.held, refused.findable, refused.quoted) == (True, False, True, 0)


def test_a_direct_line_counts_whether_or_not_its_section_begins_with_it() -> None:
    for blocks in (MOTOR.blocks, MOTOR.blocks[1:]):
        found = Found((replace(MOTOR, blocks=blocks),), 0.7, on_topic=True, question=ASKED.text)
        assert direct_line(found) == "The arm has 6 motors of one kind."
        assert direct_line(replace(found, question="Why does it move?")) == ""


def test_a_direct_line_where_none_can_answer_is_wrong() -> None:
    found = Found((MOTOR,), 0.7, on_topic=True, question=ASKED.text)
    told = judged(replace(ASKED, direct=()), found, {})
    assert (told.held, bool(told.direct), told.direct_held) == (True, True, False)


def test_a_row_told_in_a_line_stands_where_its_cells_and_their_names_do() -> None:
    there = by_address([("/arm", "| name | tier | price |\n| --- | --- | --- |\n| Eye | `$` | $349 |")])
    for price, expected in (("$349", ()), ("$350", ("Eye · tier: `$` · price: $350",))):
        answer = Answer(f"Eye · tier: `$` · price: {price} [1]", Mode.EXTRACTIVE, (Source(1, "Arm", "/arm", ""),))
        assert list(astray(answer, there)) == [expected]


def test_what_is_shown_belongs_to_the_number_above_it() -> None:
    text = "It is 6. [2]\n\n**Arm** [1]\n\nOne.\n\n…\n\nTwo.\n\n**Leg** [2]\n\nThree."
    assert parts_of(text) == [(2, "It is 6."), (1, "One.\n\n…\n\nTwo."), (2, "Three.")]


@pytest.mark.parametrize(
    "block",
    [
        Paragraph("First this. Then that, with `code`."),
        Code("pip install thing\n\nthing --run", "run it", "bash"),
        Table((("a", "1"), ("b", "2")), ("name", "value")),
    ],
)
def test_whatever_a_section_shows_stands_in_it(block: Paragraph | Code | Table) -> None:
    passage = replace(MOTOR, blocks=(block,))
    answer = quote("thing code name", [passage])
    assert list(astray(answer, by_address([(passage.url, passage.text)]))) == [()]


def test_a_quotation_from_another_section_is_told() -> None:
    sources = (Source(1, "Arm", "/arm", ""), Source(2, "Leg", "/leg", ""))
    answer = Answer("**Arm** [1]\n\nThe arm bends.\n\n**Leg** [2]\n\nThe arm bends.", Mode.EXTRACTIVE, sources)
    there = by_address([("/arm", "The arm bends."), ("/leg", "The leg walks.")])
    assert list(astray(answer, there)) == [(), ("The arm bends.",)]


def test_a_list_that_leaves_out_items_still_stands_in_its_section() -> None:
    answer = Answer("**Arm** [1]\n\n1. Bend. … Turn.\n2. Grip.", Mode.EXTRACTIVE, (Source(1, "Arm", "/arm", ""),))
    assert list(astray(answer, by_address([("/arm", "1. Bend. Wait. Turn.\n2. Rest.\n3. Grip.")]))) == [()]


def test_lengths_are_of_answers_and_shares_of_all() -> None:
    told = figures(
        [
            an_answer(100),
            an_answer(300, direct="6"),
            an_answer(200, held=False, direct="5"),
            an_answer(9, refused=True, held=False),
        ]
    )
    assert (told["questions"], told["median"], told["p90"]) == (4, 200, 300)
    assert (told["held"], told["refused"]) == (0.5, 0.25)
    assert (told["direct given"], told["direct right"], told["in section"]) == (0.5, 0.5, 0.5)


def test_a_figure_of_nothing_is_none_and_its_goal_is_missed() -> None:
    told = figures([an_answer(refused=True, held=False)])
    assert told["median"] is told["direct right"] is None
    assert missed({"gold": told}, [Goal("gold", "median", 800, is_least=False)])
    assert missed({}, [Goal("gold", "held", 0.9)]) == ["gold: held is nothing; the goal is ≥ 0.9"]


def test_a_goal_that_is_just_reached_is_not_missed() -> None:
    sets = {"gold": {"held": 0.9, "median": 800.0}}
    goals = [Goal("gold", "held", 0.9), Goal("gold", "median", 800, is_least=False)]
    assert missed(sets, goals) == []
    assert len(missed({"gold": {"held": 0.89, "median": 801.0}}, goals)) == 2


def test_failures_are_what_is_not_held_and_what_is_not_refused() -> None:
    foreign = Question("O1", OFF_TOPIC, "arm", "What is for dinner?")
    answered = replace(an_answer(), question=foreign)
    refused = replace(an_answer(refused=True, held=False), question=foreign)
    wrong = an_answer(held=False)
    assert failures([an_answer(), wrong, answered, refused]) == [wrong, answered]


def test_the_page_has_a_row_for_each_set_and_kind_and_names_what_is_missed() -> None:
    answers = [an_answer(), replace(an_answer(refused=True), question=Question("O1", OFF_TOPIC, "arm", "dinner?"))]
    sets = {name: figures(of) for name, of in by_set(answers).items()}
    kinds = {name: {kind: figures(each) for kind, each in by_kind(of).items()} for name, of in by_set(answers).items()}
    text = page(sets, kinds, missed(sets))
    assert "| gold | 1 | 100.0% |" in text
    assert "| number | 1 | 100.0% |" in text
    assert "| arm | 1 | 100.0% |" in text
    assert "- ray: held is nothing" in text


def test_there_are_enough_questions_that_no_book_answers_and_none_twice() -> None:
    asked = own_off_topic()
    assert len(asked) == len(set(asked)) >= 150


def test_books_that_are_missing_are_named_with_how_many_questions_are_not_asked() -> None:
    named = dict(each.split(" ", 1) for each in unasked())

    assert {each.name: each.path.exists() for each in (*CLONED, *LATER)} == {
        each.name: each.name not in named for each in (*CLONED, *LATER)
    }
    assert all(re.fullmatch(r"\([1-9]\d* questions\)", count) for count in named.values())
