"""The book for agents, as ingestion wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fixtures.platform import SITE

if TYPE_CHECKING:
    import httpx


def test_the_list_of_pages_and_their_text_are_served_and_may_be_kept(api: httpx.Client) -> None:
    listed, full = api.get("/llms.txt"), api.get("/llms-full.txt")

    assert f"]({SITE}/calibrate" in listed.text
    assert f"Source: {SITE}/calibrate" in full.text
    for each in (listed, full):
        assert each.headers["content-type"] == "text/plain; charset=utf-8"
        assert each.headers["cache-control"].startswith("public, max-age=3600")


def test_what_a_client_has_is_not_sent_again(api: httpx.Client) -> None:
    tag = api.get("/llms.txt").headers["etag"]
    again = api.get("/llms.txt", headers={"if-none-match": tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_a_part_that_the_book_does_not_have_is_not_there(api: httpx.Client) -> None:
    assert api.get("/llms-full/nothing.txt").json()["code"] == "not_found"
    assert api.get("/llms-full/..%2Fllms.txt").status_code in {400, 404}


def test_the_server_for_agents_says_what_the_function_behind_the_gateway_says(api: httpx.Client) -> None:
    del api.headers["origin"]  # only browsers send one
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    asked = api.post("/mcp", json=message | {"params": {"name": "search_docs", "arguments": {"query": "calibrate"}}})

    assert asked.json()["result"]["structuredContent"]["results"][0]["url"].startswith(SITE)
    for origin in ("https://evil.test", "null"):  # a page in a sandboxed frame calls itself null
        assert api.post("/mcp", json=message, headers={"origin": origin}).status_code == 403
    assert api.get("/mcp").status_code == 405


def test_an_address_that_ends_in_a_slash_is_answered_and_not_redirected(api: httpx.Client) -> None:
    del api.headers["origin"]
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}

    assert (api.post("/mcp/", json=ping).status_code, api.post("/mcp/", json=ping).json()["result"]) == (200, {})
    assert api.post("/mcp/elsewhere", json=ping).json()["code"] == "not_found"
