"""What a Python value becomes on its way to Postgres, and what its texts become on their way back."""

from __future__ import annotations

import traceback
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from math import inf, isnan, nan
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.postgres import types

from shared.db import Json, Statement
from shared.db.values import encode, parameters, row_decoder
from shared.errors import Fault, StatementFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.db.batch import Param


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


class Legacy(str, Enum):  # noqa: UP042 (that older kind of enumeration is what this tests)
    OLD = "old"


def decode(oid: int, text: str | None) -> Any:  # noqa: ANN401 (the OID decides)
    return row_decoder([("column", oid)])([text])[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (False, "false"),
        (42, "42"),
        (10**40, "1" + "0" * 40),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        (-0.0, "-0.0"),
        (nan, "NaN"),
        (inf, "Infinity"),
        (-inf, "-Infinity"),
        (Decimal("1.50"), "1.50"),
        (Decimal("NaN"), "NaN"),
        ('O\'Reilly "x" \\ \n é 😀', 'O\'Reilly "x" \\ \n é 😀'),
        ("", ""),
        (b"\x00\xff", "\\x00ff"),
        (bytearray(b"\x01"), "\\x01"),
        (memoryview(b"\x02"), "\\x02"),
        (b"", "\\x"),
        (UUID("018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a"), "018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a"),
        (datetime(2024, 1, 2, 3, 4, 5, 678000, UTC), "2024-01-02T03:04:05.678000+00:00"),
        (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02T03:04:05"),  # noqa: DTZ001 (a timestamp without a zone)
        (date(2024, 2, 29), "2024-02-29"),
        (time(3, 4, 5, 6), "03:04:05.000006"),
        (timedelta(days=1, hours=2, microseconds=7), "+1 days +7200 seconds +7 microseconds"),
        (timedelta(seconds=-1), "-1 days +86399 seconds +0 microseconds"),
        (Json({"a": [1, None, "é"]}), '{"a":[1,null,"é"]}'),
        (Json([]), "[]"),
        (Json(None), "null"),
        ([], "{}"),
        ([1, None, 3], '{"1",NULL,"3"}'),
        (((1, 2), (3, 4)), '{{"1","2"},{"3","4"}}'),
        (['a"b', "c\\d", "NULL", ""], '{"a\\"b","c\\\\d","NULL",""}'),
        ([b"\x00", b"hi"], "{\\\\x00,\\\\x6869}"),
        ([Json({"a": 1})], '{"{\\"a\\":1}"}'),
        (Colour.RED, "red"),
        (Legacy.OLD, "old"),
        (Size.BIG, "3"),
    ],
)
def test_a_value_becomes_the_text_that_postgres_reads(value: Param, text: str | None) -> None:
    assert encode(value) == text


@pytest.mark.parametrize("value", [{"a": 1}, {1, 2}, object(), 1j, range(3), time(1, tzinfo=UTC), Json(nan)])
def test_a_value_without_an_exact_text_is_a_defect_of_the_caller(value: Param) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode(value)


def in_a_list(text: str) -> Param:
    return [text]


def as_a_key(text: str) -> Param:
    return Json({text: 1})


@pytest.mark.parametrize(
    ("text", "wrap"),
    [
        *((text, wrap) for text in ("a\0b", "\ud800", "a\udfffb") for wrap in (str, in_a_list)),
        *((text, wrap) for text in ("\ud800", "a\udfffb") for wrap in (Json, as_a_key)),  # JSON escapes U+0000 itself
    ],
)
def test_a_text_that_postgres_cannot_hold_is_refused_as_postgres_would(text: str, wrap: Callable[[str], Param]) -> None:
    with pytest.raises(StatementFailed) as caught:
        parameters(Statement("select $1::text", (wrap(text),)))

    assert caught.value.sqlstate == "22021"


