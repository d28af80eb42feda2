"""Our requests are those that the npm driver makes, and what we make of an answer is what it makes of it."""

from __future__ import annotations

import json
import re
from datetime import date
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, cast
from uuid import UUID

import pytest

from shared.db import USUAL, Json, Statement, Transaction
from shared.db.http import endpoint, login_headers, request_body, transaction_headers
from shared.db.values import row_decoder
from shared.errors import Fault, StatementFailed
from shared.settings.database import DatabaseSettings
from tests.contract.javascript import as_javascript
from tests.contract.neon_driver import CONNECTION_STRING, PROJECT, run_driver

if TYPE_CHECKING:
    from shared.db.batch import Param

VECTORS = Path(__file__).with_name("neon_vectors.json")
CASES = Path(__file__).with_name("neon_cases.json")
RECORDED = PROJECT.parent / "shared" / "vectors" / "neon_driver_requests.json"

OURS: dict[str, list[tuple[Param, ...]]] = {
    "no parameters": [()],
    "null": [(None,)],
    "booleans": [(True, False)],
    "integers": [(-42, 2**63 - 1)],
    "floats": [(0.1, 1e300, -1.5e-10)],
    "no numbers": [(nan, inf, -inf)],
    "texts": [("", '"\\ \u0001\t\u2028 é 😀')],
    "bytes": [(b"\x00\xff\x10",)],
    "json": [(Json({"a": [1, None, 'x"y'], "b": {}}),)],
    "json list": [(Json([]),)],
    "text array": [(['a"b', "c\\d", "", "NULL", None, "{}", " ,"],)],
    "nested array": [([[1, None], [3, 4]],)],
    "array of bytes": [([b"\x00\xff", b""],)],
    "array of json": [([Json({"a": 'x"y\\z'})],)],
    "empty array": [([],)],
    "date": [(date(2024, 2, 29),)],
    "batch": [("u1",), ()],
    "batch of one": [(1,)],
    "batch in order": [()],
    "batch of one view": [(), ()],
    "batch that says the usual": [(), ()],
}
"""What a Python caller passes for the cases of neon_cases.json."""

TRANSACTIONS = {
    "batch in order": Transaction("serializable", read_only=True, deferrable=True),
    "batch of one view": Transaction("repeatable read"),
    "batch that says the usual": Transaction("read committed"),
}
"""The kind of transaction, where it is not the usual one."""

RECORDED_OURS: dict[str, list[tuple[Param, ...]]] = {
    "single_no_params_query": [()],
    "param_null": [(None,)],
    "param_bool_true": [(True,)],
    "param_int": [(42,)],
    "param_float": [(3.14159,)],
    "param_nan": [(nan,)],
    "param_bigint": [(9007199254740993,)],
    "param_string": [('O\'Reilly "x" \\ \n\t é 😀',)],
    "param_uuid": [(UUID("018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a"),)],
    "param_json_object": [(Json({"a": 1, "b": [True, None, 'x"y']}),)],
    "param_json_array_stringified": [(Json([1, {"a": "b"}]),)],
    "param_json_array_raw": [([1, Json({"a": "b"})],)],
    "param_json_scalar_string": [(Json("hi"),)],
    "param_array_text": [(['a"b', "c\\d", "e,f", "{g}", "", "NULL", None, " h "],)],
    "param_array_nested": [([[1, 2], [3, 4]],)],
    "param_array_jsonb": [([Json({"a": 1}), Json({"b": 'x"y\\z'})],)],
    "param_bytea_buffer_template": [(b"\x00\x01\xfe\xff",)],
    "param_bytea_uint8_template": [(bytearray(b"\x00\x01\xfe\xff"),)],
    "param_bytea_buffer_query": [(memoryview(b"\x00\x01\xfe\xff"),)],
    "param_bytea_empty": [(b"",)],
    "param_many": [tuple(range(1, 13))],
    "param_untyped_text": [(42,)],
    "param_untyped_infer": [(41,)],
    "composed_templates": [(1, 2)],
    "unsafe_identifier": [()],
    "array_mode": [(1, "x")],
    "full_results": [(1, "x")],
    "no_columns": [()],
    "empty_query": [()],
    "insert_returning": [(1, "n", Json({"k": 1}))],
    "update_rowcount": [("m", 1)],
    "types_scalar": [()],
    "types_datetime": [()],
    "types_array": [()],
    "batch_function_form": [(), (2,)],
    "conn_pooler_host": [()],
    "conn_postgres_scheme": [()],
    "conn_channel_binding": [()],
}
"""The same for the recorded ones that a Python caller can make; the others are options of the driver that we lack."""

TOLD_ELSEWHERE = {"param_many", "types_datetime_tz_new_york", "param_date_tz_new_york"}
"""Many columns of one name, and dates in a zone of JavaScript's own."""

NOT_IN_PYTHON = {
    600: "a point",
    869: "an address",
    1266: "a time with a zone",
    16390: "an array of an enumeration",
    16391: "an enumeration",
}


def vectors() -> dict[str, dict[str, Any]]:
    return {vector["id"]: vector for vector in json.loads(VECTORS.read_text("utf-8"))}


