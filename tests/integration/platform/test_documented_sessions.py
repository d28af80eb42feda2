"""What the OpenAPI document says about sessions is so: it is what a generated client goes by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.openapi import DOCUMENT
from shared.auth.requests.openapi import SESSION_NEEDED
from tests.fixtures.loopback import client_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.local.platform import Platform

ID = "019ac000-0000-7000-8000-000000000000"
DOCUMENTED: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
OPERATIONS = [
    pytest.param(method, path, operation, id=operation["operationId"])
    for path, found in DOCUMENTED["paths"].items()
    for method, operation in found.items()
]
NOBODY = {"not_signed_in", "UNAUTHORIZED", "FAILED_TO_GET_USER_INFO"}
"""What somebody without a session is told; Better Auth's deletion link says it in its own way."""

SENSIBLE = {"newEmail": "new@example.com", "callbackURL": "/"}
GUESTS = {"messages_feedback"}
"""They may answer with or without a session, and tell a guest without a token of the answer to sign in."""

OWNERS = {"owner_questions", "owner_usage", "owner_passages"}
"""They are not there for anybody but the site's owner, who is not told to sign in either."""


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_a_guest_is_told_to_sign_in_exactly_where_the_document_says_so(
    platform: Platform, method: str, path: str, operation: dict[str, Any]
) -> None:
    with client_of(platform.url("http")) as guest:
        body = least(operation) if "requestBody" in operation else None
        query = filled(each["name"] for each in operation.get("parameters", []) if each["in"] == "query")
        answer = guest.request(method, path.replace("{id}", ID), params=query, json=body)

    told = bool(answer.is_client_error and answer.content) and answer.json().get("code") in NOBODY
    if operation["operationId"] in OWNERS:
        assert answer.status_code == 404, answer.text
    elif operation["operationId"] not in GUESTS:
        assert told == (operation["security"] == SESSION_NEEDED), answer.text


def least(operation: dict[str, Any]) -> dict[str, Any]:
    """A body with all that must be there."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    if "$ref" in schema:
        schema = DOCUMENTED["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return filled(schema.get("required", []))


def filled(names: Iterable[str]) -> dict[str, str]:
    return {name: SENSIBLE.get(name, "x") for name in names}