@pytest.mark.parametrize(
    ("oid", "text", "value"),
    [
        (16, "t", True),
        (16, "f", False),
        (20, "-9223372036854775808", -(2**63)),
        (21, "7", 7),
        (26, "4294967295", 2**32 - 1),
        (701, "1e+21", 1e21),
        (701, "-Infinity", -inf),
        (1700, "1.50", Decimal("1.50")),
        (25, "x", "x"),
        (1042, "c  ", "c  "),
        (17, "\\x00ff", b"\x00\xff"),
        (17, "\\x", b""),
        (2950, "018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a", UUID("018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a")),
        (114, '{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        (3802, "null", None),
        (1184, "2024-01-02 03:04:05.678+00", datetime(2024, 1, 2, 3, 4, 5, 678000, UTC)),
        (1184, "2024-01-02 03:04:05+05:30", datetime(2024, 1, 1, 21, 34, 5, tzinfo=UTC)),
        (1184, "1850-01-01 00:00:00+00:19:32", datetime(1849, 12, 31, 23, 40, 28, tzinfo=UTC)),
        (1114, "2024-01-02 03:04:05.1", datetime(2024, 1, 2, 3, 4, 5, 100000)),  # noqa: DTZ001 (it has no zone)
        (1082, "0044-03-15", date(44, 3, 15)),
        (1083, "23:59:59.999999", time(23, 59, 59, 999999)),
        (1186, "1 day 12:00:00", timedelta(days=1, hours=12)),
        (1186, "-1 days +23:59:59", timedelta(seconds=-1)),
        (1186, "-00:00:00.000001", timedelta(microseconds=-1)),
        (1186, "00:00:00", timedelta()),
        (1186, "3 days", timedelta(days=3)),
        (1186, "100:00:00.5", timedelta(hours=100, milliseconds=500)),
        (2278, "", None),
        (25, None, None),
        (705, "of no type yet", "of no type yet"),
    ],
)
def test_a_text_becomes_the_value_of_its_type(oid: int, text: str | None, value: object) -> None:
    decoded = decode(oid, text)

    assert decoded == value
    assert type(decoded) is type(value)


def test_not_a_number_is_a_number() -> None:
    assert isnan(decode(701, "NaN"))
    assert decode(1700, "NaN").is_nan()


def test_a_time_stamp_is_in_utc_whatever_zone_the_server_writes() -> None:
    assert decode(1184, "2024-01-02 03:04:05-08").tzinfo is UTC


@pytest.mark.parametrize(
    ("oid", "text", "value"),
    [
        (1007, "{}", []),
        (1007, "{1,NULL,3}", [1, None, 3]),
        (1016, "{{1,2},{3,4}}", [[1, 2], [3, 4]]),
        (1007, "[0:1]={1,2}", [1, 2]),
        (1007, "[0:0][-3:-2]={{1,2}}", [[1, 2]]),
        (1009, '{"a b",c,"d\\"e",NULL,"NULL",""," f ","g,{h}","i\\\\j","k\nl"}',
         ["a b", "c", 'd"e', None, "NULL", "", " f ", "g,{h}", "i\\j", "k\nl"]),
        (1009, '{"[0:1]={1}"}', ["[0:1]={1}"]),
        (1000, "{t,f}", [True, False]),
        (1231, "{1.5,NaN}", "Decimal"),
        (1001, '{"\\\\x00ff"}', [b"\x00\xff"]),
        (3807, '{"{\\"a\\": \\"x\\\\\\"y\\"}",null}', [{"a": 'x"y'}, None]),
        (1185, '{"2024-01-02 03:04:05+00"}', [datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)]),
        (1182, "{2024-01-02}", [date(2024, 1, 2)]),
        (1187, '{"1 day 01:00:00",00:00:01}', [timedelta(days=1, hours=1), timedelta(seconds=1)]),
        (2951, "{018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a}", [UUID("018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a")]),
    ],
)  # fmt: skip
def test_an_array_becomes_a_list_of_its_elements(oid: int, text: str, value: object) -> None:
    decoded = decode(oid, text)

    if value == "Decimal":
        assert [str(each) for each in decoded] == ["1.5", "NaN"]
    else:
        assert decoded == value


