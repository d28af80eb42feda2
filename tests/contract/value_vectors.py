"""What the npm driver makes of every type: `python -m tests.contract.value_vectors` writes vectors/values.json anew.

Each vector is an SQL expression, the type's OID and the text of the answer, and the value that the driver made of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.local.postgres import Postgres
from infra.local.server import Server
from infra.local.state import State
from infra.migrate import migrate
from tests.contract.neon_driver import run_driver

VECTORS = Path(__file__).with_name("vectors") / "values.json"

EXPRESSIONS: dict[str, list[str]] = {
    "bool": ["true", "false", "null::bool"],
    "int2": ["32767::int2", "(-32768)::int2"],
    "int4": ["2147483647", "(-2147483648)::int4", "0"],
    "int8": ["9223372036854775807", "(-9223372036854775808)::int8", "0::int8", "9007199254740993"],
    "oid": ["4294967295::oid"],
    "float4": ["0.1::float4", "'NaN'::float4", "'infinity'::float4", "3.4028235e38::float4", "1e-45::float4"],
    "float8": ["0.1::float8", "'NaN'::float8", "'infinity'::float8", "'-infinity'::float8", "5e-324::float8",
               "1.7976931348623157e308::float8", "'-0'::float8"],
    "numeric": ["1.50", "'NaN'::numeric", "'infinity'::numeric", "1e-30::numeric", "12345678901234567890.123456789",
                "(10::numeric ^ 1000)"],
    "text": ["''::text", "E'a\\nb\\t\"c\" \\\\ é 😀'::text", "'NULL'::text", "null::text"],
    "varchar": ["'abc'::varchar(3)"],
    "char": ["'ab'::char(4)"],
    "name": ["'n'::name"],
    "bytea": ["'\\x00ff10'::bytea", "''::bytea"],
    "uuid": ["'018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a'::uuid"],
    "json": ["'null'::json", "'{\"a\": [1, null, \"x\"]}'::json", "'1.0'::json", "'\"\"'::json"],
    "jsonb": ["'null'::jsonb", "'{\"a\": {\"b\": [true]}}'::jsonb", "'[]'::jsonb", "null::jsonb",
              "'12345678901234567890'::jsonb", "'0.1'::jsonb"],
    "timestamptz": ["'2024-01-02 03:04:05.678+00'::timestamptz", "'2024-01-02 03:04:05.678901+00'::timestamptz",
                    "'9999-12-31 23:59:59+00'::timestamptz", "'0044-03-15 12:00:00+00 BC'::timestamptz",
                    "'infinity'::timestamptz", "'-infinity'::timestamptz", "'20000-01-01 12:00:00+00'::timestamptz"],
    "timestamp": ["'2024-01-02 03:04:05'::timestamp", "'2024-01-02 03:04:05.000001'::timestamp",
                  "'0044-03-15 00:00:00 BC'::timestamp", "'infinity'::timestamp"],
    "date": ["'2024-02-29'::date", "'0044-03-15 BC'::date", "'infinity'::date", "'20000-01-01'::date"],
    "time": ["'23:59:59.999999'::time", "'00:00'::time", "'24:00'::time"],
    "timetz": ["'03:04:05+02'::timetz"],
    "interval": ["'1 day 12:00'::interval", "'-1 day 00:00:00.5'::interval", "'0'::interval", "'1 mon'::interval",
                 "'1 year -2 days'::interval"],
    "int4[]": ["array[1, null, 3]", "'{}'::int4[]", "array[[1, 2], [3, 4]]", "'[0:1]={1,2}'::int4[]",
               "'{{{1},{2}}}'::int4[]"],
    "int8[]": ["array[9223372036854775807, null]", "'{}'::int8[]"],
    "numeric[]": ["array[1.50, 'NaN', null]"],
    "float8[]": ["array['NaN', 'infinity', 0.5]::float8[]"],
    "bool[]": ["array[true, null, false]"],
    "text[]": ["array['a\"b', E'c\\\\d', 'e,f', '{g}', '', 'NULL', null, ' h ']", "'{}'::text[]",
               "array[['a'], ['b']]"],
    "bytea[]": ["array['\\x00ff', '']::bytea[]"],
    "uuid[]": ["array['018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a']::uuid[]"],
    "jsonb[]": ["array['{\"a\": \"x\\\"y\"}', 'null', null]::jsonb[]"],
    "date[]": ["array['2024-02-29']::date[]"],
    "timestamptz[]": ["array['2024-01-02 03:04:05.678+00', null]::timestamptz[]"],
    "interval[]": ["array['1 day', '02:00']::interval[]"],
    "point": ["'(1,2)'::point"],
    "inet": ["'10.0.0.1/8'::inet"],
    "int4range": ["'[1,5)'::int4range"],
    "bit": ["b'101'"],
    "money": ["'1.50'::float8::numeric::money"],
}  # fmt: skip


def vectors(url: str, endpoint: str) -> list[dict[str, Any]]:
    """What the driver makes of every expression today."""
    cases = [
        {
            "id": f"{kind} {expression}",
            "js": f"sql.query({json.dumps(f'select {expression} as v')}, [], {{ arrayMode: true, fullResults: true }})",
        }
        for kind, expressions in EXPRESSIONS.items()
        for expression in expressions
    ]
    outcomes = run_driver(cases, url, endpoint)
    return [
        {"type": kind, "sql": expression, **_vector(outcomes[f"{kind} {expression}"])}
        for kind, expressions in EXPRESSIONS.items()
        for expression in expressions
    ]


def _vector(outcome: dict[str, Any]) -> dict[str, Any]:
    [[value]], [answer] = outcome["result"]["rows"], outcome["answers"]
    return {"oid": answer["fields"][0]["dataTypeID"], "text": answer["rows"][0][0], "driver": value}


def main() -> None:
    with State.temporary() as state, Postgres(state) as postgres:
        migrate(postgres.owner_url, postgres.app_url, say=lambda _: None)
        server = Server("neon sql", "infra.local.neon_sql", "--postgres-port", str(postgres.port), state=state)
        server.start()
        server.wait()
        made = vectors(postgres.app_url, f"{server.url}/sql")
        server.stop()
    lines = (f"  {json.dumps(vector, ensure_ascii=False)}" for vector in made)
    VECTORS.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


if __name__ == "__main__":
    main()
