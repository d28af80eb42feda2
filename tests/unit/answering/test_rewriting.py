"""A message that cannot be searched for as it stands is made into a question by one short call, or by its words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.answering.generated.author import Author
from shared.answering.models import Mode, Said
from shared.answering.turn.chat import Chat
from shared.db import Rows
from shared.degraded import Missing
from shared.model.client import Model
from shared.model.costs import Costs
from shared.model.endpoint import Endpoint
from shared.model.rewriting import Rewriter
from shared.model.spending import Spending
from shared.retrieval.models import Found
from tests.fixtures import scripted_model as scripts
from tests.fixtures.scripted_model import ScriptedModel, says, scripted_model
from tests.unit.answering.test_author import CALIBRATE, settings
from tests.unit.answering.test_chat import ask

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.answering.models import Ask, Reply

ASKED = "How do I calibrate the arm?"
URDU = "بازو کو کیسے ترتیب دوں؟"
WRITTEN = "بازو استعمال کرنے سے پہلے اسے ترتیب دیں، اس میں 4 منٹ لگتے ہیں [1]۔"  # noqa: RUF001 (an Urdu answer)


@pytest.fixture
def server() -> Generator[ScriptedModel]:
    with scripted_model() as model:
        yield model


class Searched:
    """A book that knows one question, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, question: str) -> Found:
        self.asked.append(question)
        return Found((CALIBRATE,), 0.9, on_topic="calibrate the arm" in question.lower())


def answered(server: ScriptedModel, asked: Ask, spending: Spending | None = None) -> tuple[Reply, list[str]]:
    told = settings(server.url)
    model = Model([Endpoint(server.url, told.name)], sleep=lambda _: None)
    book = Searched()
    chat = Chat(book, None, 50, writer=Author(model, told, spending), rewriter=Rewriter(model, spending))
    return chat.reply(asked), book.asked


def test_a_question_in_another_language_is_searched_in_the_books_and_answered_in_its_own(server: ScriptedModel) -> None:
    server.behave(says(ASKED), says(WRITTEN))
    reply, searched = answered(server, ask(URDU))
    assert searched == [URDU, ASKED]
    assert (reply.answer.mode, reply.answer.text) == (Mode.GENERATED, WRITTEN)
    assert "question in English" in server.asked[0].body["messages"][0]["content"]
    assert server.asked[0].body["max_tokens"] == 60


def test_a_follow_up_is_told_with_what_was_said_and_searched_as_what_it_means(server: ScriptedModel) -> None:
    server.behave(says(f'"{ASKED}"\n'), says("It takes 4 minutes [1]."))
    turns = (Said("user", "Tell me about the arm"), Said("assistant", "It has joints."))
    reply, searched = answered(server, replace(ask("And how do I set it up?"), turns=turns))
    assert searched[-1] == ASKED
    assert reply.answer.text == "It takes 4 minutes [1]."
    assert "Reader: Tell me about the arm" in server.prompts()[0]


@pytest.mark.parametrize(
    "behaviour",
    [scripts.silent, scripts.refuses(500), scripts.garbage, says("No.\nHere is why."), says("x" * 400), says("Wine?")],
)
def test_where_that_fails_the_words_must_do_and_nothing_is_missing(
    server: ScriptedModel, behaviour: scripts.Behaviour
) -> None:
    server.behave(behaviour)
    reply, _ = answered(server, ask(URDU))
    assert (reply.answer.mode, reply.degraded) == (Mode.REFUSED, ())


def test_that_it_took_too_long_does_not_keep_the_answer_from_being_written(server: ScriptedModel) -> None:
    server.behave(scripts.silent, says("Calibrate the arm before you use it [1]."))
    turns = (Said("user", "How do I calibrate the arm?"), Said("assistant", "So."))
    reply, _ = answered(server, replace(ask("How long does it take to calibrate the arm with it?"), turns=turns))
    assert reply.answer.mode is Mode.GENERATED
    assert Missing.MODEL not in reply.degraded


def test_what_it_cost_counts_and_without_an_allowance_it_is_not_asked(server: ScriptedModel) -> None:
    server.behave(says(ASKED), says(WRITTEN))
    told = settings(server.url)
    spending = Spending(told, Costs.of(told, URDU))
    spending.taken(Rows(("taking",), (("2026-11-27 0 reader:ada",),), 1))
    answered(server, ask(URDU), spending)
    assert spending.used is not None
    assert 0 < spending.aside.input < spending.used.input
    assert 0 < spending.aside.output < spending.used.output
    server.asked.clear()
    reply, _ = answered(server, ask(URDU), Spending(told, Costs.of(told, URDU)))
    assert (reply.answer.mode, server.asked) == (Mode.REFUSED, [])


def test_a_question_in_the_books_language_is_not_rewritten(server: ScriptedModel) -> None:
    server.behave(says("Calibrate the arm before you use it [1]."))
    answered(server, ask(ASKED))
    answered(server, ask("Who won the cup?"))
    assert len(server.asked) == 1
