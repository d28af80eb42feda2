"""What the Model Context Protocol says to every message, good or bad, of the newest revision and of those before it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from functions.dependencies.allowances import questions
from functions.dependencies.book import book
from functions.mcp import server
from functions.mcp.protocol import CAPABILITIES_KEY, LEGACY, MODERN, SUPPORTED, VERSION_KEY
from shared.allowance import Allowance, Allowances
from shared.app import build_app
from shared.auth.browser.origins import TrustedOrigins
from shared.errors import RetrievalUnavailable
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage
from shared.retrieval.queries import Edition
from tests.fixtures.apps import given

if TYPE_CHECKING:
    from collections.abc import Callable

SITE = "https://book.example.com"
ARM = f"{SITE}/arm#calibrate"
TEXT = "To calibrate the arm, move every joint to the middle of its range, then press Enter."
PASSAGE = Passage(ARM, "arm", "The arm", ("The arm", "Calibrate"), (Paragraph(TEXT),), 0.9, cosine=0.9)
FIELDS = {
    "site": "s",
    "path": "arm.md",
    "url": ARM,
    "page_url": f"{SITE}/arm",
    "title": "The arm",
    "heading_path": ["The arm", "Calibrate"],
}
INDEX = f"""# Book

## Full text

- [llms-full.txt](/llms-full.txt)

## Pages

