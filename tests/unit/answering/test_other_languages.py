"""A question in another language than the book's that shares no word with it as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.ingestion.store.vocabulary import vocabulary
from shared.answering.models import Mode
from shared.answering.turn.respondent import Respondent
from shared.retrieval.blocks import Paragraph
from shared.retrieval.lexical import terms
from shared.retrieval.models import Found, Passage
from shared.retrieval.vocabulary import Vocabulary

if TYPE_CHECKING:
    from shared.answering.models import Answer

CAMERA = "Calibrate the camera before its first use."
EXAMPLES = ["How do I calibrate the camera?"]


class Book:
    """One passage, found and on topic where a question shares enough words with it."""

    def __init__(self, *, enough: int = 1, cosine: float = 0.4) -> None:
        self.asked: list[str] = []
        self.enough = enough
        self.vocabulary = Vocabulary.read(vocabulary([CAMERA]))
        self.passage = Passage(
            "https://b.test/camera", "camera", "Camera", ("Camera",), (Paragraph(CAMERA),), 1.0, cosine=cosine
        )

    def search(self, question: str) -> Found:
        self.asked.append(question)
        shared = set(terms(question)) & set(terms(CAMERA))
        return Found(
            (self.passage,),
            self.passage.cosine,
            len(shared) >= self.enough,
            question,
            tuple(self.vocabulary.missing(question)),
            self.vocabulary,
        )


def asked(question: str, book: Book, language: str = "de") -> Answer:
    respondent = Respondent(book.search, set(), language=language, examples=lambda count: EXAMPLES[:count])
    return respondent.translated(question, respondent.alone(question))


def test_it_is_answered_by_the_words_that_both_languages_have() -> None:
    book = Book()

    answer = asked("Wie kalibriere ich die Kamera?", book)

    assert book.asked == ["Wie kalibriere ich die Kamera?", "calibrate camera"]
    assert answer.mode is Mode.EXTRACTIVE
    lead, _, quoted = answer.text.partition("\n\n")
    assert lead.startswith("Diese Dokumentation ist auf Englisch")
    assert quoted == f"**Camera** [1]\n\n{CAMERA}"


def test_words_that_documentation_is_full_of_are_searched_in_the_books_language() -> None:
    book = Book()
    book.vocabulary = Vocabulary.read(vocabulary(["Delete your account."]))

    asked("Wie lösche ich mein Konto?", book)

    assert book.asked == ["Wie lösche ich mein Konto?", "delete account"]


def test_no_line_comes_first_as_what_is_asked_was_in_the_words_that_are_lost() -> None:
    assert asked("Was ist eine Kamera?", Book()).text.count(CAMERA) == 1


def test_pages_that_only_come_close_are_named() -> None:
    answer = asked("Wie kalibriere ich die Kamera?", Book(enough=3))

    assert answer.mode is Mode.REFUSED
    assert [each.url for each in answer.sources] == ["https://b.test/camera"]
    assert answer.text.endswith("Am nächsten kommen diese Seiten: [1].")


@pytest.mark.parametrize(
    ("language", "question", "lead"),
    [
        ("de", "Wie hoch ist der Eiffelturm?", "Zum Beispiel:"),
        ("ur", "چیٹ کو سائٹ پر کیسے لگائیں؟", "مثال کے طور پر:"),
    ],
)
def test_where_nothing_is_shared_questions_are_shown_that_the_book_answers(
    language: str, question: str, lead: str
) -> None:
    answer = asked(question, Book(), language)

    assert (answer.mode, answer.sources) == (Mode.REFUSED, ())
    assert answer.text.endswith(f"{lead}\n\n- {EXAMPLES[0]}")


def test_a_page_too_far_in_meaning_is_not_named() -> None:
    answer = asked("Wie kalibriere ich die Kamera?", Book(enough=3, cosine=0.2))

    assert answer.sources == ()
    assert EXAMPLES[0] in answer.text


def test_a_refused_question_in_the_books_language_is_asked_once() -> None:
    book = Book()

    answer = asked("How high is the Eiffel tower?", book, "en")

    assert book.asked == ["How high is the Eiffel tower?"]
    assert EXAMPLES[0] not in answer.text


def test_one_small_word_is_enough_where_the_book_knows_hardly_any_of_the_others() -> None:
    answer = asked("Wozu dient die Kamera?", Book())

    assert answer.text.startswith("Diese Dokumentation ist auf Englisch")
    assert "Calibrate the camera" in answer.text