@pytest.fixture(scope="module")
def recorded() -> dict[str, dict[str, Any]]:
    if not RECORDED.exists():
        pytest.skip("the recorded requests are not part of the project")
    text = RECORDED.read_text("utf-8").replace('"$buffer_hex"', '"$bytes"')
    return {case["id"]: case for case in json.loads(text)["cases"]}


def statements(body: str, parameters: list[tuple[Param, ...]]) -> tuple[Statement, ...]:
    """Our statements with the texts of the driver's body."""
    content = json.loads(body)
    texts = [query["query"] for query in content.get("queries", [content])]
    return tuple(Statement(cast("LiteralString", text), params) for text, params in zip(texts, parameters, strict=True))


def told(sent: dict[str, str]) -> dict[str, str]:
    """The driver's headers without its own name in the connection string, and without what a "false" does not say."""
    said = {name: text for name, text in sent.items() if text != "false"}
    name = "Neon-Connection-String"
    return said | {name: re.sub(r"[?&]application_name=[^&]*$", "", sent[name])}


@pytest.mark.parametrize("case", [case for case in OURS if case != "batch of one"])
def test_a_request_is_the_drivers_byte_for_byte(case: str) -> None:
    [sent] = vectors()[case]["requests"]

    transaction = TRANSACTIONS.get(case, USUAL)

    assert request_body(statements(sent["body"], OURS[case]), transaction) == sent["body"].encode()
    assert login_headers(CONNECTION_STRING) | transaction_headers(transaction) == told(sent["headers"])
    assert endpoint(DatabaseSettings(url=CONNECTION_STRING)) == sent["url"]


def test_a_batch_of_one_goes_as_a_single_query_and_so_saves_the_proxy_two_round_trips() -> None:
    [sent] = vectors()["batch of one"]["requests"]
    [query] = json.loads(sent["body"])["queries"]

    assert json.loads(request_body(statements(sent["body"], OURS["batch of one"]))) == query


def test_the_vectors_are_what_the_driver_sends_today() -> None:
    outcomes = run_driver(json.loads(CASES.read_text("utf-8")))

    assert {case: outcome["requests"] for case, outcome in outcomes.items()} == {
        case: vector["requests"] for case, vector in vectors().items()
    }


def test_every_recorded_request_that_python_can_make_is_the_drivers(recorded: dict[str, dict[str, Any]]) -> None:
    different = [
        case
        for case, parameters in RECORDED_OURS.items()
        if request_body(statements(recorded[case]["client"]["body"], parameters)).decode()
        != recorded[case]["client"]["body"]
        or login_headers(recorded[case]["connection_string"]) != told(recorded[case]["client"]["headers"])
        or endpoint(DatabaseSettings(url=recorded[case]["connection_string"])) != recorded[case]["client"]["url"]
    ]

    assert different == []


def test_text_that_the_server_would_refuse_is_never_sent(recorded: dict[str, dict[str, Any]]) -> None:
    for case, text in (("param_string_nul", "a\0b"), ("param_string_lone_surrogate", "a\ud800b")):
        with pytest.raises(StatementFailed):
            request_body(statements(recorded[case]["client"]["body"], [(text,)]))


def test_every_recorded_answer_means_to_us_what_it_means_to_the_driver(recorded: dict[str, dict[str, Any]]) -> None:
    cells = [cell for case, vector in recorded.items() if case not in TOLD_ELSEWHERE for cell in first_row(vector)]

    different = [
        f"{field['name']}: {ours_as_javascript(field, text)!r} is not {expected!r}"
        for field, text, expected in cells
        if ours_as_javascript(field, text) != expected and not is_better(field, text, expected)
    ]

    assert different == []
    assert len(cells) > 70


def first_row(vector: dict[str, Any]) -> list[tuple[dict[str, Any], str | None, Any]]:
    """Field, text on the wire and the driver's value, for the first row of a query's answer, where there is one."""
    answer: dict[str, Any] = vector["wire"][-1]["response"]["body"] if vector["wire"] else {}
    result: Any = vector.get("js_result")
    rows = cast("list[Any]", (result or []) if isinstance(result, list | None) else result["rows"])
    if not (answer.get("rows") and isinstance(rows[0], dict)):
        return []
    values = cast("dict[str, Any]", rows[0])
    return [
        (field, text, values[field["name"]]) for field, text in zip(answer["fields"], answer["rows"][0], strict=True)
    ]


def ours_as_javascript(field: dict[str, Any], text: str | None) -> object:
    try:
        value = row_decoder([(field["name"], field["dataTypeID"])])([text])[0]
    except Fault:
        return "loud"
    return as_javascript(value)


def is_better(field: dict[str, Any], text: str | None, expected: object) -> bool:
    """Where Python has a better type, or none, and the difference is wanted."""
    ours = ours_as_javascript(field, text)
    if ours == "loud":
        return field["dataTypeID"] in NOT_IN_PYTHON or (text or "").endswith(("infinity", " BC"))
    if field["dataTypeID"] in {20, 1016, 1700, 1231}:  # 64-bit integers and decimals: the driver keeps texts
        return json.dumps(ours).replace('"', "") == json.dumps(expected).replace('"', "")
    return field["dataTypeID"] in {1083, 1186}  # times and intervals: the driver keeps a text, or makes an object
