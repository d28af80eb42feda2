"""A real model, llama.cpp's server with SmolLM2: what scripts only pretend happens for real."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from infra.local.language_model import LanguageModel
from infra.local.state import State
from shared import deadline
from shared.answering.generated.author import Author
from shared.answering.models import Mode
from shared.answering.turn.chat import Chat
from shared.degraded import Missing
from shared.model.client import Limits, Model
from shared.model.endpoint import Endpoint, Told
from shared.model.failures import ModelFailed
from shared.retrieval.models import Found
from shared.settings.answers import ModelSettings
from tests.unit.answering.test_author import CALIBRATE, INSTALL
from tests.unit.answering.test_chat import ask

if TYPE_CHECKING:
    from collections.abc import Generator

PATIENT = Limits(tokens=12, first=120, between=60, whole=240)
QUESTION = [{"role": "user", "content": "Say hello."}]


@pytest.fixture(scope="module")
def local() -> Generator[LanguageModel]:
    with State.temporary() as state, LanguageModel(state) as model:
        yield model


@pytest.fixture(autouse=True)
def as_much_time_as_a_busy_machine_needs() -> Generator[None]:
    with deadline.after_all(600):
        yield


@pytest.fixture
def model(local: LanguageModel) -> Model:
    return Model([Endpoint(local.url, "smollm2-135m")])


def test_it_streams_words_and_says_what_they_cost(model: Model) -> None:
    told = Told()
    words = list(model.words(QUESTION, PATIENT, told))
    assert len(words) > 1
    assert "".join(words).strip()
    assert told.ended in {"stop", "length"}
    assert told.usage is not None
    assert told.usage.output >= len(words) // 2


def test_a_stop_from_another_thread_ends_it_and_the_next_question_is_answered(model: Model) -> None:
    told = Told()
    words = model.words([{"role": "user", "content": "Count from 1 to 1000."}], replace(PATIENT, tokens=900), told)
    next(words)
    threading.Timer(0.2, told.stop).start()
    with pytest.raises(ModelFailed):
        list(words)
    assert list(model.words(QUESTION, PATIENT, Told()))


def test_what_takes_too_long_is_given_up(model: Model) -> None:
    long = [{"role": "user", "content": "word " * 1500}]
    began = time.monotonic()
    with pytest.raises(ModelFailed):
        list(model.words(long, replace(PATIENT, first=0.3), Told()))
    assert time.monotonic() - began < PATIENT.first


def test_a_reader_gets_an_answer_of_which_all_stands_in_the_book(local: LanguageModel, model: Model) -> None:
    settings = ModelSettings.read({**local.settings, "MODEL_FIRST_SECONDS": "25", "MODEL_SECONDS": "25"})
    found = Found((CALIBRATE, INSTALL), 0.9, on_topic=True)
    quoted = Chat(lambda _: found, None, 50).reply(ask()).answer.text
    reply = Chat(lambda _: found, None, 50, writer=Author(model, settings)).reply(ask())
    assert reply.answer.mode in {Mode.GENERATED, Mode.EXTRACTIVE}
    assert reply.degraded in {(), (Missing.MODEL,)}
    if reply.answer.mode is Mode.EXTRACTIVE:
        assert reply.answer.text == quoted
    else:
        assert reply.answer.usage is not None
        assert reply.answer.sources
