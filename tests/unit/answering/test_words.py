from __future__ import annotations

import json

import pytest

from shared.answering.conversation.small_talk import KINDS
from shared.answering.words import FOLDER, Words, languages
from shared.errors import Misconfigured
from shared.settings.answers import ChatSettings


def test_every_language_has_every_text_and_every_kind_of_phrase() -> None:
    files = {
        language: json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8")) for language in languages()
    }

    assert set(files) == {"ar", "de", "en", "es", "fr", "hi", "ur", "zh"}
    assert [language for language, words in files.items() if set(words) != set(files["en"])] == []
    assert {f"{kind}.reply" for kind in KINDS} < set(files["en"])
    assert all(text.strip() for words in files.values() for text in words.values() if isinstance(text, str))


def test_the_owners_words_come_before_ours() -> None:
    settings = ChatSettings.read({"CHAT_WORDS": '{"de": {"greeting.reply": "Willkommen bei Acme!"}}'})
    words = Words(settings.words or {})

    assert words.text("de", "greeting.reply") == "Willkommen bei Acme!"
    assert words.text("de", "thanks.reply") == Words().text("de", "thanks.reply")
    assert words.text("en", "greeting.reply") == Words().text("en", "greeting.reply")


@pytest.mark.parametrize(
    "own",
    ['{"en": {"greetings": "Hi"}}', '{"en": {"greeting.phrases": "Hi"}}', '{"tlh": {"greeting.reply": "nuqneH"}}'],
)
def test_a_text_that_would_never_be_said_is_a_fault_of_the_setting(own: str) -> None:
    words = Words(ChatSettings.read({"CHAT_WORDS": own}).words or {})

    with pytest.raises(Misconfigured):
        words.text("en", "greeting.reply")


@pytest.mark.parametrize(
    "own", ["Hello", "[]", '{"en": "Hello"}', '{"en": {"greeting.reply": 1}}', '{"en": {"greeting.reply": " "}}']
)
def test_words_that_are_none_are_refused(own: str) -> None:
    with pytest.raises(Misconfigured):
        ChatSettings.read({"CHAT_WORDS": own})
