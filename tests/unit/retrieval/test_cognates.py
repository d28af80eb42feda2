"""Words of other languages by which a book can be searched: technical ones are nearly alike."""

from __future__ import annotations

import pytest

from infra.ingestion.store.vocabulary import vocabulary
from shared.answering.words import signs, terms
from shared.retrieval.cognates import shared_words
from shared.retrieval.vocabulary import Vocabulary

BOOK = Vocabulary.read(
    vocabulary(
        [
            "Calibrate the camera of the arm, then configure the server and its authentication.",
            "Install the plug-in; the export costs nothing. Conversations are versions of a model.",
            "Set MODEL_URL, or start it with --dest-dir. A photograph takes a theory of physics.",
        ]
    )
)


@pytest.mark.parametrize(
    ("language", "question", "shared"),
    [
        ("de", "Wie kalibriere ich die Kamera?", ["calibrate", "camera"]),
        ("de", "Was kostet der Export?", ["costs", "export"]),
        ("de", "Wie konfiguriert man die Authentifizierung?", ["configure", "authentication"]),
        ("es", "¿Cómo se configura el servidor y se calibra el arm?", ["configure", "server", "calibrate", "arm"]),
        ("fr", "Comment exporter une conversation ?", ["exporter", "conversation"]),
        ("fr", "Quelle est la théorie de la photographie ?", ["theory", "photograph"]),
        ("ur", "MODEL_URL کیا ہے؟", ["MODEL_URL"]),
        ("hi", "--dest-dir क्या है और export कैसे करें?", ["--dest-dir", "export"]),
    ],
)
def test_a_question_is_searched_by_what_the_book_has_nearly_as_it_is(
    language: str, question: str, shared: list[str]
) -> None:
    assert shared_words(question, BOOK, signs(language)) == shared


def test_a_long_question_is_not_read_to_its_end_and_no_word_is_searched_twice() -> None:
    long = " ".join([*(f"wort{each}" for each in range(100)), "kalibrieren"])

    assert shared_words(long, BOOK, signs("de")) == []
    assert shared_words("kalibrieren kalibriert kalibriere", BOOK, signs("de")) == ["calibrate"]


@pytest.mark.parametrize(
    "question", ["Wie hoch ist der Eiffelturm?", "چیٹ کو سائٹ پر کیسے لگائیں؟", "Wann kommt der Zug?", ""]
)
def test_what_the_book_does_not_have_is_not_found_in_words_that_only_begin_alike(question: str) -> None:
    assert shared_words(question, BOOK, signs("de")) == []


SITE = Vocabulary.read(
    vocabulary(["Delete your account and its files. Each packet of the network has a size. Errors cost nothing."])
)


@pytest.mark.parametrize(
    ("language", "question", "shared"),
    [
        ("de", "Wie lösche ich mein Konto?", ["delete", "account"]),
        ("de", "Wo liegen die Dateien?", ["files"]),
        ("es", "¿Cómo elimino mi cuenta?", ["delete", "account"]),
        ("fr", "Comment supprimer les fichiers ?", ["delete", "files"]),
        ("zh", "如何删除账户", ["delete", "account"]),
        ("ar", "كيف يمكنني حذف الحساب؟", ["delete", "account"]),
        ("ur", "اکاؤنٹ حذف کرنا ہے", ["account", "delete"]),
        ("hi", "खाता कैसे हटाएं", ["account", "delete"]),
        # a package is none of the packets that the book has
        ("de", "Welche Pakete gibt es?", []),
        # the beginning of another word
        ("de", "Wer lässt Bilderrahmen suchbar machen?", []),
    ],
)
def test_what_documentation_is_full_of_is_known_in_other_words_too(
    language: str, question: str, shared: list[str]
) -> None:
    assert shared_words(question, SITE, signs(language), terms(language)) == shared
