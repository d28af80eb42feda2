"""What each provider's documentation says its replies look like; written by hand after it, read by our client."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from shared.model.chunks import Usage
from shared.model.endpoint import Endpoint, Patience, Told
from shared.model.failures import (
    Broken,
    Garbage,
    KeyRefused,
    ModelFailed,
    NothingSaid,
    Overloaded,
    RateLimited,
    RequestRefused,
    UnknownModel,
    Unpaid,
)
from tests.fixtures import scripted_model as scripts
from tests.fixtures.scripted_model import Behaviour, replays, scripted_model

EXCHANGES = Path(__file__).parents[2] / "fixtures/model/exchanges"
WELL = sorted(file.stem for file in EXCHANGES.glob("*.http") if not file.stem.startswith("error-"))

FAILURES: dict[str, type[ModelFailed]] = {
    "error-openai-key": KeyRefused,
    "error-openai-quota": Unpaid,
    "error-gemini-in-list": Overloaded,
    "error-ollama-model": UnknownModel,
    "error-openrouter-in-stream": Overloaded,
    "error-llamacpp-field": RequestRefused,
    "error-groq-in-stream": Overloaded,
    "error-bedrock-throttled": RateLimited,
    "error-azure-filter": RequestRefused,
    "error-vllm-refuses-options": RequestRefused,
}

SAID = "Run make test [1]."
QUESTION = [{"role": "user", "content": "How do I run the tests?"}]


def asked(behaviour: Behaviour) -> tuple[str, Told]:
    told = Told()
    soon = time.monotonic() + 20
    with scripted_model(behaviour) as model:
        return "".join(Endpoint(model.url, "m").tokens(QUESTION, 100, Patience(soon, 20, soon), told)), told


def recorded(name: str) -> bytes:
    return (EXCHANGES / f"{name}.http").read_bytes()


@pytest.mark.parametrize("name", WELL)
@pytest.mark.parametrize("by", [0, 1, 7], ids=["at once", "byte by byte", "in sevens"])
def test_every_providers_stream_gives_the_same_words_and_what_they_cost(name: str, by: int) -> None:
    text, told = asked(replays(recorded(name), by=by))
    assert text == SAID
    assert told.ended == "stop"
    assert told.usage == Usage(21, 7)


def test_characters_that_two_pieces_share_stay_whole() -> None:
    reply = scripts.HEAD + scripts.delta("नमस्ते — آداب 好") + scripts.delta(None, "stop")
    assert asked(replays(reply, by=1))[0] == "नमस्ते — آداب 好"


@pytest.mark.parametrize("name", FAILURES)
def test_every_error_is_known_for_what_it_is(name: str) -> None:
    with pytest.raises(FAILURES[name]):
        asked(replays(recorded(name)))


def test_no_recorded_error_is_forgotten() -> None:
    assert set(FAILURES) == {file.stem for file in EXCHANGES.glob("error-*.http")}


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (scripts.garbage, Garbage),
        (scripts.page, Garbage),
        (scripts.empty, NothingSaid),
        (scripts.calls_a_tool, NothingSaid),
        (scripts.cut_after("Run make"), Broken),
        (scripts.refuses(403), KeyRefused),
        (scripts.refuses(408), Overloaded),
        (scripts.refuses(500), Overloaded),
        (scripts.refuses(302), RequestRefused),
        (replays(scripts.HEAD + scripts.event('"text"')), Garbage),
        (replays(scripts.HEAD + scripts.event("{}")), Garbage),
        (replays(scripts.HEAD + scripts.event('{"choices": "no"}')), Garbage),
        (replays(scripts.HEAD + scripts.event('{"choices": [{"delta": {"content": 7}}]}')), Garbage),
        (replays(scripts.HEAD + b"data: \xff\xfe\n\n"), Garbage),
        (replays(scripts.HEAD + b"x" * (1024 * 1024 + 1)), Garbage),
        (replays(scripts.HEAD + scripts.event('{"choices": [], "usage": {"prompt_tokens": "many"}}')), Garbage),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(behaviour: Behaviour, failure: type[ModelFailed]) -> None:
    with pytest.raises(failure):
        asked(behaviour)


def test_the_scripted_server_speaks_as_the_recorded_ones() -> None:
    """The contract: what tests are answered with has the form of what providers send."""
    keys = {"id", "object", "choices"}
    text, told = asked(scripts.says(SAID))
    assert (text, told.ended) == (SAID, "stop")
    assert told.usage is not None
    assert all(key in recorded("openai").decode() for key in keys)


def test_a_redirect_is_not_followed_and_sends_the_key_nowhere() -> None:
    with scripted_model() as other, scripted_model(scripts.refuses(307, headers=f"Location: {other.url}\r\n")) as model:
        soon = time.monotonic() + 20
        with pytest.raises(RequestRefused):
            list(Endpoint(model.url, "m", "key").tokens(QUESTION, 10, Patience(soon, 20, soon), Told()))
        assert other.asked == []


def streamed(*chunks: object, between: bytes = b"") -> Behaviour:
    return replays(scripts.HEAD + between.join(map(scripts.event, chunks)) + b"data: [DONE]\n\n")


def choice(ended: str | None = None, **delta: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": ended}]}


HALVES = (choice(content="Run make "), choice(content="test [1]."), choice("stop"))
CLOSES = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"


def in_chunks(body: bytes, by: int) -> bytes:
    parts = [body[at : at + by] for at in range(0, len(body), by)]
    return CHUNKED + b"".join(b"%x;x=y\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def body_of(*chunks: object) -> bytes:
    return b"".join(map(scripts.event, chunks)) + b"data: [DONE]\n\n"


@pytest.mark.parametrize(
    "behaviour",
    [
        streamed(*HALVES, between=b": keep-alive\n\n"),
        streamed(*HALVES, between=b"data:\n\n"),
        streamed(*HALVES, between=b'event: ping\ndata: {"type": "ping"}\n\n'),
        streamed(*HALVES, between=b"retry: 3000\nid: 7\n\n"),
        streamed(choice(role="assistant", content=None, refusal=None), *HALVES),
        streamed(choice(content="", reasoning="Hm.", reasoning_details=[{"text": "Hm."}], annotations=[]), *HALVES),
        streamed({"choices": [], "prompt_filter_results": ["hate"], "usage": None}, *HALVES),
        streamed(*({**each, "usage": None} for each in HALVES)),
        streamed(choice("null", content="Run make "), choice("", content="test [1]."), choice("STOP")),
        streamed(
            choice(content=[{"type": "text", "text": "Run make "}, {"type": "thinking", "thinking": "Hm."}]),
            *HALVES[1:],
        ),
        streamed(*HALVES[:2], {"choices": [{"delta": {}, "message": {"content": SAID}, "finish_reason": "stop"}]}),
        streamed(choice(content="<thinking>Let me see."), choice(content="</thinking>\n"), *HALVES),
        streamed(choice(content="[THI"), choice(content="NK]Let me see.[/THINK]"), *HALVES),
        replays(CLOSES + body_of(*HALVES)),
        replays(in_chunks(body_of(*HALVES), 3), by=1),
        replays(scripts.HEAD + body_of(*HALVES).replace(b"\n", b"\r"), by=1),
        replays(scripts.HEAD + body_of(*HALVES).replace(b"[DONE]", b" [DONE] ")),
    ],
)
def test_what_providers_send_beside_words_is_no_part_of_the_answer(behaviour: Behaviour) -> None:
    text, told = asked(behaviour)
    assert (text, told.ended) == (SAID, "stop")


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "model_length", "content_filter"])
def test_an_answer_that_was_cut_is_known_for_one_in_every_providers_word(reason: str) -> None:
    text, told = asked(streamed(choice(content="Run make"), choice(reason)))
    assert (text, told.is_cut) == ("Run make", True)


@pytest.mark.parametrize("reason", ["error", "abort", "network_error", "insufficient_system_resource"])
def test_an_answer_that_the_provider_broke_off_is_none(reason: str) -> None:
    with pytest.raises(Overloaded):
        asked(streamed(choice(content="Run make"), choice(reason)))


def test_a_refusal_in_a_field_of_its_own_is_what_the_model_said() -> None:
    text, told = asked(streamed(choice(refusal="I cannot "), choice(refusal="help."), choice("stop")))
    assert (text, told.ended) == ("I cannot help.", "stop")


def test_a_body_is_read_as_what_it_is_and_not_as_what_its_head_calls_it() -> None:
    types = {b"text/event-stream", b"application/json", b"text/plain"}
    whole = json.dumps({"choices": [{"message": {"content": SAID}, "finish_reason": "stop"}]}).encode()
    for each in types:
        head = scripts.HEAD.replace(b"text/event-stream", each)
        for body in (
            whole,
            b"\xef\xbb\xbf" + whole,
            b"\n\n \n" + whole,
            body_of(*HALVES),
            b"\xef\xbb\xbf" + body_of(*HALVES),
        ):
            assert asked(replays(head + body, by=1))[0] == SAID
        with pytest.raises(KeyRefused):
            asked(replays(head + b'{"error": {"code": 401, "message": "no"}}'))
        with pytest.raises(Garbage):
            asked(replays(head + b" \n \n"))


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 28}, Usage(21, 7)),
        ({"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 428}, Usage(21, 407)),
        ({"prompt_tokens": 21, "total_tokens": 28}, Usage(21, 7)),
        ({"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 0}, Usage(21, 7)),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({}, None),
    ],
    ids=["as one adds it", "thoughts only in the sum", "only the sum", "no sum", "noughts", "nothing"],
)
def test_what_was_thought_is_paid_for_and_noughts_are_no_price(told: object, counted: Usage | None) -> None:
    _, known = asked(streamed(*HALVES, {"choices": [], "usage": told}))
    assert known.usage == counted


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"error": {"code": 402, "message": "Insufficient credits"}}, Unpaid),
        ({"error": {"code": "insufficient_quota", "type": "insufficient_quota"}}, Unpaid),
        ({"error": {"type": "overloaded_error", "message": "Overloaded"}, "type": "error"}, Overloaded),
        ({"error": {"code": 529}}, Overloaded),
        ({"choices": [{"delta": {"content": ""}, "finish_reason": "error", "error": {"code": 429}}]}, RateLimited),
        ({"object": "error", "message": "too long", "code": 400}, RequestRefused),
        ({"error": "something"}, Overloaded),
    ],
)
def test_an_error_among_the_words_is_known_for_what_it_is(error: object, failure: type[ModelFailed]) -> None:
    with pytest.raises(failure):
        asked(streamed(choice(content="Run make"), error))


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (402, {"error": {"message": "Insufficient Balance"}}, Unpaid),
        (429, {"error": {"code": "credit_balance_exhausted", "type": "insufficient_quota"}}, Unpaid),
        (429, {"error": {"code": "organization_spend_limit_exceeded"}}, Unpaid),
        (429, {"error": {"type": "rate_limit_error", "message": "enforced_spend_limit_reached"}}, Unpaid),
        (
            429,
            {"error": {"status": "RESOURCE_EXHAUSTED", "message": "check your plan and billing details"}},
            RateLimited,
        ),
        (429, None, RateLimited),
        (498, None, Overloaded),
        (529, {"type": "error", "error": {"type": "overloaded_error"}}, Overloaded),
    ],
)
def test_what_waiting_does_not_cure_is_told_apart_from_what_it_does(
    status: int, body: object, failure: type[ModelFailed]
) -> None:
    with pytest.raises(failure):
        asked(scripts.refuses(status, body))


def test_a_body_that_is_packed_although_nobody_asked_for_it_is_no_answer() -> None:
    head = scripts.HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    with pytest.raises(Garbage):
        asked(replays(head + gzip.compress(body_of(*HALVES))))
