from __future__ import annotations

import pytest

from shared.answering.extractive.sentences import split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there! Is three? Yes.", ["One is here.", "Two is there!", "Is three?", "Yes."]),
        ("Use tools, e.g. Docker, i.e. containers. Then go.", ["Use tools, e.g. Docker, i.e. containers.", "Then go."]),
        ("Pick a motor (eg. an STS3215). Then go.", ["Pick a motor (eg. an STS3215).", "Then go."]),
        ("Version 3.11 is out. See Fig. 2 below.", ["Version 3.11 is out.", "See Fig. 2 below."]),
        ('He said "Stop." Then left.', ['He said "Stop."', "Then left."]),
        ("Run `a. B c` now. Done.", ["Run `a. B c` now.", "Done."]),
        ("It ends. then goes on", ["It ends. then goes on"]),
        ("机器人移动。它停下。", ["机器人移动。", "它停下。"]),
        ("روبوٹ چلتا ہے\u06d4 وہ رکتا ہے\u06d4", ["روبوٹ چلتا ہے\u06d4", "وہ رکتا ہے\u06d4"]),
        ("", []),
    ],
)
def test_prose_is_split_where_sentences_end(text: str, expected: list[str]) -> None:
    assert split(text) == expected
