"""How a model is asked: once more before the first word, never after it, and not at all while it is away."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from shared import deadline
from shared.errors import Misconfigured
from shared.model.client import Limits, Model
from shared.model.endpoint import Endpoint, Told
from shared.model.failures import (
    AwayNow,
    Broken,
    KeyRefused,
    Late,
    ModelFailed,
    Overloaded,
    RateLimited,
    RequestRefused,
    Unanswered,
    UnknownModel,
)
from tests.fixtures import scripted_model as scripts
from tests.fixtures.scripted_model import ScriptedModel, refuses, says, scripted_model

if TYPE_CHECKING:
    from collections.abc import Generator

QUESTION = [{"role": "user", "content": "How do I run the tests?"}]
PATIENT = Limits(tokens=100, first=20, between=20, whole=30)
HASTY = Limits(tokens=100, first=0.6, between=0.2, whole=5)


@pytest.fixture
def server() -> Generator[ScriptedModel]:
    with scripted_model() as model:
        yield model


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asking(*servers: ScriptedModel, clock: Clock | None = None) -> Model:
    endpoints = [Endpoint(each.url, f"m{number}", "key") for number, each in enumerate(servers)]
    return Model(endpoints, sleep=slept.append, clock=clock or Clock())


slept: list[float] = []


@pytest.fixture(autouse=True)
def nothing_slept() -> None:
    slept.clear()


def said(model: Model, limits: Limits = PATIENT, told: Told | None = None) -> str:
    return "".join(model.words(QUESTION, limits, told or Told()))


def test_what_is_sent_is_the_question_the_model_and_the_key_and_nothing_else(server: ScriptedModel) -> None:
    said(asking(server))
    asked = server.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer key"
    assert asked.body == {
        "model": "m0",
        "messages": QUESTION,
        "stream": True,
        "max_tokens": 100,
        "temperature": 0.2,
        "stream_options": {"include_usage": True},
    }


def test_azures_addresses_keep_their_query_and_get_the_key_in_its_own_header(server: ScriptedModel) -> None:
    endpoint = Endpoint(f"{server.url}/deployments/x/chat/completions?api-version=1", "m")
    list(Model([endpoint]).words(QUESTION, PATIENT, Told()))
    assert server.asked[0].path == "/v1/deployments/x/chat/completions?api-version=1"


@pytest.mark.parametrize("url", ["http://example.com/v1", "ftp://example.com", "//example.com"])
def test_a_model_elsewhere_is_spoken_to_over_https_only(url: str) -> None:
    with pytest.raises(Misconfigured):
        Endpoint(url, "m")


@pytest.mark.parametrize(
    ("refusal", "word"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"),
        ("Extra inputs are not permitted: stream_options", "stream_options"),
        ("Unsupported value: 'temperature' does not support 0.2", "temperature"),
    ],
)
def test_a_word_that_an_endpoint_refuses_is_left_out_from_then_on(
    server: ScriptedModel, refusal: str, word: str
) -> None:
    server.behave(refuses(400, {"error": {"message": refusal}}), says("Yes."))
    model = asking(server)
    assert said(model) == "Yes."
    assert said(model) == "Yes."
    assert [word in each.body for each in server.asked] == [True, False, False]
    assert slept == []


def test_several_words_can_be_learnt_and_an_endless_refuser_is_given_up(server: ScriptedModel) -> None:
    server.behave(refuses(400, {"error": "max_completion_tokens stream_options temperature max_tokens"}))
    with pytest.raises(RequestRefused):
        said(asking(server))
    assert len(server.asked) <= 6


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_trouble_of_the_provider_is_asked_once_more_after_a_moment(server: ScriptedModel, status: int) -> None:
    server.behave(refuses(status), says("Yes."))
    assert said(asking(server)) == "Yes."
    assert len(slept) == 1
    assert 0.2 <= slept[0] <= 0.8


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_waiting_cannot_cure_is_not_asked_again(server: ScriptedModel, status: int) -> None:
    server.behave(refuses(status), says("Yes."))
    with pytest.raises((KeyRefused, UnknownModel, RequestRefused)):
        said(asking(server))
    assert len(server.asked) == 1


def test_retry_after_is_kept_to_where_it_is_short(server: ScriptedModel) -> None:
    server.behave(refuses(429, headers="Retry-After: 1.5\r\n"), says("Yes."))
    assert said(asking(server)) == "Yes."
    assert slept == [1.5]


@pytest.mark.parametrize(
    "headers",
    [
        "retry-after-ms: 1500\r\nRetry-After: 60\r\n",
        "Date: Sat, 28 Nov 2026 10:00:00 GMT\r\nRetry-After: Sat, 28 Nov 2026 10:00:01 GMT\r\n",
    ],
)
def test_it_may_be_told_in_milliseconds_or_as_a_date_of_the_providers_own_clock(
    server: ScriptedModel, headers: str
) -> None:
    server.behave(refuses(429, headers=headers), says("Yes."))
    assert said(asking(server)) == "Yes."
    assert slept[0] in {1.0, 1.5}


def test_a_model_that_knows_no_rules_is_told_them_with_the_question(server: ScriptedModel) -> None:
    server.behave(refuses(400, {"error": {"message": "System role not supported"}}), says("Yes."))
    rules = [{"role": "system", "content": "Quote."}, *QUESTION]
    words = asking(server).words(rules, PATIENT, Told())
    assert "".join(words) == "Yes."
    [told] = server.asked[1].body["messages"]
    assert told == {"role": "user", "content": f"Quote.\n\n{QUESTION[0]['content']}"}


FAR: str = "Sat, 28 Nov 2099 10:00:00 GMT"


@pytest.mark.parametrize("after", ["3", "3600", FAR, f"{FAR}\r\nDate: Sat, 28 Nov 2026 10:00:00 GMT"])
def test_a_reader_does_not_wait_for_a_long_retry_after(server: ScriptedModel, after: str) -> None:
    server.behave(refuses(429, headers=f"Retry-After: {after}\r\n"), says("Yes."))
    with pytest.raises(RateLimited):
        said(asking(server))
    assert slept == []


def test_after_the_first_word_nothing_is_asked_twice(server: ScriptedModel) -> None:
    server.behave(scripts.cut_after("Run make"), says("Yes."))
    words: list[str] = []
    with pytest.raises(Broken):
        words.extend(asking(server).words(QUESTION, PATIENT, Told()))
    assert len(server.asked) == 1


def test_the_second_endpoint_is_asked_at_once_when_the_first_fails_in_whatever_way(server: ScriptedModel) -> None:
    for behaviour in (refuses(401), refuses(500), scripts.garbage, scripts.hangs_up, scripts.empty):
        server.behave(behaviour)
        with scripted_model(says("Yes.")) as other:
            told = Told()
            assert said(asking(server, other), told=told) == "Yes."
            assert told.model == "m1"
    assert slept == []


def test_a_silent_first_endpoint_leaves_the_second_one_half_of_the_time(server: ScriptedModel) -> None:
    server.behave(scripts.silent)
    with scripted_model(says("Yes.")) as other:
        assert said(asking(server, other), Limits(100, 2.0, 5, 10)) == "Yes."


@pytest.mark.parametrize("behaviour", [scripts.silent, scripts.never_starts])
def test_no_first_word_in_time_is_late_whatever_else_comes(server: ScriptedModel, behaviour: scripts.Behaviour) -> None:
    server.behave(behaviour)
    began = time.monotonic()
    with pytest.raises(Late):
        said(asking(server), HASTY)
    assert time.monotonic() - began >= HASTY.first


def test_a_pause_between_words_is_late_too(server: ScriptedModel) -> None:
    server.behave(scripts.stalls_after("Run make"))
    with pytest.raises(Late):
        said(asking(server), HASTY)


def test_words_without_end_are_ended_when_their_time_is_over(server: ScriptedModel) -> None:
    server.behave(scripts.endless("word "))
    told = Told()
    assert said(asking(server), Limits(100, 20, 20, whole=0.5), told).startswith("word word")
    assert told.ended == "time"
    assert server.hung_up.wait(20)


def test_the_invocations_deadline_counts_as_well(server: ScriptedModel) -> None:
    server.behave(scripts.silent)
    with deadline.within(0.2), pytest.raises(Late):
        said(asking(server))


def test_while_it_is_away_nobody_asks_and_a_probe_finds_it_back(server: ScriptedModel) -> None:
    clock = Clock()
    model = asking(server, clock=clock)
    server.behave(scripts.hangs_up)
    with pytest.raises((Unanswered, AwayNow)):
        said(model)
    tried = len(server.asked)
    server.behave(says("Yes."))
    with pytest.raises(AwayNow):
        said(model)
    assert len(server.asked) == tried
    clock.now += 20
    assert said(model) == "Yes."
    assert said(model) == "Yes."


def test_a_request_that_is_refused_says_nothing_about_the_next_one(server: ScriptedModel) -> None:
    model = asking(server)
    server.behave(refuses(400), says("Yes."))
    with pytest.raises(RequestRefused):
        said(model)
    assert said(model) == "Yes."


def test_stop_ends_the_connection_while_a_word_is_waited_for(server: ScriptedModel) -> None:
    server.behave(scripts.stalls_after("Run make"))
    told = Told()
    words = asking(server).words(QUESTION, PATIENT, told)
    assert next(words)
    threading.Timer(0.05, told.stop).start()
    with pytest.raises(Broken):
        list(words)


@pytest.mark.parametrize("behaviour", [scripts.silent, scripts.never_starts])
def test_stop_ends_it_before_the_first_word_too_and_nothing_is_asked_again(
    server: ScriptedModel, behaviour: scripts.Behaviour
) -> None:
    gone = threading.Event()

    def noting(caller: scripts.Caller) -> None:
        behaviour(caller)
        gone.set()

    server.behave(noting)
    told = Told()
    threading.Timer(0.1, told.stop).start()
    with pytest.raises(ModelFailed):
        said(asking(server), told=told)
    assert gone.wait(20)
    assert (len(server.asked), slept) == (1, [])


def test_what_was_stopped_before_it_began_ends_as_it_begins(server: ScriptedModel) -> None:
    server.behave(scripts.silent)
    told = Told()
    told.stop()
    with pytest.raises(ModelFailed):
        said(asking(server), told=told)


def test_whoever_stops_reading_ends_the_connection(server: ScriptedModel) -> None:
    server.behave(scripts.endless("word "))
    words = asking(server).words(QUESTION, PATIENT, Told())
    next(words)
    words.close()
    assert server.hung_up.wait(20)


def test_the_key_is_in_no_text_that_could_reach_a_log(server: ScriptedModel) -> None:
    endpoint = Endpoint(server.url, "m", "sk-secret")
    assert "sk-secret" not in repr(endpoint)
    server.behave(refuses(401, {"error": {"message": "Incorrect API key provided: sk-secret"}}))
    with pytest.raises(KeyRefused) as caught:
        list(Model([endpoint]).words(QUESTION, PATIENT, Told()))
    assert "sk-secret" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_a_dead_kept_connection_is_replaced(server: ScriptedModel) -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    body = b'{"choices":[{"message":{"content":"Yes."},"finish_reason":"stop"}]}'
    server.behave(scripts.replays(reply % (len(body), body)))
    model = asking(server)
    assert said(model) == said(model) == "Yes."


def test_trouble_twice_is_trouble(server: ScriptedModel) -> None:
    server.behave(refuses(503))
    with pytest.raises((Overloaded, AwayNow)):
        said(asking(server))