@pytest.mark.parametrize(
    ("oid", "text"),
    [
        (1184, "infinity"),
        (1184, "-infinity"),
        (1184, "10000-01-01 00:00:00+00"),
        (1184, "0001-01-01 00:00:00+01"),
        (1114, "0044-03-15 00:00:00 BC"),
        (1082, "0044-03-15 BC"),
        (1082, "infinity"),
        (1083, "24:00:00"),
        (1186, "1 mon"),
        (1186, "1 year 2 mons 3 days"),
        (1186, "P1D"),
        (1186, "infinity"),
        (1186, ""),
        (1186, "2147483647 days"),
        (17, "\\000"),
        (16, "yes"),
    ],
)
def test_a_value_that_python_cannot_hold_is_named_by_its_column_and_not_shown(oid: int, text: str) -> None:
    with pytest.raises(Fault) as caught:
        decode(oid, text)

    assert 'column "column"' in str(caught.value.__cause__)
    assert not text or text not in "".join(traceback.format_exception(caught.value)).replace(__file__, "")


@pytest.mark.parametrize("oid", [869, 600, 1266, 16999])
def test_a_type_without_a_decoder_is_refused_even_without_rows(oid: int) -> None:
    with pytest.raises(Fault) as caught:
        row_decoder([("id", 25), ("place", oid)])

    assert (
        str(caught.value.__cause__)
        == f'column "place" has the type with OID {oid}, which has no decoder: cast it to text'
    )


Nested: TypeAlias = "list[Nested | str | None]"


def server_array(values: Nested | str | None) -> str:
    """How Postgres writes a text array: quoted only where it must be."""
    if isinstance(values, list):
        return "{" + ",".join(server_array(value) for value in values) + "}"
    if values is None:
        return "NULL"
    if not values or values.upper() == "NULL" or any(sign in values for sign in '{},"\\ \t\n\r\v\f'):
        return '"' + values.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return values


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.recursive(st.lists(st.none() | TEXTS, min_size=1), lambda inner: st.lists(inner, min_size=1), max_leaves=20))
def test_any_array_of_texts_reads_back_whether_we_wrote_it_or_postgres(values: Nested) -> None:
    assert decode(1009, encode(values)) == values
    assert decode(1009, server_array(values)) == values


@given(st.timedeltas())
def test_any_timedelta_survives_the_fields_of_an_interval(value: timedelta) -> None:
    hours, seconds = divmod(value.seconds, 3600)
    text = f"{value.days} days {hours:02}:{seconds // 60:02}:{seconds % 60:02}.{value.microseconds:06}"

    assert decode(1186, text) == value


def test_a_zone_of_any_offset_is_written_so_that_postgres_can_read_it() -> None:
    local_mean_time = timezone(timedelta(minutes=19, seconds=32))

    assert encode(datetime(1850, 1, 1, tzinfo=local_mean_time)) == "1850-01-01T00:00:00+00:19:32"


def test_more_parameters_than_the_protocol_counts_are_a_defect_and_no_outage() -> None:
    with pytest.raises(StatementFailed) as caught:
        parameters(Statement("select 1", (1,) * 65_536))
    assert caught.value.sqlstate == "54023"


REGISTERED = [
    "bool",
    "int2",
    "int4",
    "int8",
    "oid",
    "float4",
    "float8",
    "numeric",
    "text",
    "varchar",
    "bpchar",
    "name",
    "char",
]


def test_a_row_that_is_longer_than_its_head_is_not_read() -> None:
    with pytest.raises(ValueError, match="longer"):
        row_decoder([("a", 23)])(["1", "2"])


@pytest.mark.parametrize("name", REGISTERED)
def test_the_array_of_a_type_is_known_by_the_number_that_postgres_gives_it(name: str) -> None:
    registered = types['"char"' if name == "char" else name]
    assert row_decoder([("a", registered.array_oid)])(["{}"]) == ([],)
    assert row_decoder([("a", registered.oid), ("b", registered.array_oid)])([None, None]) == (None, None)
