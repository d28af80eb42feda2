"""Python values to and from the texts that Postgres reads and writes: one coder and one decoder for both transports.

Parameters travel as text without a type, so the cast in the SQL (`$1::uuid`) decides what they are. Results travel as
text and are decoded by the type's OID. What has no exact Python value is an error, never a near miss: a type without
a decoder, infinite dates, years beyond Python's, intervals with months.

| Postgres | Python |
|---|---|
| bool | bool |
| smallint, integer, bigint, oid | int |
| real, double precision | float (NaN and infinities too) |
| numeric | Decimal |
| text, varchar, char, name | str |
| bytea | bytes |
| uuid | UUID |
| json, jsonb | what `json.loads` makes of it; JSON's null and SQL's are both None |
| timestamptz | datetime in UTC |
| timestamp | datetime without a zone |
| date, time | date, time |
| interval without months | timedelta |
| an array of any of these | list, nested as the array is; its lower bounds are dropped |
| void | None |
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.db.batch import Json
from shared.errors import Fault, StatementFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from shared.db.batch import Param, Statement

CHARACTER_NOT_IN_REPERTOIRE = "22021"
"""What Postgres itself answers to a text that its encoding cannot hold."""

MOST_PARAMETERS = 65_535
TOO_MANY_ARGUMENTS = "54023"


def parameters(statement: Statement) -> list[str | None]:
    """The statement's parameters as Postgres reads them.

    Raises:
        StatementFailed: A text holds U+0000 or half of a surrogate pair; Postgres can store neither. Or there are
            more parameters than its protocol can count.
        TypeError: A value of a type that has no text; a defect of the caller.
        ValueError: A value that has none, such as a NaN in JSON; a defect of the caller.
    """
    if len(statement.params) > MOST_PARAMETERS:
        raise StatementFailed(TOO_MANY_ARGUMENTS)
    return [_checked(encode(value)) for value in statement.params]


def encode(value: Param) -> str | None:
    """One value as text. Enumerations of strings and integers go by their value."""
    return None if value is None else _writer(type(value))(value)


@cache
def _writer(kind: type) -> Callable[[Any], str]:
    for kinds, write in _WRITERS:
        if issubclass(kind, kinds):
            return write
    raise TypeError(f"{kind.__name__} is not a parameter; objects and lists meant as JSON are wrapped in Json")


def _checked(text: str | None) -> str | None:
    if text is not None and ("\0" in text or not (text.isascii() or _is_unicode(text))):
        raise StatementFailed(CHARACTER_NOT_IN_REPERTOIRE) from ValueError("a text holds U+0000 or a lone surrogate")
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _write_float(value: float) -> str:
    if math.isfinite(value):
        return float.__repr__(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _write_time(value: time) -> str:
    if value.tzinfo is not None:
        raise ValueError("Postgres would drop the zone of a time silently; send a datetime")
    return value.isoformat()


def _write_timedelta(value: timedelta) -> str:
    """Signs are written out: with IntervalStyle `sql_standard` a single leading minus would count for all of it."""
    return f"{value.days:+d} days {value.seconds:+d} seconds {value.microseconds:+d} microseconds"


def _write_json(value: Json) -> str:
    return json.dumps(value.value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _write_array(values: Sequence[Param]) -> str:
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: Param) -> str:
    if isinstance(value, _LISTS):
        return _write_array(value)
    text = encode(value)
    if text is None:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return escaped if isinstance(value, _BYTES) else f'"{escaped}"'


_LISTS = (list, tuple)
_BYTES = (bytes, bytearray, memoryview)

_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (str, str.__str__),
    (bool, lambda value: "true" if value else "false"),
    (int, int.__repr__),
    (float, _write_float),
    ((UUID, Decimal), str),
    (_BYTES, lambda value: f"\\x{value.hex()}"),
    ((datetime, date), lambda value: value.isoformat()),
    (time, _write_time),
    (timedelta, _write_timedelta),
    (Json, _write_json),
    (_LISTS, _write_array),
)
"""In this order: a bool is also an int."""


_UNREADABLE = (ValueError, ArithmeticError, KeyError)


def row_decoder(columns: Iterable[tuple[str, int]]) -> Callable[[Sequence[str | None]], tuple[Any, ...]]:
    """What turns one row of texts into a tuple of values.

    Args:
        columns: Name and type OID of each.

    Raises:
        Fault: A column has a type without a decoder; or, when a row is decoded, a value that Python cannot hold.
            The cause names the column, not the value.
    """
    named = [(name, _reader(name, oid)) for name, oid in columns]
    readers = [reader for _, reader in named]

    def decode(row: Sequence[str | None]) -> tuple[Any, ...]:
        try:
            read = [None if text is None else reader(text) for reader, text in zip(readers, row, strict=True)]
        except _UNREADABLE:  # once more, to say of which column
            read = [
                None if text is None else _read(name, reader, text)
                for (name, reader), text in zip(named, row, strict=True)
            ]
        return tuple(read)

    return decode


def _reader(name: str, oid: int) -> Callable[[str], Any]:
    reader = _READERS.get(oid)
    if reader is None:
        raise Fault from TypeError(
            f'column "{name}" has the type with OID {oid}, which has no decoder: cast it to text'
        )
    return reader


def _read(name: str, reader: Callable[[str], Any], text: str) -> Any:  # noqa: ANN401 (the column's type decides)
    try:
        return reader(text)
    except _UNREADABLE:
        # "from None" inside: the original error would show the value
        raise Fault from ValueError(f'column "{name}" holds a value that Python cannot').with_traceback(None)


def _read_bytea(text: str) -> bytes:
    if not text.startswith("\\x"):
        raise ValueError("bytea_output is not hex")
    return bytes.fromhex(text[2:])


def _read_timestamptz(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo is UTC else read.astimezone(UTC)


def _read_time(text: str) -> time:
    if text.startswith("24"):  # later Pythons read it as midnight, which is another time
        raise ValueError("24:00 is no time in Python")
    return time.fromisoformat(text)


_INTERVAL = re.compile(r"(?:([+-]?\d+) days?)? ?(?:([+-])?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?")


def _read_interval(text: str) -> timedelta:
    found = _INTERVAL.fullmatch(text)
    if not text or found is None:
        raise ValueError("an interval with months, or in another IntervalStyle")
    days, sign, hours, minutes, seconds, fraction = found.groups(default="0")
    clock = timedelta(
        hours=int(hours), minutes=int(minutes), seconds=int(seconds), microseconds=int(fraction.ljust(6, "0"))
    )
    return timedelta(days=int(days)) + (-clock if sign == "-" else clock)


_ARRAY_TOKEN = re.compile(r'[{}]|"((?:[^"\\]|\\.)*)"|([^{},"]+)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _array_of(reader: Callable[[str], Any]) -> Callable[[str], list[Any]]:
    def read(text: str) -> list[Any]:
        _, _, literal = text.rpartition("]=") if text.startswith("[") else ("", "", text)
        tokens = _ARRAY_TOKEN.finditer(literal)
        next(tokens)
        return _read_elements(tokens, reader)

    return read


def _read_elements(tokens: Iterator[re.Match[str]], reader: Callable[[str], Any]) -> list[Any]:
    """The elements up to the closing brace; what is quoted is never NULL."""
    elements: list[Any] = []
    for token in tokens:
        quoted, bare = token.groups()
        if quoted is not None:
            elements.append(reader(_ESCAPED.sub(r"\1", quoted)))
        elif bare is not None:
            elements.append(None if bare == "NULL" else reader(bare))
        elif token[0] == "{":
            elements.append(_read_elements(tokens, reader))
        else:
            break
    return elements


_BY_TYPE: tuple[tuple[Callable[[str], Any], dict[int, int]], ...] = (
    ({"t": True, "f": False}.__getitem__, {16: 1000}),
    (int, {21: 1005, 23: 1007, 20: 1016, 26: 1028}),
    (float, {700: 1021, 701: 1022}),
    (Decimal, {1700: 1231}),
    (str, {25: 1009, 1043: 1015, 1042: 1014, 19: 1003, 18: 1002, 705: 0}),
    (_read_bytea, {17: 1001}),
    (UUID, {2950: 2951}),
    (json.loads, {114: 199, 3802: 3807}),
    (_read_timestamptz, {1184: 1185}),
    (datetime.fromisoformat, {1114: 1115}),
    (date.fromisoformat, {1082: 1182}),
    (_read_time, {1083: 1183}),
    (_read_interval, {1186: 1187}),
    (lambda _: None, {2278: 0}),
)
"""How a type is read: its OID and that of its array (PostgreSQL's pg_type.dat; built-in OIDs never change)."""

_READERS: dict[int, Callable[[str], Any]] = {
    oid: reader
    for scalar, oids in _BY_TYPE
    for element, array in oids.items()
    for oid, reader in ((element, scalar), (array, _array_of(scalar)))
    if oid
}
