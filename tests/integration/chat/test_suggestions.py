"""Questions that a reader is offered are answered by the section that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.fixtures.platform import Relays
    from tests.integration.chat.conftest import Chatting

PATH = "/api/suggestions"


def suggested(api: httpx.Client, **parameters: str | int) -> list[dict[str, Any]]:
    answer = api.get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["suggestions"]


def test_each_is_answered_by_the_section_that_it_names(guest: Chatting) -> None:
    offered = suggested(guest.api, limit=20)

    assert len(offered) >= 3
    for each in offered:
        reply = guest.ask(each["question"])
        assert (reply["mode"], reply["sources"][0]["url"]) == ("extractive", each["url"])


def test_those_of_the_page_come_first(api: httpx.Client) -> None:
    everything = suggested(api, limit=20)
    last = everything[-1]
    page = last["url"].partition("#")[0]

    assert suggested(api, page=page, limit=1)[0]["url"].startswith(page)
    assert suggested(api, page="/nowhere") == everything[:3]


def test_a_page_of_the_site_may_keep_them_for_a_while(api: httpx.Client) -> None:
    headers = api.get(PATH).headers

    assert headers["cache-control"] == "public, max-age=300"
    assert headers["vary"] == "Origin"


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": 21}, {"limit": "x"}, {"page": "x" * 2001}])
def test_bad_input_is_refused(api: httpx.Client, parameters: dict[str, Any]) -> None:
    answer = api.get(PATH, params=parameters)

    assert (answer.status_code, answer.json()["field"]) == (400, next(iter(parameters)))


@pytest.mark.parametrize("message", ["Hello!", "What can you do?", "¿Qué puedes hacer?"])
def test_who_greets_or_asks_for_help_is_shown_three(guest: Chatting, message: str) -> None:
    said = guest.ask(message)

    assert said["mode"] == "smalltalk"
    for each in suggested(guest.api):
        assert f"\n- {each['question']}" in said["answer"]


def test_thanks_are_answered_without_any(guest: Chatting) -> None:
    assert "\n" not in guest.ask("Thank you!")["answer"]


def test_while_the_passages_are_away_small_talk_lacks_nothing_that_a_reader_was_promised(
    guest: Chatting, relays: Relays
) -> None:
    relays.qdrant.refuse()

    said = guest.ask("Hello!")

    assert (said["mode"], said["degraded"]) == ("smalltalk", [])
