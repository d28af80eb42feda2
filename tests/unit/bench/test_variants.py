from __future__ import annotations

from typing import TYPE_CHECKING

from shared.http_client import HttpClient
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage
from shared.retrieval.search import Book
from shared.settings.answers import RetrievalSettings
from tests.bench.answers.questions import OFF_TOPIC, Question
from tests.bench.answers.variants import ALL, table, tried

if TYPE_CHECKING:
    from tests.bench.answers.variants import Tried

ASKED = Question("M1", "gold", "number", "How many motors does the arm have?", ("6 motors",), ("6 motors",))
NEVER_ASKED = Book(HttpClient("http://127.0.0.1:9"), RetrievalSettings.read({"QDRANT_URL": "http://127.0.0.1:9"}))
"""Nothing is misspelt here, so that nobody searches again."""


def without(question: Question, *, on_topic: bool) -> dict[str, Tried]:
    arm = Passage("/arm", "arm", "Arm", ("Arm",), (Paragraph("The arm has 6 motors of one kind."),), 1.0, cosine=0.7)
    found = Found((arm,), 0.7, on_topic=on_topic, question=question.text)
    return {each.without: each for each in tried(question, found, NEVER_ASKED)}


def test_a_question_is_answered_without_each_part() -> None:
    told = without(ASKED, on_topic=True)
    assert tuple(told) == ALL
    assert all(each.held and each.direct_held for each in told.values())


def test_only_without_the_gate_is_answered_what_the_book_does_not_say() -> None:
    told = without(ASKED, on_topic=False)
    assert {name for name, each in told.items() if not each.refused} == {"the gate"}


def test_the_table_counts_refusals_of_what_is_off_topic_alone() -> None:
    dinner = Question("O1", OFF_TOPIC, "arm", "What is for dinner?")
    told = [*without(ASKED, on_topic=True).values(), *without(dinner, on_topic=False).values()]
    rows = {row.split(" | ")[0]: row for row in table(told)}
    assert rows["| nothing"] == "| nothing | 100.0% | – | – | – | 100.0% | 100.0% | 100.0% |"  # noqa: RUF001 (a dash)
    assert rows["| the gate"].endswith("| 0.0% |")
