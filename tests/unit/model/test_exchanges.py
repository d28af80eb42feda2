"""What each provider's documentation says its replies look like; written by hand after it, read by our client."""

from __future__ import annotations

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
)
from tests.fixtures import scripted_model as scripts
from tests.fixtures.scripted_model import Behaviour, replays, scripted_model

EXCHANGES = Path(__file__).parents[2] / "fixtures/model/exchanges"
WELL = sorted(file.stem for file in EXCHANGES.glob("*.http") if not file.stem.startswith("error-"))

FAILURES: dict[str, type[ModelFailed]] = {
    "error-openai-key": KeyRefused,
    "error-openai-quota": RateLimited,
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
