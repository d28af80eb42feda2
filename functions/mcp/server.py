"""`POST /mcp`: the book for agents and editors, over streamable HTTP. Each request is complete in itself."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from functions.dependencies.allowances import Questions, ask_a_question
from functions.dependencies.book import OpenBook
from functions.mcp import resources, tools
from functions.mcp.protocol import (
    INTERNAL,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LEGACY,
    METHOD_NOT_FOUND,
    MODERN,
    SERVER_KEY,
    SUPPORTED,
    TOO_MANY,
    Message,
    Refused,
    parsed,
)
from shared.app import build_handler
from shared.auth.browser.origins import TrustedOrigins
from shared.errors import NotFound, RetrievalUnavailable, TooManyRequests
from shared.observability import VERSION, log, tell
from shared.record import record
from shared.settings.site import OriginSettings
from shared.web import APIRouter, Depends, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.retrieval.search import Book

    Json = dict[str, Any]

router = APIRouter()

LARGEST: Final = 64 * 1024
MOST: Final = 10
"""Messages of a batch, which revisions before 2025-06-18 had."""
FRESH: Final[dict[str, Any]] = {"ttlMs": 300_000, "cacheScope": "public"}
CAPABILITIES: Final[dict[str, Any]] = {"tools": {}, "resources": {}}
SERVER: Final = {"name": "docs-chatbot", "title": "Documentation", "version": VERSION}
INSTRUCTIONS: Final = (
    "This server knows one documentation. Search it before you answer a question about its subject, read the sections "
    "that you need, and name the addresses that you took something from."
)


async def trusted_origins() -> TrustedOrigins:
    """The sites whose pages may call."""
    return _trusted_origins()


@cache
def _trusted_origins() -> TrustedOrigins:
    return TrustedOrigins(OriginSettings.read().trusted_origins)


Origins = Annotated[TrustedOrigins, Depends(trusted_origins)]


REFUSALS: Final[dict[str, Any]] = {
    "description": "An error of JSON-RPC; of whatever the protocol does not know, as anywhere else",
    "content": {
        "application/json": {
            "schema": {
                "anyOf": [
                    {
                        "type": "object",
                        "required": ["jsonrpc", "id", "error"],
                        "properties": {"jsonrpc": {"const": "2.0"}, "id": {}, "error": {"type": "object"}},
                    },
                    {"$ref": "#/components/schemas/Error"},
                ]
            }
        }
    },
}


@record
class Session:
    """One HTTP request: whose book is read, and what its sender has left of the allowance."""

    request: Request
    book: Book
    questions: Any

    async def answered(self, sent: object) -> tuple[Json | None, int, dict[str, str]]:
        """The response to a message, none to a notification; with a status and headers, for one that came alone."""
        identifier: Any = None
        try:
            message = Message.read(sent, self.request.headers)
            if message is None or message.id is None:
                return None, 202, {}
            identifier = message.id
            await ask_a_question(self.request, self.questions)
            return {"jsonrpc": "2.0", "id": identifier, "result": _result(self.book, message)}, 200, {}
        except TooManyRequests as error:
            tell("limit_reached", error.of)
            refused = Refused(TOO_MANY, error.message, {"retryAfter": error.retry_after})
            return refused.body(identifier), refused.status, error.headers
        except RetrievalUnavailable as error:
            log.error("answered %s", error.code, exc_info=error)
            return Refused(INTERNAL, error.message).body(identifier), 200, error.headers
        except Refused as refused:
            return refused.body(identifier or _identifier(sent)), refused.status, {}


@router.post("/mcp", response_class=Response, responses={"4XX": REFUSALS})
async def receive(request: Request, book: OpenBook, questions: Questions, origins: Origins) -> Response:
    """Answer a message of the Model Context Protocol; cookies count for nothing, and nothing is stored."""
    origin = request.headers.get("origin")
    if origin is not None and not origins.include(origin):
        return _refused(Refused(INVALID_REQUEST, "Pages of this origin may not call.", status=403))
    body = await request.body()
    if len(body) > LARGEST:
        return _refused(Refused(INVALID_REQUEST, f"A body has at most {LARGEST} bytes.", status=413))
    session = Session(request, book, questions)
    try:
        sent = parsed(body)
        if isinstance(sent, list):
            return await _batch(session, sent)  # pyright: ignore[reportUnknownArgumentType] (JSON)
    except Refused as refused:
        return _refused(refused)
    answer, status, headers = await session.answered(sent)
    return _json(answer, status, headers)


@router.post("/mcp/{rest:path}", response_class=Response, include_in_schema=False)
async def receive_with_slash(
    rest: str, request: Request, book: OpenBook, questions: Questions, origins: Origins
) -> Response:
    """The same where a client has added a slash; API Gateway knows no route that ends in one."""
    if rest:
        raise NotFound
    return await receive(request, book, questions, origins)


@router.get("/mcp", response_class=Response, include_in_schema=False)
@router.delete("/mcp", response_class=Response, include_in_schema=False)
async def no_stream() -> Response:
    """Nothing is sent unasked, and there is no session to end; the protocol wants 405 then."""
    return Response(status_code=405, headers={"allow": "POST"})


async def _batch(session: Session, messages: list[Any]) -> Response:
    if session.request.headers.get("mcp-protocol-version") == MODERN:
        raise Refused(INVALID_REQUEST, "This revision of the protocol has no batches.")
    if not 0 < len(messages) <= MOST:
        raise Refused(INVALID_REQUEST, f"A batch has 1 to {MOST} messages.")
    answers = [answer for each in messages if (answer := (await session.answered(each))[0]) is not None]
    return _json(answers or None, 200 if answers else 202, {})


def _refused(refused: Refused) -> Response:
    return _json(refused.body(None), refused.status, {})


def _json(body: object, status: int, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status)
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status_code=status, media_type="application/json", headers=headers)


def _identifier(sent: object) -> Any:  # noqa: ANN401 (whatever JSON came)
    """The id of a message that is none, so that its sender can tell which."""
    found: Any = sent.get("id") if isinstance(sent, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] (JSON)
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def _result(book: Book, message: Message) -> Json:
    methods = MODERN_METHODS if message.modern else LEGACY_METHODS
    if message.method not in methods:
        status = 404 if message.modern else None
        raise Refused(METHOD_NOT_FOUND, "There is no such method.", {"method": message.method[:100]}, status)
    found = methods[message.method](book, message)
    if not message.modern:
        return found
    return {"resultType": "complete", "_meta": {SERVER_KEY: SERVER}, **found}


def _initialize(_book: Book, message: Message) -> Json:
    asked = message.params.get("protocolVersion")
    version = asked if asked in LEGACY else LEGACY[0]
    about = {"capabilities": CAPABILITIES, "serverInfo": SERVER, "instructions": INSTRUCTIONS}
    return {"protocolVersion": version, **about}


def _discover(_book: Book, _message: Message) -> Json:
    return {"supportedVersions": [*SUPPORTED], "capabilities": CAPABILITIES, "instructions": INSTRUCTIONS, **FRESH}


def _tools(_book: Book, message: Message) -> Json:
    _refuse_cursor(message)
    return {"tools": [each.described() for each in tools.TOOLS.values()], **FRESH}


def _call(book: Book, message: Message) -> Json:
    return tools.call(book, message.params)


def _resources(book: Book, message: Message) -> Json:
    return {**resources.listed(book, message.params), **FRESH}


def _read(book: Book, message: Message) -> Json:
    return {**resources.read(book, message.params, modern=message.modern), **FRESH}


def _templates(_book: Book, message: Message) -> Json:
    _refuse_cursor(message)
    return {"resourceTemplates": [], **FRESH}


def _refuse_cursor(message: Message) -> None:
    """Of a list that is given whole, no cursor can come."""
    if message.params.get("cursor") is not None:
        raise Refused(INVALID_PARAMS, "`cursor` is not one that this list gave out.")


def _ping(_book: Book, _message: Message) -> Json:
    return {}


READ_ONLY: Final[dict[str, Callable[[Book, Message], Json]]] = {
    "tools/list": _tools,
    "tools/call": _call,
    "resources/list": _resources,
    "resources/read": _read,
    "resources/templates/list": _templates,
}
MODERN_METHODS: Final = READ_ONLY | {"server/discover": _discover}
LEGACY_METHODS: Final = READ_ONLY | {"initialize": _initialize, "ping": _ping}

handler = build_handler(router)
