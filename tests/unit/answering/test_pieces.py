from __future__ import annotations

import pytest

from shared.answering.turn.pieces import pieces

CODE = "```bash\nwombat calibrate --arm left\n\n- no item\n```\n"

TEXTS = {
    "two sentences": ["Press the button. ", "Wait."],
    "a mark stays with its sentence": ["Press the button. [1] ", "Wait. [2]"],
    "no sentence is cut in code": ["Run `wombat do. It now` first. ", "Wait."],
    "an abbreviation ends none": ["Use a tool, e.g. Pliers, for it."],
    "paragraphs": ["Press it.\n\n", "Wait."],
    "items": ["Do this:\n\n", "- Press it. Then wait.\n", "- Go.\n"],
    "items with what is indented below them": ["1. Press it:\n\n   ```\n   a\n   ```\n\n", "2. Go."],
    "a block of code": ["Run it:\n\n", CODE, "\nWait."],
    "a fence in a fence": ["````\n```\nno end\n```\n````\n", "Wait."],
    "a fence that never closes": ["```\na. B\n\nc. D"],
    "a table": ["It costs:\n\n", "| a | b |\n|---|---|\n| 1. A | 2 |\n\n", "Wait."],
    "a heading": ["**Calibrate by hand** [1]\n\n", "Press it. ", "Wait."],
    "Urdu": ["\u0628\u0679\u0646\u06d4 ", "\u0631\u06a9\u06cc\u06ba\u06d4"],
    "nothing": [],
}


@pytest.mark.parametrize(("text", "expected"), [("".join(each), each) for each in TEXTS.values()], ids=TEXTS)
def test_an_answer_is_cut_where_nothing_is_torn_apart(text: str, expected: list[str]) -> None:
    found = list(pieces(text))
    assert all(each.strip() for each in found)
    assert "".join(found) == text
    assert [each.strip() for each in found] == [each.strip() for each in expected]
