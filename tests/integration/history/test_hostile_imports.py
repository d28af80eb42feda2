"""Whatever somebody imports, appends or asks: their history stays readable, and gives nobody a bad address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.fixtures.platform import Person

TIME = "2026-11-22T10:00:00.000Z"
SOURCE: dict[str, Any] = {"n": 1, "title": "Nodes", "url": "https://book.example/nodes", "snippet": "A node is"}
BROWSER_LIMIT = 6_291_556
"""Bytes of an answer that Lambda passes on, as JSON in JSON."""


def conversation(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(uuid4()), "title": "x", "createdAt": TIME, "updatedAt": TIME, "messages": list(messages)}


def message(**given: Any) -> dict[str, Any]:  # noqa: ANN401 (fields of a message, whatever they hold)
    return {"id": str(uuid4()), "role": "assistant", "content": "x", "createdAt": TIME} | given


def imported(person: Person, *conversations: dict[str, Any]) -> httpx.Response:
    return person.api.post("/api/import", json={"conversations": list(conversations)})


BAD_SOURCES: dict[str, dict[str, Any]] = {
    "javascript": {"url": "javascript:alert(document.domain)"},
    "data": {"url": "data:text/html,<script>alert(1)</script>"},
    "another host by two slashes": {"url": "//evil.example"},
    "another host by a tab": {"url": "/\t/evil.example"},
    "a long address": {"url": "https://book.example/" + "a" * 2_028},
    "a long title": {"title": "x" * 501},
    "a long snippet": {"snippet": "x" * 1_001},
    "NUL in a title": {"title": "a\0"},
    "NUL in a snippet": {"snippet": "a\0"},
    "a number below none": {"n": -1},
    "a number that no column holds": {"n": 10**30},
}


@pytest.mark.parametrize("kind", BAD_SOURCES)
def test_a_source_that_no_answer_has_is_refused(person: Person, kind: str) -> None:
    answer = imported(person, conversation(message(sources=[SOURCE | BAD_SOURCES[kind]])))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert person.api.get("/api/conversations").json()["conversations"] == []


@pytest.mark.parametrize("field", ["title", "url", "snippet"])
def test_half_a_surrogate_pair_in_a_source_is_refused(person: Person, field: str) -> None:
    given = conversation(message(sources=[SOURCE | {field: "/\ud800"}]))
    document = json.dumps({"conversations": [given]})
    answer = person.api.post("/api/import", content=document, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_sources_without_an_address_and_with_a_path_are_taken(person: Person) -> None:
    sources = [SOURCE | {"url": ""}, SOURCE | {"url": "/docs/nodes#a"}]
    given = conversation(message(sources=sources))
    assert imported(person, given).status_code == 200
    opened = person.api.get(f"/api/conversations/{given['id']}").json()
    assert [each["url"] for each in opened["messages"][0]["sources"]] == ["", "/docs/nodes#a"]


@pytest.mark.parametrize("letter", ["x", "ک", '"', "\x01", "😀"])
def test_the_largest_history_that_can_be_imported_can_be_read_and_exported(person: Person, letter: str) -> None:
    largest = {"n": 1, "title": letter * 500, "url": "https://book.example/" + "a" * 2_000, "snippet": letter * 1_000}
    messages = [message(content=letter * 32_000, sources=[largest] * 20) for _ in range(12)]
    given = conversation(*messages)
    for part in range(0, 12, 4):  # a request holds 6 MB as well
        assert imported(person, given | {"messages": messages[part : part + 4]}).status_code == 200
    read = [
        each["id"] for page in pages(person, f"/api/conversations/{given['id']}") for each in page["messages"][::-1]
    ]
    assert read[::-1] == [each["id"] for each in messages]
    exported = [
        one for page in pages(person, "/api/export") for each in page["conversations"] for one in each["messages"]
    ]
    assert len(exported) == len(messages)


def pages(person: Person, path: str) -> list[dict[str, Any]]:
    """All pages of an answer, each small enough for Lambda."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = person.api.get(path, params=cursor)
        assert answer.status_code == 200, answer.text[:200]
        assert len(json.dumps(answer.text)) < BROWSER_LIMIT
        found.append(answer.json())
        if not found[-1]["nextCursor"]:
            return found
        cursor = {"cursor": found[-1]["nextCursor"]}
