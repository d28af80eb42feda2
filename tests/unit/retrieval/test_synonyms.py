"""What the book says in another word is searched for, and spoken about, as if it said the reader's."""

from __future__ import annotations

import pytest

from shared.answering.extractive.answers import written
from shared.answering.words import Words
from shared.retrieval.blocks import Block, Item, List, Paragraph
from shared.retrieval.gate import judged
from shared.retrieval.models import Found, Passage
from shared.retrieval.synonyms import told_otherwise
from shared.retrieval.vocabulary import Vocabulary
from shared.settings.answers import RetrievalSettings

BOOK = Vocabulary.read(
    {"version": "1", "passages": 90, "complete": True, "words": {"2": "mass. allow.", "9": "kettl.e window.s"}}
)
SETTINGS = RetrievalSettings("https://example.test/qdrant", "key", "docs", "dense", 0.52)


def asked(question: str, *blocks: Block, cosine: float = 0.25) -> Found:
    found = Passage("https://b.test/kettle", "kettle", "The kettle", ("The kettle", "Data"), blocks, 1.0, cosine=cosine)
    return judged(SETTINGS, (question, question), (found,), cosine, BOOK)


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("how much does it weigh", "how much does it weigh mass"),
        ("do I whitelist the kettle", "do I whitelist the kettle allow"),
        # what the book says itself, and what it has no other word for, stay as they are
        ("the mass of a kettle", "the mass of a kettle"),
        ("how do I delete a kettle", "how do I delete a kettle"),
    ],
)
def test_a_word_that_the_book_lacks_is_searched_by_its_own_word_for_it(question: str, searched: str) -> None:
    assert told_otherwise(question, BOOK) == searched


def test_of_a_book_whose_words_are_not_all_known_nothing_is_said_to_be_lacking() -> None:
    assert told_otherwise("how much does it weigh", Vocabulary()) == "how much does it weigh"


def test_the_book_speaks_of_what_it_has_another_word_for_and_answers() -> None:
    data = List((Item("Size: 30 cm"), Item("Mass: 1.4 kg"), Item("Colour: white")))
    found = asked("how much does it weigh", data)

    assert found.on_topic
    assert written(found.question, found, Words()).text.startswith("Mass: 1.4 kg [1]")


def test_what_has_no_word_in_the_book_is_not_spoken_of() -> None:
    assert not asked("how much does it charge", Paragraph("The mass of a kettle.")).on_topic


@pytest.mark.parametrize("question", ["does it work on windows", "Can I use it on Windows?", "will it run on windows"])
def test_it_is_the_subject_of_the_book_which_no_word_of_the_question_is_near(question: str) -> None:
    """All that is asked of it is said; a name in its place would have been close in meaning."""
    told = Paragraph("It works, runs and is used on windows.")

    assert asked(question, told, cosine=0.19).on_topic
    assert not asked("windows", told, cosine=0.19).on_topic
    assert not asked(f"{question} of a cathedral", told, cosine=0.19).on_topic


@pytest.mark.parametrize("question", ["does it work on windows", "Can I use it on Windows?", "will it run on windows"])
def test_a_page_about_what_it_is_asked_with_need_not_say_that_it_works(question: str) -> None:
    assert asked(question, Paragraph("On windows the kettle whistles."), cosine=0.19).on_topic
    assert not asked(question.lower().replace("windows", "balconies"), Paragraph("On windows."), cosine=0.19).on_topic


def test_who_uninstalls_removes_what_was_installed_and_not_whatever_can_be_removed() -> None:
    book = Vocabulary.read(
        {"version": "1", "passages": 90, "complete": True, "words": {"2": "remov.e gras.s", "9": "kettl.e"}}
    )
    assert told_otherwise("How do I uninstall it?", book) == "How do I uninstall it?"
    assert told_otherwise("uninstall", book) == "uninstall"
    assert told_otherwise("How do I uninstall the kettle?", book) == "How do I uninstall the kettle? remove"

    told = Passage("https://b.test/lawn", "lawn", "Lawn", ("Lawn",), (Paragraph("Remove grass."),), 1.0, cosine=0.25)
    assert not judged(SETTINGS, ("How do I uninstall?", "How do I uninstall?"), (told,), 0.25, book).on_topic


def test_what_is_removed_may_be_what_the_book_uninstalls() -> None:
    book = Vocabulary.read({"version": "1", "passages": 90, "complete": True, "words": {"2": "uninstal.l"}})
    assert told_otherwise("How do I remove it?", book) == "How do I remove it? uninstall"


@pytest.mark.parametrize("question", ["what does it cost", "how much is it", "when is it", "What time is it?"])
def test_of_what_only_asks_about_it_nothing_is_known(question: str) -> None:
    assert not asked(question, Paragraph("Cost and time."), cosine=0.17).on_topic
