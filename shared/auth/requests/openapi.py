"""What the OpenAPI document says about routes under /api/auth, which parse their bodies as Better Auth does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.auth.requests.validation import Field

Schema: TypeAlias = "dict[str, Any]"

TEXT: Final[Schema] = {"type": "string"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
FLAG: Final[Schema] = {"type": "boolean"}
YES: Final[Schema] = {"type": "boolean", "const": True}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}


def an_object(**fields: Schema) -> Schema:
    """An object that has all of these fields."""
    return {"type": "object", "required": [*fields], "properties": fields}


def a_list(of: Schema) -> Schema:
    """A list of any length."""
    return {"type": "array", "items": of}


USER: Final = an_object(
    id=TEXT,
    name=TEXT,
    email={"type": "string", "format": "email"},
    emailVerified={"type": "boolean"},
    image=MAYBE_TEXT,
    createdAt=TIME,
    updatedAt=TIME,
)
SESSION: Final = an_object(
    id=TEXT,
    token=TEXT,
    userId=TEXT,
    expiresAt=TIME,
    createdAt=TIME,
    updatedAt=TIME,
    ipAddress=MAYBE_TEXT,
    userAgent=MAYBE_TEXT,
)
ACCOUNT: Final = an_object(
    id=TEXT, accountId=TEXT, providerId=TEXT, userId=TEXT, createdAt=TIME, updatedAt=TIME, scopes=a_list(TEXT)
)
SIGNED_IN: Final = an_object(token=MAYBE_TEXT, user=USER)
MAYBE_USER: Final[Schema] = {"anyOf": [USER, {"type": "null"}]}
MAYBE_SIGNED_IN: Final[Schema] = {"anyOf": [an_object(session=SESSION, user=USER), {"type": "null"}]}
STATUS: Final = an_object(status=YES)
KINDS: Final = {str: "string", bool: "boolean"}


SESSION_NEEDED: Final[list[Schema]] = [{"cookie": []}, {"bearer": []}]
"""Of a route that answers 401 without a session; the schemes are those of infra/openapi.py."""

SESSION_READ: Final[list[Schema]] = [{}, *SESSION_NEEDED]
"""Of a route that answers without a session as well, but otherwise."""


def documented(
    answer: Schema | None,
    body: Sequence[Field] = (),
    *,
    query: Sequence[Field] = (),
    session: Sequence[Schema] = (),
    absent: str = "",
) -> Schema:
    """The `openapi_extra` of a route.

    Args:
        answer: The schema of its JSON; None for a route that redirects.
        body: Fields of its JSON body.
        query: Fields of its query.
        session: `SESSION_NEEDED`, `SESSION_READ`, or none for a route that looks for none.
        absent: Why a deployment may have no such route, and answers as to any unknown path, without a body.
    """
    parameters = [{"name": f.name, "in": "query", "required": f.required, "schema": _kind(f)} for f in query]
    found: Schema = {"responses": {"200": _json(answer)} if answer else {"302": {"description": "Elsewhere"}}}
    found["security"] = [*session]
    if absent:
        found["responses"]["404"] = {"description": absent}
    if parameters:
        found["parameters"] = parameters
    if body:
        required = [field.name for field in body if field.required]
        schema = {"type": "object", "properties": {field.name: _kind(field) for field in body}}
        content = {"application/json": {"schema": schema | ({"required": required} if required else {})}}
        found["requestBody"] = {"required": bool(required), "content": content}
    return found


def _kind(field: Field) -> Schema:
    return {"type": KINDS[field.kind]}


def _json(schema: Schema) -> Schema:
    return {"description": "Success", "content": {"application/json": {"schema": schema}}}
