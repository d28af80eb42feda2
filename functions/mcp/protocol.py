"""What the Model Context Protocol says about a message, whatever it asks for (https://modelcontextprotocol.io).

Two kinds of clients come. Since 2026-07-28 each request carries the revision that it speaks and is complete in itself;
those before it begin with `initialize`. Nothing is remembered between requests of either kind.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, cast

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

MODERN: Final = "2026-07-28"
LEGACY: Final = ("2025-11-25", "2025-06-18", "2025-03-26")
"""Newest first; for what is served here they differ in nothing."""
SUPPORTED: Final = (MODERN, *LEGACY)

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL: Final = -32603
TOO_MANY: Final = 429
"""Ours: from outside of what JSON-RPC reserves, as the protocol asks of codes that it does not define."""
RESOURCE_NOT_FOUND: Final = -32002
HEADER_MISMATCH: Final = -32020
UNSUPPORTED_VERSION: Final = -32022

VERSION_KEY: Final = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY: Final = "io.modelcontextprotocol/clientCapabilities"
SERVER_KEY: Final = "io.modelcontextprotocol/serverInfo"
NAMED: Final = {"tools/call": "name", "resources/read": "uri"}
"""Which parameter the header `Mcp-Name` repeats."""
ENCODED: Final = ("=?base64?", "?=")

STATUS: Final = {PARSE_ERROR: 400, INVALID_REQUEST: 400, HEADER_MISMATCH: 400, UNSUPPORTED_VERSION: 400, TOO_MANY: 429}


HALF_A_PAIR: Final = re.compile(r"\\u[dD][89a-fA-F]")
"""What an escape begins with that may be one; most bodies have none, and are not looked at twice."""


class Refused(Exception):
    """A message is answered with an error of the protocol's."""

    def __init__(
        self, code: int, message: str, data: Mapping[str, Any] | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.data = code, data
        self.status = status or STATUS.get(code, 200)

    def body(self, identifier: str | int | None) -> dict[str, Any]:
        """The response."""
        error = {"code": self.code, "message": str(self)} | ({"data": dict(self.data)} if self.data else {})
        return {"jsonrpc": "2.0", "id": identifier, "error": error}


@record
class Message:
    """A request, or a notification where it has no id.

    Attributes:
        modern: It speaks the revision that needs no handshake.
    """

    method: str
    id: str | int | None = None
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    modern: bool = False

    @classmethod
    def read(cls, sent: object, headers: Mapping[str, str]) -> Message | None:
        """What was sent; None for a response, which nobody here waits for.

        Raises:
            Refused: It is no message, or of a revision that is not spoken here.
        """
        if not isinstance(sent, dict):
            raise Refused(INVALID_REQUEST, "A message is an object.")
        message = cast("dict[str, Any]", sent)
        if message.get("jsonrpc") != "2.0":
            raise Refused(INVALID_REQUEST, '`jsonrpc` has to be "2.0".')
        if "method" not in message and ("result" in message or "error" in message):
            return None
        method, identifier = message.get("method"), message.get("id")
        params: object = {} if message.get("params") is None else message["params"]  # some write null for none
        if not isinstance(method, str) or not method:
            raise Refused(INVALID_REQUEST, "`method` has to be a string.")
        if "id" in message and (not isinstance(identifier, str | int) or isinstance(identifier, bool)):
            raise Refused(INVALID_REQUEST, "`id` has to be a string or a whole number.")
        if not isinstance(params, dict):
            # a notification has no answer that could tell: its status does
            raise Refused(INVALID_PARAMS, "`params` has to be an object.", status=None if "id" in message else 400)
        asked = cast("dict[str, Any]", params)
        modern = _is_modern(asked, headers)
        if modern and identifier is not None:
            _compare(method, asked, headers)
        return cls(method, identifier, asked, modern)


def _is_modern(params: dict[str, Any], headers: Mapping[str, str]) -> bool:
    claimed, spoken = _meta(params).get(VERSION_KEY), headers.get("mcp-protocol-version")
    for each in (claimed, spoken):
        if each is not None and each not in SUPPORTED:
            raise Refused(UNSUPPORTED_VERSION, "This revision of the protocol is not spoken here.", _versions(each))
    if claimed is None and spoken == MODERN:
        raise Refused(INVALID_PARAMS, f"`_meta` has to name the revision as `{VERSION_KEY}`.", status=400)
    if claimed is not None and spoken != claimed and MODERN in {claimed, spoken}:
        raise Refused(HEADER_MISMATCH, "The header MCP-Protocol-Version has to repeat the revision of the body.")
    return claimed == MODERN


def _meta(params: dict[str, Any]) -> dict[str, Any]:
    meta: Any = params.get("_meta")
    return cast("dict[str, Any]", meta) if isinstance(meta, dict) else {}


def _compare(method: str, params: dict[str, Any], headers: Mapping[str, str]) -> None:
    """Who stands between reads the headers alone: they have to say what the body says, which is complete in itself."""
    if not isinstance(_meta(params).get(CAPABILITIES_KEY), dict):
        raise Refused(INVALID_PARAMS, f"`_meta` has to hold an object `{CAPABILITIES_KEY}`.", status=400)
    if headers.get("mcp-method") != method:
        raise Refused(HEADER_MISMATCH, "The header Mcp-Method has to repeat the method of the body.")
    wanted = params.get(NAMED.get(method, ""))
    if isinstance(wanted, str) and _decoded(headers.get("mcp-name")) != wanted:
        raise Refused(HEADER_MISMATCH, f"The header Mcp-Name has to repeat `{NAMED[method]}` of the body.")


def _versions(requested: object) -> dict[str, Any]:
    return {"supported": [*SUPPORTED], "requested": str(requested)[:100]}


def _decoded(header: str | None) -> str | None:
    """What no header can be written with comes in base64."""
    begin, end = ENCODED
    if header is None or not (header.startswith(begin) and header.endswith(end)):
        return header
    try:
        return base64.b64decode(header[len(begin) : -len(end)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def parsed(body: bytes) -> object:
    """The body's JSON.

    Raises:
        Refused: It is none, or holds what no answer could repeat: half of a surrogate pair has no UTF-8.
    """
    try:
        text = body.decode("utf-8-sig")
        sent: object = json.loads(text, parse_constant=_refuse)
        if HALF_A_PAIR.search(text):
            json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(PARSE_ERROR, "The body is not valid JSON.") from error
    return sent


def _refuse(constant: str) -> object:
    """`NaN` and `Infinity` are JavaScript's, and no JSON."""
    raise ValueError(constant)
