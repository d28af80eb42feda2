"""A request to /api/auth, read in Better Auth's order: media type, JSON, origin of cookies, callback addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import parse_qsl

from shared.auth.addresses import normalised_ip
from shared.auth.browser.cookies import sent_cookies
from shared.auth.models import Client
from shared.auth.refusals import (
    BODY_TOO_LARGE,
    INVALID_CALLBACK_URL,
    INVALID_ERROR_CALLBACK_URL,
    INVALID_JSON,
    INVALID_NEW_USER_CALLBACK_URL,
    INVALID_REDIRECT_URL,
    Refused,
    media_type_refused,
    not_a_text,
)
from shared.auth.requests.validation import UNDEFINED
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from shared.auth.browser.origins import TrustedOrigins
    from shared.auth.requests.validation import Body, JsonValue

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

LARGEST_BODY: Final = 100 * 1024
"""Bytes; what Express, the usual host of a Better Auth server, takes unless told otherwise."""

CALLBACKS: Final = (
    ("callbackURL", "callbackURL", INVALID_CALLBACK_URL),
    ("redirectTo", "redirectURL", INVALID_REDIRECT_URL),
    ("errorCallbackURL", "errorCallbackURL", INVALID_ERROR_CALLBACK_URL),
    ("newUserCallbackURL", "newUserCallbackURL", INVALID_NEW_USER_CALLBACK_URL),
)
"""Name of the field, name in the complaint, refusal."""


@record
class Received:
    """What a route under /api/auth needs of its request.

    Attributes:
        body: Parsed, not yet validated.
        headers: One value a name.
        cookies: Decoded, the first of each name.
        client: As it is stored with a session.
    """

    body: Body
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    client: Client


def asked_for(request: Request, option: str) -> bool:
    """JavaScript's `Boolean(query[option])`: any text but an empty one is true, even "false"."""
    return any(request.query_params.getlist(option))


def asked(request: Request) -> dict[str, JsonValue]:
    """The query as better-call reads it: a name that comes several times has a list for its value."""
    return {name: _one_or_all(request.query_params.getlist(name)) for name in request.query_params}


def refuse_foreign_callback(origins: TrustedOrigins, address: str) -> None:
    """Raises `Refused` where a browser would be sent to a site that is not trusted."""
    if address and not origins.allow_callback(address):
        raise Refused(INVALID_CALLBACK_URL)


async def received(request: Request, origins: TrustedOrigins, *media_types: str) -> Received:
    """Read a request that may change something.

    Raises:
        Refused: The body is of another media type, too large or no JSON, its cookies came from a foreign page, or a
            callback would lead to one.
    """
    body = _body(request.headers.get("content-type", ""), await request.body(), media_types)
    origins.refuse_foreign_cookies(request.headers)
    _refuse_foreign_callbacks(body, request.query_params.getlist("callbackURL"), origins)
    return Received(body, request.headers, sent_cookies(request), client_of(request))


def _body(content_type: str, content: bytes, media_types: tuple[str, ...]) -> Body:
    if not content_type or not content:
        return UNDEFINED
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise Refused(media_type_refused(content_type, media_types))
    if len(content) > LARGEST_BODY:
        raise Refused(BODY_TOO_LARGE)
    text = content.decode("utf-8-sig", "replace")
    return dict(parse_qsl(text, keep_blank_values=True)) if media_type == FORM else _json(text)


def _json(text: str) -> JsonValue:
    try:
        value = json.loads(text, parse_int=float, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(INVALID_JSON) from None
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, JsonValue]", value)
    return {name: _speakable(part) if isinstance(part, str) else part for name, part in fields.items()}


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # Python would take NaN and Infinity, JSON does not


def _speakable(text: str) -> str:
    """Half of a surrogate pair has no UTF-8; JavaScript sends the replacement character in its place."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _refuse_foreign_callbacks(body: Body, asked: list[str], origins: TrustedOrigins) -> None:
    fields = body if isinstance(body, dict) else {}
    for field, label, refusal in CALLBACKS:
        address = fields.get(field)
        if field == "callbackURL" and not _is_truthy(address):
            address = _one_or_all(asked)
        if not _is_truthy(address):
            continue
        if not isinstance(address, str):
            raise Refused(not_a_text(label))
        if not origins.allow_callback(address):
            raise Refused(refusal)


def _one_or_all(asked: list[str]) -> JsonValue:
    """As better-call reads a query: a name that comes several times has a list for its value."""
    return asked[0] if len(asked) == 1 else [*asked] if asked else None


def _is_truthy(value: JsonValue) -> bool:
    return isinstance(value, list | dict) or bool(value)  # in JavaScript an empty list is true


def client_of(request: Request) -> Client:
    """Where the request came from."""
    # Mangum fills `client` from requestContext.http.sourceIp, which no header can forge
    address = normalised_ip(request.client.host if request.client else None)
    return Client(address, request.headers.get("user-agent", "").replace("\0", ""))
