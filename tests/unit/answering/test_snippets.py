"""What a result in a list shows of its passage."""

from __future__ import annotations

from shared.answering.extractive.snippets import snippet
from shared.retrieval.blocks import Code, Paragraph
from shared.retrieval.models import Passage
from shared.retrieval.vocabulary import Vocabulary

PRESS = "Press the round button for three seconds."
SEND = "Or send the command over the serial port:"
CODE = Code("hivectl --port /dev/ttyUSB0 tare", caption=SEND)


def shown(question: str, *blocks: Paragraph | Code) -> str:
    passage = Passage("https://b.test/tare", "tare", "Install", ("Install", "Tare the scale"), blocks, 1.0, cosine=0.5)
    return snippet(question, passage, Vocabulary())


def test_a_line_that_only_announces_code_is_none() -> None:
    assert shown("tare", Paragraph(PRESS), CODE).startswith(PRESS)
    assert shown("tare", Paragraph(PRESS), Paragraph(SEND)).startswith(PRESS)


def test_the_line_that_says_what_is_looked_for_is_shown() -> None:
    assert shown("round button", Paragraph("First of all."), Paragraph(PRESS), CODE) == PRESS
