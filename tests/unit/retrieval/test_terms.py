"""A term and what it is, as one line."""

from __future__ import annotations

import pytest

from shared.answering.extractive.units import lines_of
from shared.retrieval.blocks import Definition, Paragraph
from shared.retrieval.markdown import markdown


@pytest.mark.parametrize(
    ("term", "line"),
    [
        ("Gate", "Gate: It is free."),
        ("`--all`", "`--all`: It is free."),
        ("What does it cost?", "What does it cost? It is free."),
        ("**What does it cost?**", "**What does it cost?** It is free."),
        ("Price:", "Price: It is free."),
        ("ما السعر؟", "ما السعر؟ It is free."),
    ],
)
def test_a_term_with_a_sign_of_its_own_gets_no_colon(term: str, line: str) -> None:
    definition = Definition(term, (Paragraph("It is free."),))

    assert markdown([definition]) == line
    assert list(lines_of(definition)) == [line]
