"""Whether the book speaks about a question: words that only name the shape of the answer tell nothing of that."""

from __future__ import annotations

import pytest

from shared.retrieval.blocks import Paragraph
from shared.retrieval.gate import closeness
from shared.retrieval.models import Passage
from shared.retrieval.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    version="1", passages=200, frequencies={"kettl": 12, "sup": 1, "version": 1, "teapot": 9}, complete=True
)
"""Of a book that hardly ever says "version" or "price"."""


def close(question: str, text: str) -> float:
    page = Passage("https://b.test/tea", "tea", "Tea", ("Tea",), (Paragraph(text),), 1.0)
    return closeness(question, question, [page], 0.3, VOCABULARY)


@pytest.mark.parametrize("shape", ["version", "price", "default"])
def test_a_page_that_tells_it_need_not_say_what_the_answer_is_called(shape: str) -> None:
    assert close(f"Which kettle {shape}?", "A kettle 3 will do.") == close("Which kettle?", "A kettle 3 will do.")


def test_what_the_question_is_about_counts_as_before() -> None:
    assert close("Which samovar version?", "A kettle 3 will do.") == pytest.approx(0.3)
    assert close("Which kettle of the teapot?", "A kettle 3 will do.") < close("Which kettle?", "A kettle 3 will do.")


def test_a_question_about_nothing_else_is_about_that() -> None:
    assert close("Which version?", "The version is told here.") > close("Which version?", "A kettle 3 will do.")


def test_what_the_reader_wants_to_do_tells_less_than_what_it_is_done_with() -> None:
    for asked in ("How do I {} a teapot?", "Can I {} a teapot?", "how to {} a teapot"):
        assert close(asked.format("sup"), "Do not sup here.") < close("sup of a teapot", "Do not sup here.")
        assert close(asked.format("sup"), "The teapot is here.") > close("sup of a teapot", "The teapot is here.")


def test_off_tells_as_little_of_what_is_asked_as_on_does() -> None:
    told = "Let the kettle be silent."

    assert close("How do I turn off the kettle?", told) > close("How do I turn teapot the kettle?", told)


def test_one_word_that_the_book_lacks_does_not_outweigh_all_others_that_a_passage_holds() -> None:
    told = "Fill the teapot, heat the kettle, then sup it."

    assert (
        close("kettle teapot sup samovar", told) > close("kettle teapot samovar", told) > close("kettle samovar", told)
    )
    assert close("kettle teapot sup samovar", told) > 0.5 > close("kettle teapot samovar", told)
