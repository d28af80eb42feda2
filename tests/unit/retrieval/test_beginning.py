"""Questions about a beginning are searched and answered with the sections that books begin with."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from shared.answering.extractive.answers import written
from shared.answering.extractive.sections import ranked
from shared.answering.words import Words
from shared.retrieval import queries
from shared.retrieval.beginning import Beginning, asked, searched, told
from shared.retrieval.blocks import Code, Paragraph
from shared.retrieval.gate import judged
from shared.retrieval.models import Found, Passage
from shared.retrieval.vocabulary import Vocabulary
from shared.settings.answers import RetrievalSettings

BOOK = Vocabulary(
    version="1", passages=100, frequencies={"lantern": 80, "bulb": 3, "wick": 5, "packag": 30}, complete=True
)
SETTINGS = RetrievalSettings("https://example.test/qdrant", "key", "docs", "dense", 0.52)


def passage(*path: str, title: str = "", text: str = "Words.", cosine: float = 0.0) -> Passage:
    return Passage("https://b.test/x", title or path[0], title or path[0], path, (Paragraph(text),), 1.0, cosine=cosine)


@pytest.mark.parametrize(
    ("question", "beginning"),
    [
        ("How do I install Lantern?", Beginning.INSTALL),
        ("installation", Beginning.INSTALL),
        ("Installing Lantern", Beginning.INSTALL),
        ("how can I set up lantern", Beginning.INSTALL),
        ("Where do I get started?", Beginning.START),
        ("quick start", Beginning.START),
        ("How do I start it locally?", Beginning.START),
        ("run lantern on my own machine", Beginning.START),
        ("How do I start the platform?", Beginning.START),
        ("run the whole system", Beginning.START),
        ("How do I run the bulb locally?", None),
        ("How do I start a project?", None),
        ("How do I start the system tray?", None),
        ("How do I run it?", None),
        ("quickstart", Beginning.START),
        ("How do I start using Lantern?", Beginning.START),
        ("Getting started with Lantern", Beginning.START),
        ("How do I install the bulb?", None),
        ("How do I install Lantern by package?", None),
        ("How do I install with a package?", None),
        ("Getting started with Lantern on a package", None),
        ("How do I install Lantern on a wick?", None),
        ("Is Lantern installed by default?", None),
        ("How do I uninstall Lantern?", None),
        ("Why does the installation fail?", None),
        ("When did it get started?", None),
        ("How does a lamp start?", None),
    ],
)
def test_a_beginning_is_asked_for_where_nothing_else_is(question: str, beginning: Beginning | None) -> None:
    assert asked(question, BOOK) is beginning


def test_in_a_book_of_a_few_passages_a_word_of_one_or_two_is_no_product() -> None:
    small = Vocabulary(version="1", passages=6, frequencies={"lantern": 4, "bulb": 2}, complete=True)
    assert asked("How do I install Lantern?", small) is Beginning.INSTALL
    assert asked("How do I install the bulb?", small) is None


def test_such_a_question_is_searched_by_the_words_of_books_and_any_other_as_it_is() -> None:
    assert searched("How do I install Lantern?", BOOK) == "install installation getting started Lantern"
    assert searched("How do I install the bulb?", BOOK) == "How do I install the bulb?"
    sent = json.loads(queries.body(SETTINGS, "How?", 8, told="words"))["searches"]
    assert [each["query"]["text"] for each in sent[0]["prefetch"]] == ["How?", "words"]


@pytest.mark.parametrize(
    ("path", "title", "sure"),
    [
        (("Installation",), "", 1.0),
        (("Lantern", "Lantern", "Installation"), "Lantern", 1.0),
        (("Lantern at work", "Installation in a factory"), "Lantern at work", 0.3),
        (("Getting started",), "", 0.5),
        (("Getting started", "Bulbs"), "", 0.2),
        (("Installing Lantern", "Windows"), "", 0.4),
        (("Bulbs", "Red ones", "Installation"), "", 0.0),
        (("Setup and teardown",), "", 0.0),
        (("Introduction",), "", 0.5),
        (("Concurrency", "Introduction"), "", 0.0),
    ],
)
def test_headings_tell_how_surely_a_section_begins(path: tuple[str, ...], title: str, sure: float) -> None:
    assert told(Beginning.INSTALL, passage(*path, title=title)) == pytest.approx(sure)


def test_it_stands_above_what_only_says_the_same_words() -> None:
    beside = passage("Bulbs", "Red ones", "Install", text="Install Lantern's bulbs to install Lantern.", cosine=0.7)
    begins = passage("Getting started", text="Fetch the package.")
    question = "How do I install Lantern?"
    assert [each.passage for each in ranked(question, [beside, begins], BOOK)[1]] == [begins, beside]


def test_a_book_that_begins_speaks_about_beginning_whatever_it_is_called() -> None:
    begins, other = passage("First steps", text="Fetch the package."), passage("Bulbs", text="They are red.")
    assert judged(SETTINGS, ("quick start", "quick start"), (begins,), 0.1, BOOK).on_topic
    assert not judged(SETTINGS, ("quick start", "quick start"), (other,), 0.1, BOOK).on_topic


def test_where_somebody_begins_is_no_subject_that_the_book_lacks() -> None:
    question = "How do I run lantern on my own machine?"
    found = judged(SETTINGS, (question, question), (passage("First steps", text="Fetch the package."),), 0.6, BOOK)
    assert found.missing == ("machine",)
    assert written(question, found, Words()).text == "**First steps** [1]\n\nFetch the package."


@pytest.mark.parametrize("question", ["How do I start it locally?", "quick start", "How do I start Lantern?"])
def test_what_a_page_begins_with_comes_first_and_then_its_commands(question: str) -> None:
    """Whichever of its units say the question's words: they tell of stopping and of what is started beside."""
    commands = (Paragraph("You need a match. " * 12), Code("lantern light"), Paragraph("Fuel is cheap. " * 16))
    later = (Code("lantern refuel"), Paragraph("Stop it before you start it again locally, quick. " * 9))
    quick = replace(passage("Quick start"), blocks=(*commands, *later))

    text = written(question, Found((quick,), 0.7, on_topic=True, question=question, vocabulary=BOOK), Words()).text

    assert re.findall(r"lantern \w+", text) == ["lantern light", "lantern refuel"]
    assert text.startswith("**Quick start** [1]\n\nYou need a match.")
