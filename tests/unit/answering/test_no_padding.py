"""What an answer shows of a section: its beginning where that is named, nothing that only fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.answering.extractive.composer import quote
from shared.answering.extractive.direct import direct
from shared.answering.extractive.sections import ranked
from shared.retrieval.blocks import Block, Code, Paragraph
from shared.retrieval.models import Passage
from shared.retrieval.vocabulary import Vocabulary

LONG = "A sentence about lamps that nobody asked for stands here, and goes on for as long as such sentences do." * 3


def passage(title: str, heading: str, *blocks: Block, cosine: float = 0.5) -> Passage:
    url = f"https://b.test/{title}#{heading}"
    return Passage(url, title, title, (title, heading), blocks, 1.0, cosine=cosine)


def test_what_fits_and_says_nothing_of_the_question_is_left_out() -> None:
    told = Paragraph("While the store is away, a turn waits in the queue.")
    found = passage("Outages", "In general", *(Paragraph(f"{n} {LONG}") for n in range(3)), told, Paragraph(LONG))

    text = quote("What happens while the store is away?", [found]).text

    assert "waits in the queue" in text
    assert "1 A sentence about lamps" not in text


def test_of_a_heading_that_is_asked_for_whatever_fits_is_shown() -> None:
    found = passage("Guide", "Outages of the store", *(Paragraph(f"{n} {LONG}") for n in range(4)))

    assert "0 A sentence about lamps" in quote("outages of the store?", [found]).text


@pytest.mark.parametrize("heading", ["Description", "Overview", "What it does"])
def test_a_page_that_is_named_is_told_of_from_its_description_on(heading: str) -> None:
    tree = Paragraph("Given this tree, dedupe will transform it to that tree. " + LONG)
    found = passage(
        "dedupe", heading, Paragraph("Searches the tree and makes it simpler."), tree, Paragraph(LONG * 2), tree
    )

    assert "makes it simpler" in quote("What does dedupe do?", [found]).text


@pytest.mark.parametrize(
    ("heading", "line"),
    [("Converters", "You will meet converters in the next chapter."), ("Order", "Converters are run before checks.")],
)
def test_what_leads_on_or_says_when_something_runs_is_no_definition(heading: str, line: str) -> None:
    wanted, sections = ranked(
        "what is a converter", [passage("Setup", heading, Paragraph(line), Paragraph(LONG))], Vocabulary()
    )

    assert direct(wanted, sections) is None


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("how long are payloads kept", ["Retention"]),
        ("how long are payloads and keys kept", ["Retention", "Keys"]),
    ],
)
def test_a_further_section_says_more_of_the_question_than_its_everyday_words(question: str, shown: list[str]) -> None:
    told = Paragraph("Payloads are retained for ninety days.")
    retention = passage("Retention", "Payloads", told, cosine=0.9)
    keys = passage("Keys", "Keep them safe", Paragraph("Your keys are kept out of sight, as long as they last."))

    assert [each.title.partition(":")[0] for each in quote(question, [retention, keys]).sources] == shown


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("set a timeout for lamps", ["Timeout", "Timeout: Usage"]),
        ("how do I set a timeout of a lamp", ["Timeout", "Timeout: Usage"]),
        ("timeout of lamps", ["Timeout", "Timeout: Usage"]),
        ("what is the timeout of lamps", ["Timeout"]),
        ("Does a lamp have a timeout", ["Timeout"]),
    ],
)
def test_an_introduction_to_what_is_to_be_done_is_followed_by_its_code(question: str, shown: list[str]) -> None:
    told = "The timeout sets how long a lamp may burn, of all lamps."
    begins = replace(passage("Timeout", "", Paragraph(told), cosine=0.6), heading_path=("Timeout",))
    other = passage("Timeout", "Errors", Paragraph("What it writes goes to the log."), cosine=0.4)
    rarely = passage("Timeout", "Usage of old lamps", Code("old_lamp(after=5)"), cosine=0.4)
    usage = passage("Timeout", "Usage", Code("lamp(after=5)"), cosine=0.2)

    assert [each.title for each in quote(question, [begins, other, rarely, usage]).sources][:2] == shown
