"""The book's words put right what readers mistype, before the book is searched."""

from __future__ import annotations

import json

import pytest

from infra.ingestion.store.vocabulary import LARGEST, vocabulary
from shared.retrieval.lexical import stem
from shared.retrieval.vocabulary import Vocabulary

TEXTS = [
    "Calibrate the arm with lerobot-calibrate.",
    "Calibration takes a minute; calibrate every motor.",
    "The camera needs the hyperparameters of Docker on Ubuntu with Gazebo.",
]
BOOK = Vocabulary.read(vocabulary(TEXTS))


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("how do I calibarte the arm?", "how do I calibrate the arm?"),
        ("Calibrat the ARM", "calibrate the ARM"),
        ("hyperparamter", "hyperparameters"),
        ("docekr on ubunto", "docker on ubuntu"),
        ("gazbo camra", "gazebo camera"),
        ("calibrating the motors", "calibrating the motors"),
        ("cake recipe with arms", "cake recipe with arms"),
        ("lerobot_calibrate --arm left", "lerobot_calibrate --arm left"),
    ],
)
def test_a_misspelt_word_becomes_the_books_and_everything_else_stays(asked: str, searched: str) -> None:
    assert BOOK.repaired(asked) == searched


def test_a_word_that_is_made_of_a_known_one_is_not_misspelt() -> None:
    book = Vocabulary.read(vocabulary(["What the sender may refuse and unseal, and prevent."]))
    assert book.repaired("reuse of a sender, resender") == "reuse of a sender, resender"
    assert book.repaired("refuze to prevnt") == "refuse to prevent"


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("Does it work with 5 GHz wifi?", "Does it work with 5 GHz wi-fi?"),
        ("WIFI", "wi-fi"),
        ("timeouts of the WiFi", "time-out of the wi-fi"),
        ("Wi-Fi", "Wi-Fi"),
        ("my e-mail", "my email"),
        ("E-Mails", "EMails"),
        ("a plug-in for read-only use", "a plugin for read-only use"),
        ("--dry-run of well-known e-book", "--dry-run of well-known e-book"),
    ],
)
def test_a_compound_is_searched_as_the_book_writes_it(asked: str, searched: str) -> None:
    texts = ["Wi-Fi has a time-out. Wi-Fi, again; wif-i never.", "The email of a plugin is for reading only: readonly."]
    book = Vocabulary.read(vocabulary(texts))

    assert book.repaired(asked) == searched
    assert "wifi" not in book.missing(book.repaired(asked))


def test_a_store_without_compounds_is_searched_as_before() -> None:
    payload = vocabulary(["Wi-Fi and the arm"])
    del payload["compounds"]

    assert Vocabulary.read(payload).repaired("wifi of the arm") == "wifi of the arm"


def test_of_very_many_compounds_the_commonest_are_kept() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    many = [f"{one}{two}q-{three}z" for one in letters for two in letters for three in "abc"]
    kept = vocabulary([" ".join(many), "wi-fi", "wi-fi"])["compounds"].split()

    assert len(kept) == 1000
    assert kept[-1] == "wi-fi"


def test_words_that_the_book_does_not_hold_are_known_and_everyday_words_are_none() -> None:
    assert BOOK.missing("How do I mount the unicorn on my arm, and what is the best way?") == ["mount", "unicorn"]
    assert BOOK.missing("calibarte") == []


@pytest.mark.parametrize(
    "question",
    [
        "hi, how many cameras per arm?",
        "is a camera onto or beside the arm",
        "whichever arm she calibrates",
    ],
)
def test_words_of_grammar_alone_are_nothing_that_a_book_could_lack(question: str) -> None:
    assert BOOK.missing(question) == []
    assert BOOK.repaired(question) == question


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    assert BOOK.rarity(stem("unicorn")) > BOOK.rarity(stem("camera")) > BOOK.rarity(stem("calibrated"))


def test_without_a_vocabulary_nothing_is_repaired_and_nothing_is_missing() -> None:
    assert Vocabulary().repaired("calibarte") == "calibarte"
    assert Vocabulary().missing("calibarte") == []


def test_a_large_book_keeps_its_commonest_words_and_says_that_it_lost_some() -> None:
    texts = ["common words", "common words", *(f"w{n:07}x{n:07}y" for n in range(40_000))]

    payload = vocabulary(texts)

    assert len(json.dumps(payload).encode()) <= LARGEST
    assert payload["complete"] is False
    assert Vocabulary.read(payload).frequencies["common"] == 2
    assert Vocabulary.read(payload).missing("unicorn") == []


def test_another_book_has_another_version() -> None:
    assert vocabulary(TEXTS)["version"] == vocabulary(TEXTS)["version"] != vocabulary(TEXTS[:2])["version"]


def test_the_words_of_a_book_that_was_counted_with_other_endings_are_counted_anew() -> None:
    older = Vocabulary.read(
        {"version": "1", "passages": 9, "complete": True, "words": {"3": "embedd.ing,ed", "1": "emb.ed arm."}}
    )

    assert older.missing("embed the arm") == []
    assert older.frequencies[stem("embed")] == 3
    assert Vocabulary.read(vocabulary(["embedding an arm", "embedded"])).frequencies[stem("embed")] == 2