- [The arm]({SITE}/arm): An arm.
- [Arm (robot)]({SITE}/Arm_(robot)): Has a hand (or two): see below.
- [Hand (robot)]({SITE}/Hand_(robot))
- [Of this site](/docs/here): A path.
- [Of somebody](//evil.example/docs): None.
"""

APP = build_app(server.router)


class Book:
    """Finds one passage, and has one page, which begins with the heading of its only section."""

    def __init__(self, *, away: bool = False, **fields: str) -> None:
        self.away = away
        self.fields = FIELDS | fields
        self.editions: list[Edition] = []

    def search(self, question: str, *, limit: int = 10, edition: Edition) -> Found:
        assert limit
        self.editions.append(edition)
        if self.away:
            raise RetrievalUnavailable
        return Found((PASSAGE,), 0.9, on_topic="capital" not in question, question=question)

    def ask(self, body: bytes) -> list[list[dict[str, Any]]]:
        if self.away:
            raise RetrievalUnavailable
        wanted = {each["key"]: each["match"]["any"] for each in json.loads(body)["searches"][0]["filter"]["must"]}
        if "file" in wanted:
            index = {"payload": {"file_of": "s", "text": INDEX, "version": "1"}}
            return [[index] if wanted["file"] == ["llms.txt"] else []]
        if any(self.fields.get(key) not in values for key, values in wanted.items()):
            return [[]]
        return [[{"payload": self.fields | {"text": TEXT, "position": 1}}]]


class Server:
    """The function, and whoever calls it."""

    def __init__(self, its: Book, at_once: int = 1000) -> None:
        allowances = Allowances(Allowance(at_once, 0.001), clock=lambda: 0.0)
        overrides = {
            book: lambda: its,
            questions: lambda: allowances,
            server.trusted_origins: lambda: TrustedOrigins((SITE,)),
        }
        self.app = given(APP, overrides)

    def send(self, body: bytes, headers: dict[str, str] | None = None, method: str = "POST") -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as client:
                return await client.request(method, "/mcp", content=body, headers=headers)

        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(ask())

    def legacy(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> httpx.Response:  # noqa: ANN401 (JSON)
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}} | more
        return self.send(json.dumps(message).encode(), {"mcp-protocol-version": LEGACY[0]})

    def modern(self, method: str, params: dict[str, Any] | None = None, **headers: str | None) -> httpx.Response:
        meta: dict[str, Any] = {VERSION_KEY: MODERN, CAPABILITIES_KEY: {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**(params or {}), "_meta": meta}}
        name = (params or {}).get("name") or (params or {}).get("uri")
        usual = {"mcp-protocol-version": MODERN, "mcp-method": method, "mcp-name": name}
        given = usual | {key.replace("_", "-"): value for key, value in headers.items()}
        return self.send(json.dumps(message).encode(), {key: value for key, value in given.items() if value})


@pytest.fixture
def mcp() -> Server:
    return Server(Book())


@pytest.mark.parametrize("method", ["ping", "tools/list"])
def test_null_for_no_parameters_is_none(mcp: Server, method: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": None}
    assert "result" in mcp.send(json.dumps(message).encode()).json()


ASK: list[Callable[..., httpx.Response]] = [Server.legacy, Server.modern]
both = pytest.mark.parametrize("ask", ASK, ids=["before", "newest"])


def call(ask: Callable[..., httpx.Response], its: Server, name: str, **arguments: object) -> dict[str, Any]:
    answer = ask(its, "tools/call", {"name": name, "arguments": arguments})
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def code_of(answer: httpx.Response) -> int:
    assert answer.headers["content-type"] == "application/json"
    return answer.json()["error"]["code"]


@pytest.mark.parametrize("asked", [*LEGACY, "2024-11-05", "2099-01-01", None, 7])
def test_a_client_of_before_is_answered_in_its_revision_or_in_the_newest_of_them(mcp: Server, asked: object) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": asked}}
    result = mcp.send(json.dumps(message).encode()).json()["result"]

    assert result["protocolVersion"] == (asked if asked in LEGACY else LEGACY[0])
    assert {*result["capabilities"]} == {"tools", "resources"}
    assert mcp.legacy("ping").json()["result"] == {}


def test_the_newest_revision_needs_no_handshake(mcp: Server) -> None:
    result = mcp.modern("server/discover").json()["result"]

    assert result["supportedVersions"] == [*SUPPORTED]
    assert (result["resultType"], result["cacheScope"]) == ("complete", "public")
    assert mcp.modern("initialize").status_code == 404


@both
def test_tools_only_read(mcp: Server, ask: Callable[..., httpx.Response]) -> None:
    tools = ask(mcp, "tools/list").json()["result"]["tools"]

    assert [each["name"] for each in tools] == ["search_docs", "read_section", "ask_docs"]
    assert all(each["annotations"]["readOnlyHint"] and each["inputSchema"]["type"] == "object" for each in tools)


@both
def test_the_book_is_searched_read_and_asked(mcp: Server, ask: Callable[..., httpx.Response]) -> None:
    found = call(ask, mcp, "search_docs", query="calibrate")["structuredContent"]["results"]
    assert [each["url"] for each in found] == [ARM]

    section = call(ask, mcp, "read_section", url=ARM)
    assert (section["structuredContent"]["heading"], TEXT in section["content"][0]["text"]) == ("Calibrate", True)
    assert call(ask, mcp, "read_section", url=f"{SITE}/arm")["structuredContent"]["heading"] == "The arm"
    assert call(ask, mcp, "read_section", url="https://else.test/")["structuredContent"] == {"found": False}
    for written in ("%63alibrate", "no-section"):
        assert TEXT in call(ask, mcp, "read_section", url=f"{SITE}/arm#{written}")["structuredContent"]["markdown"]

    answer = call(ask, mcp, "ask_docs", question="How do I calibrate the arm?")["structuredContent"]
    assert (answer["answered"], answer["sources"][0]["url"]) == (True, ARM)
    assert (
        call(ask, mcp, "ask_docs", question="What is the capital of France?")["structuredContent"]["answered"] is False
    )


def test_versions_and_languages_are_filtered_by_the_store() -> None:
    its = Book()
    call(Server.legacy, Server(its), "search_docs", query="x", version="2.0", language="de")
    call(Server.legacy, Server(its), "ask_docs", question="x")

    assert its.editions == [Edition("2.0", "de"), Edition()]


@both
def test_pages_are_resources(mcp: Server, ask: Callable[..., httpx.Response]) -> None:
    page, *others = ask(mcp, "resources/list").json()["result"]["resources"]
    assert [each["uri"] for each in others] == [f"{SITE}/Arm_(robot)", f"{SITE}/Hand_(robot)", "docs:/docs/here"]
    assert (page["uri"], page["title"], page["description"]) == (f"{SITE}/arm", "The arm", "An arm.")

    [content] = ask(mcp, "resources/read", {"uri": page["uri"]}).json()["result"]["contents"]
    assert content["text"] == f"# The arm\n\n## Calibrate\n\n{TEXT}"
    assert ask(mcp, "resources/templates/list").json()["result"]["resourceTemplates"] == []


@both
def test_a_page_that_is_known_by_its_path_alone_is_a_resource_with_a_whole_address(
    ask: Callable[..., httpx.Response],
) -> None:
    mcp = Server(Book(url="/docs/here#calibrate", page_url="/docs/here"))
    uri = ask(mcp, "resources/list").json()["result"]["resources"][-1]["uri"]

    [content] = ask(mcp, "resources/read", {"uri": uri}).json()["result"]["contents"]
    assert (uri, content["uri"]) == ("docs:/docs/here", uri)
    assert TEXT in content["text"]
    assert call(ask, mcp, "read_section", url=uri)["structuredContent"]["found"]


BAD_ARGUMENTS: list[tuple[str, object, str]] = [
    ("search_docs", {}, "query: is missing"),
    ("search_docs", None, "query: is missing"),
    ("search_docs", [], "The arguments must be an object."),
    ("search_docs", "start", "The arguments must be an object."),
    ("search_docs", {"query": ""}, "query: must not be empty"),
    ("search_docs", {"query": "x", "limit": 99}, "limit: must be at most 20"),
    ("search_docs", {"query": "x", "top_k": 3}, "top_k: there is no such argument"),
    ("ask_docs", {"question": "x" * 4001}, "question: must have at most 4000 characters"),
    ("ask_docs", {"question": "a\x00b"}, "question: has not the form that is expected"),
    ("read_section", {"url": 7}, "url: must be a string"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), BAD_ARGUMENTS)
def test_wrong_arguments_are_told_so_that_a_model_can_mend_them(
    mcp: Server, name: str, arguments: object, says: str
) -> None:
    result = mcp.legacy("tools/call", {"name": name, "arguments": arguments}).json()["result"]

    assert (result["isError"], result["content"][0]["text"]) == (True, says)


MALFORMED: list[tuple[bytes, int, int]] = [
    (b"", 400, -32700),
    (b"{", 400, -32700),
    (b"\xff", 400, -32700),
    (b"[" * 20_000, 400, -32700),
    (b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "ping"}', 400, -32700),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "\\uDC00"}', 400, -32700),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "resources/read", "params": {"uri": "\\ud800"}}', 400, -32700),
    (b'{"jsonrpc": "2.0", "id": "\xed\xa0\x80", "method": "ping"}', 400, -32700),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": {"x": NaN}}', 400, -32700),
    (b'{"jsonrpc": "2.0", "id": 7, "method": "ping", "params": {"x": -Infinity}}', 400, -32700),
    (b'{"jsonrpc": "2.0", "id": ' + b"9" * 5000 + b', "method": "ping"}', 400, -32700),
    ('{"jsonrpc": "2.0", "id": 7, "method": "ping"}'.encode("utf-16"), 400, -32700),
    (b"[]", 400, -32600),
    (b"7", 400, -32600),
    (b'"x"', 400, -32600),
    (b"null", 400, -32600),
    (b"{}", 400, -32600),
    (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": 1}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": 1, "method": 7}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "rm"}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": {}}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "nothing/such"}', 200, -32601),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "x"}}', 200, -32002),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list", "params": {"cursor": "x"}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list", "params": {"cursor": "0"}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list", "params": {"cursor": 1e9}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"cursor": "1"}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/templates/list", "params": {"cursor": ""}}', 200, -32602),
    (b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": [1], "method": "ping"}', 400, -32600),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "server/discover"}', 200, -32601),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "prompts/list"}', 200, -32601),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "notifications/cancelled", "params": []}', 200, -32602),
    (b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": [7]}', 400, -32602),
    (b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": "x"}', 400, -32602),
]


@pytest.mark.parametrize(("body", "status", "code"), MALFORMED)
def test_what_is_no_good_message_gets_the_protocols_own_error(mcp: Server, body: bytes, status: int, code: int) -> None:
    answer = mcp.send(body)

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert answer.json()["id"] == (1 if re.search(rb'"id": 1[,}]', body) else None)


def test_a_whole_surrogate_pair_and_a_byte_order_mark_are_good_json(mcp: Server) -> None:
    answer = mcp.send(b'\xef\xbb\xbf{"jsonrpc": "2.0", "id": "\\ud83d\\ude00", "method": "ping"}')

    assert (answer.status_code, answer.json()["id"]) == (200, "\U0001f600")


def test_a_body_that_is_too_large_is_not_read(mcp: Server) -> None:
    answer = mcp.send(b'{"jsonrpc": "2.0", "id": 1, "method": "' + b"x" * server.LARGEST + b'"}')

    assert (answer.status_code, code_of(answer)) == (413, -32600)


def test_a_batch_is_answered_message_by_message_and_has_an_end(mcp: Server) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = mcp.send(json.dumps([ping, told, 7]).encode())

    assert [each["id"] for each in answer.json()] == [1, None]
    assert mcp.send(json.dumps([told]).encode()).status_code == 202
    assert code_of(mcp.send(json.dumps([ping] * (server.MOST + 1)).encode())) == -32600


def test_a_notification_and_a_response_are_taken_in_silence(mcp: Server) -> None:
    for body in (b'{"jsonrpc": "2.0", "method": "notifications/x"}', b'{"jsonrpc": "2.0", "id": 1, "result": {}}'):
        answer = mcp.send(body)
        assert (answer.status_code, answer.content) == (202, b"")


@pytest.mark.parametrize("identifier", [0, -1, 2**53, "", "a b", "\u0000", "\U0001f600"])
def test_an_id_comes_back_as_it_was_sent_whatever_it_is(mcp: Server, identifier: object) -> None:
    for method in ("ping", "nothing/such"):
        answer = mcp.send(json.dumps({"jsonrpc": "2.0", "id": identifier, "method": method}).encode())
        assert answer.json()["id"] == identifier


def test_what_is_cancelled_progresses_or_was_initialized_needs_no_answer(mcp: Server) -> None:
    for told in ("cancelled", "progress", "initialized", "roots/list_changed"):
        message = {"jsonrpc": "2.0", "method": f"notifications/{told}", "params": {"requestId": 7}}
        answer = mcp.send(json.dumps(message).encode())
        assert (answer.status_code, answer.content) == (202, b"")


@pytest.mark.parametrize(
    "accept", ["application/json, text/event-stream", "application/json", "text/event-stream", "*/*"]
)
def test_an_answer_is_one_json_object_whatever_is_accepted_and_no_session_begins(mcp: Server, accept: str) -> None:
    ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    answer = mcp.send(ping, {"accept": accept, "mcp-session-id": "x", "last-event-id": "7"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert "mcp-session-id" not in answer.headers


@pytest.mark.parametrize(
    "uri",
    ["", "file:///etc/passwd", "../../x", "https://book.example.com/arm\u0000", "javascript:x", "%", "x" * 30_000],
)
def test_an_address_that_is_no_pages_is_unknown_however_odd(mcp: Server, uri: str) -> None:
    answer = mcp.legacy("resources/read", {"uri": uri})

    assert (answer.status_code, code_of(answer)) == (200, -32002)
    assert len(answer.content) < 5000


@pytest.mark.parametrize("meta", [{}, {VERSION_KEY: MODERN}, {VERSION_KEY: MODERN, CAPABILITIES_KEY: []}, "x", None])
def test_a_request_of_the_newest_revision_lacks_nothing_that_it_must_say_itself(mcp: Server, meta: object) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    headers = {"mcp-protocol-version": MODERN, "mcp-method": "tools/list"}
    answer = mcp.send(json.dumps(message).encode(), headers)

    assert (answer.status_code, code_of(answer)) == (400, -32602)


@pytest.mark.parametrize(("header", "claimed"), [(MODERN, LEGACY[0]), (LEGACY[0], MODERN), (None, MODERN)])
def test_the_header_repeats_the_revision_of_the_body(mcp: Server, header: str | None, claimed: str) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": {VERSION_KEY: claimed}}}
    answer = mcp.send(json.dumps(message).encode(), {"mcp-protocol-version": header} if header else {})

    assert (answer.status_code, code_of(answer)) == (400, -32020)


def test_the_newest_revision_has_no_batches(mcp: Server) -> None:
    answer = mcp.send(b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', {"mcp-protocol-version": MODERN})

    assert (answer.status_code, code_of(answer)) == (400, -32600)


def test_arguments_that_are_deep_large_or_no_object_are_told(mcp: Server) -> None:
    deep = "[" * 400 + "]" * 400
    for arguments in (deep, '"x"', "7", '{"query": ' + deep + "}", '{"query": "' + "x" * 60_000 + '"}'):
        body = '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search_docs", "arguments": %s}}'
        answer = mcp.send((body % arguments).encode())
        assert answer.json()["result"]["isError"] is True
        assert len(answer.content) < 2000


@pytest.mark.parametrize("version", ["2099-01-01", "invalid", "2024-11-05", ""])
def test_a_revision_that_nobody_speaks_is_named_with_those_that_are(mcp: Server, version: str) -> None:
    ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    header = mcp.send(ping, {"mcp-protocol-version": version})
    meta = {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": {VERSION_KEY: version}}}
    body = mcp.send(json.dumps(meta).encode())

    for answer in (header, body):
        assert (answer.status_code, code_of(answer)) == (400, -32022)
        assert answer.json()["error"]["data"] == {"supported": [*SUPPORTED], "requested": version}


@pytest.mark.parametrize(
    "headers",
    [
        {"mcp_method": "tools/list"},
        {"mcp_method": None},
        {"mcp_name": "x"},
        {"mcp_name": None},
        {"mcp_name": "=?base64?!?="},
    ],
)
def test_headers_of_the_newest_revision_have_to_say_what_the_body_says(
    mcp: Server, headers: dict[str, str | None]
) -> None:
    answer = mcp.modern("tools/call", {"name": "search_docs", "arguments": {"query": "x"}}, **headers)

    assert (answer.status_code, code_of(answer)) == (400, -32020)


def test_a_name_that_no_header_can_hold_comes_in_base64(mcp: Server) -> None:
    answer = mcp.modern(
        "resources/read", {"uri": f"{SITE}/ärm"}, mcp_name="=?base64?aHR0cHM6Ly9ib29rLmV4YW1wbGUuY29tL8Okcm0=?="
    )

    assert code_of(answer) == -32602, "the header fits; there is no such page"


def test_a_page_of_somebody_else_may_not_call_and_cookies_count_for_nothing(mcp: Server) -> None:
    ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'

    assert mcp.send(ping, {"origin": "https://evil.test"}).status_code == 403
    assert mcp.send(ping, {"origin": "null"}).status_code == 403
    assert mcp.send(ping, {"origin": SITE}).status_code == 200
    answer = mcp.send(ping, {"cookie": "better-auth.session_token=x.y"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


def test_a_flood_is_told_when_to_come_back() -> None:
    its = Server(Book(), at_once=3)
    answers = [its.legacy("tools/list") for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert code_of(answers[-1]) == 429, "a code that the protocol keeps for itself, it alone may define"
    assert answers[-1].headers["retry-after"] == str(answers[-1].json()["error"]["data"]["retryAfter"])


def test_while_the_book_is_away_a_tool_says_so_and_a_resource_is_an_error() -> None:
    its = Server(Book(away=True))

    assert call(Server.legacy, its, "search_docs", query="x")["isError"] is True
    assert code_of(its.legacy("resources/list")) == -32603


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_stream_to_listen_to_and_no_session_to_end(mcp: Server, method: str) -> None:
    answer = mcp.send(b"", method=method)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
