from __future__ import annotations

import json
from typing import Any

from infra import openapi
from shared.errors import AppError
from tests.docs.test_errors_table import every

DOCUMENT: dict[str, Any] = json.loads(openapi.DOCUMENT.read_text("utf-8"))  # that of the code, says the first test
OPERATIONS = [(path, method, each) for path, found in DOCUMENT["paths"].items() for method, each in found.items()]
CODES = {each.code for each in every(AppError)}


def test_the_committed_openapi_document_is_that_of_the_code() -> None:
    assert openapi.DOCUMENT.read_text(encoding="utf-8") == openapi.text(), "run: .venv/bin/python -m infra.openapi"


def test_every_operation_has_a_name_of_its_own_that_begins_with_its_tag() -> None:
    names = [each["operationId"] for _, _, each in OPERATIONS]

    assert len({*names}) == len(names)
    assert all(each["operationId"].startswith(f"{each['tags'][0]}_") for _, _, each in OPERATIONS)
    assert {"chat_ask", "search_passages", "conversations_open_one", "auth_sign_in_email"} <= {*names}


def test_no_parameter_stands_twice() -> None:
    for path, method, operation in OPERATIONS:
        named = [(each["in"], each["name"]) for each in operation.get("parameters", [])]
        assert len({*named}) == len(named), (path, method)


def test_every_operation_says_whether_it_needs_a_session_by_schemes_that_are_described() -> None:
    schemes = {*DOCUMENT["components"]["securitySchemes"]}

    assert all({name for each in operation["security"] for name in each} <= schemes for _, _, operation in OPERATIONS)
    assert {*DOCUMENT["servers"][0]} == {"url", "description"}


def test_every_code_of_an_error_is_one_that_a_client_can_know() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert {*schemas["Error"]["properties"]["code"]["enum"]} == CODES
    accounts = {*schemas["AccountError"]["properties"]["code"]["enum"]}
    assert accounts > CODES | {"INVALID_ORIGIN", "INVALID_EMAIL_OR_PASSWORD", "VALIDATION_ERROR", "TOKEN_EXPIRED"}


def test_what_may_be_left_out_of_a_request_is_not_announced_as_always_there() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert not [field for field, kind in schema.get("properties", {}).items() if "default" in kind], name


def test_an_answer_has_what_it_always_has() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    assert "status" in schemas["Alive"]["required"]
    assert {"version", "status", "components"} <= {*schemas["Health"]["required"]}
    assert schemas["Question"]["required"] == ["message"]


def test_what_others_call_a_field_stands_in_no_document() -> None:
    fields = {*DOCUMENT["components"]["schemas"]["Question"]["properties"]}

    assert not fields & {"question", "query", "selected_text", "session_id"}
