from __future__ import annotations

import math

import pytest

from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage
from tests.bench.answers.recall import Placed, placed, table


def a_passage(page: str, text: str) -> Passage:
    return Passage(f"/{page}", page, page.title(), (page.title(),), (Paragraph(text),), 1.0)


def test_recall_counts_pages_among_the_first_five() -> None:
    told = Placed("ray", "as found", frozenset("af"), tuple("bcdaef"))
    assert told.recall == 0.5
    assert told.gain == pytest.approx((1 / math.log2(5) + 1 / math.log2(7)) / (1 + 1 / math.log2(3)))


def test_each_page_is_counted_once_in_both_orders() -> None:
    passages = (
        a_passage("legs", "They walk."),
        a_passage("arm", "The arm has motors."),
        a_passage("legs", "They run."),
    )
    found = Found(passages, 0.5, on_topic=True, question="Which motors has the arm?")
    as_found, anew = placed("ray", frozenset(["arm"]), found)
    assert (as_found.found, anew.found) == (("legs", "arm"), ("arm", "legs"))


def test_the_table_has_a_row_for_each_order() -> None:
    rows = table([Placed("ray", order, frozenset("a"), ("a",)) for order in ("as found", "ranked anew")])
    assert rows[2:] == ["| ray | 1 | as found | 1.000 | 1.000 |", "| ray | 1 | ranked anew | 1.000 | 1.000 |"]
