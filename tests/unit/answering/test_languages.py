from __future__ import annotations

import pytest

from shared.answering.languages import spoken


@pytest.mark.parametrize(
    ("asked", "message", "accepted", "known", "language"),
    [
        ("de", "hola", "fr", ("es",), "de"),
        ("de-AT", "hi", None, (), "de"),
        ("zh_Hant_TW", "hi", None, (), "zh"),
        ("xx", "hola", "fr", ("es",), "es"),
        (None, "hi", "de-DE,de;q=0.9,en;q=0.8", ("en", "de"), "de"),
        (None, "hi", "fr", ("en", "de"), "en"),
        (None, "روبوٹ کیا ہے؟", None, (), "ur"),
        (None, "ما هو الروبوت؟", "ur", (), "ar"),
        (None, "रोबोट क्या है?", None, (), "hi"),
        (None, "什么是机器人", "en", (), "zh"),
        (None, "ロボットとは何ですか", None, (), "en"),
        (None, "What is a robot?", "fr;q=0.5, es", (), "es"),
        (None, "What is a robot?", "pt, fr;q=0", (), "en"),
        (None, "What is a robot?", ";;q=,,=;q=x", (), "en"),
        (None, "What is a robot?", None, (), "en"),
    ],
)
def test_the_language_of_a_reply(
    asked: str | None, message: str, accepted: str | None, known: tuple[str, ...], language: str
) -> None:
    assert spoken(asked, message, accepted, known) == language
