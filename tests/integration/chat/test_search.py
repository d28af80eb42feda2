from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.platform import SITE

if TYPE_CHECKING:
    import httpx


def test_anybody_may_search_and_finds_each_page_once(api: httpx.Client) -> None:
    results = api.get("/api/search", params={"q": "How do I calibrate the Wombat arm?"}).json()["results"]

    assert set(results[0]) == {"title", "url", "page", "snippet", "score"}
    assert results[0]["page"] == "calibrate"
    assert results[0]["url"].startswith(f"{SITE}/calibrate#")
    assert len({each["page"] for each in results}) == len(results)
    assert [each["score"] for each in results] == sorted((each["score"] for each in results), reverse=True)


def test_the_snippet_is_the_sentence_closest_to_the_question(api: httpx.Client) -> None:
    results = api.get("/api/search", params={"q": "Is Windows supported?"}).json()["results"]

    assert results[0]["snippet"] == "Windows is not supported."


def test_whatever_the_chat_takes_can_be_searched_for(api: httpx.Client) -> None:
    long = "I calibrated the Wombat arm yesterday and since then its second joint stops too early. " * 8
    assert len(long) > 600
    assert api.get("/api/search", params={"q": long}).json()["results"][0]["page"] == "calibrate"


def test_no_more_than_the_limit_is_found(api: httpx.Client) -> None:
    assert len(api.get("/api/search", params={"q": "motor", "limit": 1}).json()["results"]) == 1


@pytest.mark.parametrize(
    ("chosen", "pages"),
    [
        ({"pagesLanguage": "en"}, ["calibrate"]),
        ({"pagesLanguage": "de"}, []),
        ({"version": "9.9"}, []),
        ({"page": f"{SITE}/calibrate"}, ["calibrate"]),
    ],
)
def test_only_pages_of_the_version_and_language_that_are_asked_for_are_found(
    api: httpx.Client, chosen: dict[str, str], pages: list[str]
) -> None:
    found = api.get("/api/search", params={"q": "How do I calibrate the Wombat arm?", "limit": 1, **chosen}).json()

    assert [each["page"] for each in found["results"]] == pages


@pytest.mark.parametrize(("chosen", "mode"), [({}, "extractive"), ({"version": "9.9"}, "refused")])
def test_the_chat_answers_from_the_pages_that_are_asked_for_alone(
    api: httpx.Client, chosen: dict[str, str], mode: str
) -> None:
    asked = {"message": "How do I calibrate the Wombat arm?", **chosen}

    assert api.post("/api/chat", json=asked).json()["mode"] == mode


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"q": ""},
        {"q": "   "},
        {"q": "x" * 4001},
        {"q": "a\x00b"},
        {"q": "a", "limit": 0},
        {"q": "a", "limit": 21},
        {"q": "a", "limit": "many"},
        {"q": "a", "limit": 1.5},
        {"q": "a", "version": "x" * 101},
        {"q": "a", "version": "a\x00b"},
        {"q": "a", "pagesLanguage": "x" * 36},
        {"q": "a", "page": "x" * 2001},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(api: httpx.Client, parameters: dict[str, str]) -> None:
    answer = api.get("/api/search", params=parameters)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), answer.text
