"""Whether the model is there, without a word that costs."""

from __future__ import annotations

import pytest

from shared.errors import Misconfigured, ModelUnavailable
from shared.model.reaching import Reachable
from tests.fixtures.scripted_model import scripted_model

CLOSED = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("more", ["", "/chat/completions", "/", "?api-version=1"])
def test_a_model_that_answers_is_there_and_was_asked_for_no_answer(more: str) -> None:
    with scripted_model() as server:
        Reachable([server.url + more]).check()
        assert server.asked == []


@pytest.mark.parametrize(("status", "is_there"), [(401, True), (404, True), (429, True), (500, False), (503, False)])
def test_a_refusal_is_an_answer_and_trouble_of_a_gateways_is_none(status: int, *, is_there: bool) -> None:
    with scripted_model() as server:
        server.models = f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()
        if is_there:
            Reachable([server.url]).check()
        else:
            with pytest.raises(ModelUnavailable):
                Reachable([server.url]).check()


def test_one_of_two_is_enough() -> None:
    with scripted_model() as server:
        Reachable([CLOSED, server.url]).check()
    with pytest.raises(ModelUnavailable):
        Reachable([CLOSED, CLOSED]).check()


def test_an_address_elsewhere_must_be_encrypted() -> None:
    with pytest.raises(Misconfigured):
        Reachable(["http://model.example/v1"])
