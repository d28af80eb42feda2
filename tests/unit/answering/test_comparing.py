"""Two things beside each other: both are told of, and how other things differ is not."""

from __future__ import annotations

import pytest

from shared.answering.extractive.composer import quote
from shared.answering.extractive.direct import direct
from shared.answering.extractive.sections import ranked
from shared.retrieval.blocks import Block, Code, Paragraph
from shared.retrieval.models import Passage
from shared.retrieval.vocabulary import Vocabulary

MORE = " It does so for every caller, at any time of the day, whoever has asked for it before."
RESET = "Resets the state of every counter."
RESTORE = "Restores what every counter was at first."


def passage(heading: str, *blocks: Block, cosine: float = 0.5) -> Passage:
    return Passage(f"https://b.test/{heading}", "options", "Options", ("Options", heading), blocks, 1.0, cosine=cosine)


@pytest.mark.parametrize(
    "question",
    [
        "difference between resetAll and restoreAll",
        "What is the difference between resetAll and restoreAll?",
        "resetAll vs restoreAll",
        "how does resetAll differ from restoreAll",
    ],
)
def test_each_is_told_of_and_how_others_differ_is_not(question: str) -> None:
    found = [
        passage("`resetAll`", Paragraph(RESET + MORE), cosine=0.6),
        passage(
            "What is the difference between lamps and candles?", Paragraph("The difference is the wick."), cosine=0.6
        ),
        passage("Counters", Paragraph("`resetAll` is an option of counters." + MORE), cosine=0.6),
        passage("`restoreAll`", Paragraph(RESTORE), cosine=0.4),
    ]

    answer = quote(question, found)

    assert answer.text.startswith("**Options: `resetAll`** [1]")
    assert [each.title for each in answer.sources][:2] == ["Options: resetAll", "Options: restoreAll"]
    assert "wick" not in answer.text


def test_what_one_of_them_is_does_not_say_how_they_differ() -> None:
    found = [passage("Topics", Paragraph("Topics are one-way streams of messages." + MORE))]
    wanted, sections = ranked("What is the difference between topics and services?", found, Vocabulary())

    assert direct(wanted, sections) is None


def test_below_a_heading_that_is_all_that_is_asked_about_its_first_words_are_shown() -> None:
    report = Code("\n".join(f"$ run --check {n}\nchecked {n}" for n in range(30)))
    told = Paragraph("Writes nothing back and returns the status." + MORE)

    answer = quote("what does --check do", [passage("`--check`", told, Paragraph(MORE * 5), report)])

    assert "Writes nothing back" in answer.text
