"""What a request says and what an answer looks like: headers and JSON, no I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeGuard
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = dict[str, Any]

ISOLATION_LEVELS: Final = {
    "ReadUncommitted": "READ UNCOMMITTED",
    "ReadCommitted": "READ COMMITTED",
    "RepeatableRead": "REPEATABLE READ",
    "Serializable": "SERIALIZABLE",
}
DIAGNOSTICS: Final = (
    "detail", "hint", "position", "internalPosition", "internalQuery", "where", "table", "column", "schema",
    "dataType", "constraint", "file", "line", "routine",
)  # fmt: skip
SMALLEST_INTEGER: Final = -(2**63)
INTEGERS_END: Final = 2**64


class Refused(Exception):
    """An answer that is an error.

    Args:
        status: Of the HTTP answer.
        message: What is the matter.
        diagnostics: Further fields, where Postgres gave some; numbers are strings there.
    """

    def __init__(self, status: int, message: str, diagnostics: Mapping[str, str | None] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.diagnostics = diagnostics or {}

    def body(self) -> JSON:
        """The same shape always; without an error of Postgres, `code` and `severity` are empty strings."""
        known = dict(self.diagnostics)
        first = {"message": self.message, "code": known.pop("code", ""), "severity": known.pop("severity", "")}
        return first | {name: known.get(name) for name in DIAGNOSTICS}


@dataclass(frozen=True, slots=True)
class Login:
    """What the connection string says; connections are shared by those who say the same."""

    endpoint: str
    user: str
    password: str
    database: str


@dataclass(frozen=True, slots=True)
class Query:
    """One statement; its parameters as text."""

    sql: str
    params: tuple[str | None, ...]
    rows_as_arrays: bool


@dataclass(frozen=True, slots=True)
class Transaction:
    """How a batch is run."""

    isolation: str | None
    read_only: bool
    deferrable: bool

    @property
    def begin(self) -> str:
        """The statement that starts it."""
        modes = [
            *([f"ISOLATION LEVEL {ISOLATION_LEVELS[self.isolation]}"] if self.isolation else []),
            *(["READ ONLY"] if self.read_only else []),
            *(["DEFERRABLE"] if self.deferrable else []),
        ]
        return f"START TRANSACTION {', '.join(modes)}".strip()

    @property
    def echo(self) -> dict[str, str]:
        """The headers that the answer repeats."""
        return {
            **({"neon-batch-read-only": "true"} if self.read_only else {}),
            **({"neon-batch-deferrable": "true"} if self.deferrable else {}),
            **({"neon-batch-isolation-level": self.isolation} if self.isolation else {}),
        }


@dataclass(frozen=True, slots=True)
class Call:
    """A request, understood.

    Attributes:
        transaction: None for a single query.
    """

    login: Login
    queries: tuple[Query, ...]
    transaction: Transaction | None


def read_call(headers: Mapping[str, str], body: bytes, max_bytes: int) -> Call:
    """Understand a request.

    Raises:
        Refused: As Neon's proxy would, in the same order.
    """
    login = read_login(headers)
    transaction = read_transaction(headers)
    if len(body) > max_bytes:
        raise Refused(413, f"request is too large (max is {max_bytes} bytes)")
    content = read_body(body)
    if headers.get("neon-raw-text-output") != "true":
        raise Refused(400, "this stand-in gives raw text only: send Neon-Raw-Text-Output: true")
    as_arrays = headers.get("neon-array-mode") == "true"
    if _is_query(content):
        return Call(login, (_query(content, rows_as_arrays=as_arrays),), None)
    if _is_batch(content):
        queries = tuple(_query(query, rows_as_arrays=as_arrays) for query in content["queries"])
        return Call(login, queries, transaction)
    complaint = "data did not match any variant of untagged enum Payload"
    raise Refused(400, f"could not parse the HTTP request body: {complaint}")


def read_login(headers: Mapping[str, str]) -> Login:
    """Understand `Neon-Connection-String`; its parameters are ignored, as Neon ignores them."""
    text = headers.get("neon-connection-string")
    if text is None:
        raise Refused(400, "invalid header: neon-connection-string")
    parts = urlsplit(text)
    complaint = (
        ("incorrect scheme" if parts.scheme not in {"postgres", "postgresql"} else "")
        or ("missing username" if not parts.username else "")
        or ("missing authentication credentials: required password" if parts.password is None else "")
        or ("missing hostname" if not parts.hostname else "")
    )
    if complaint:
        raise Refused(400, complaint)
    endpoint, _, _ = (parts.hostname or "").partition(".")
    database, _, _ = parts.path.lstrip("/").partition("/")
    return Login(endpoint, unquote(parts.username or ""), unquote(parts.password or ""), unquote(database))


def read_transaction(headers: Mapping[str, str]) -> Transaction:
    """Understand the `Neon-Batch-*` headers; only the exact word `true` is true."""
    isolation = headers.get("neon-batch-isolation-level")
    if isolation is not None and isolation not in ISOLATION_LEVELS:
        raise Refused(400, "invalid isolation level")
    return Transaction(
        isolation,
        read_only=headers.get("neon-batch-read-only") == "true",
        deferrable=headers.get("neon-batch-deferrable") == "true",
    )


def read_body(body: bytes) -> object:
    """Parse JSON as strictly as Rust's serde does, and with its numbers: 64 bits or floating point."""
    try:
        content = json.loads(body, parse_int=_integer, parse_constant=_no_constant)
        json.dumps(content, ensure_ascii=False).encode()  # a lone surrogate cannot be encoded
    except ValueError as error:
        raise Refused(400, f"could not parse the HTTP request body: {error}") from error
    return content


def _integer(digits: str) -> int | float:
    number = int(digits)
    return number if SMALLEST_INTEGER <= number < INTEGERS_END else float(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_object(content: object) -> TypeGuard[JSON]:
    return isinstance(content, dict)


def _is_list(content: object) -> TypeGuard[list[Any]]:
    return isinstance(content, list)


def _is_query(content: object) -> TypeGuard[JSON]:
    return (
        _is_object(content)
        and isinstance(content.get("query"), str)
        and _is_list(content.get("params", []))
        and isinstance(content.get("arrayMode"), bool | None)
    )


def _is_batch(content: object) -> TypeGuard[JSON]:
    if not _is_object(content):
        return False
    queries = content.get("queries")
    return _is_list(queries) and all(_is_query(query) for query in queries)


def _query(content: JSON, *, rows_as_arrays: bool) -> Query:
    as_arrays = content.get("arrayMode")
    params = tuple(parameter_text(value) for value in content.get("params", []))
    return Query(content["query"], params, rows_as_arrays if as_arrays is None else as_arrays)


def parameter_text(value: object) -> str | None:
    """What Postgres gets for a JSON value: texts as they are, lists as array literals, everything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return _array(value) if _is_list(value) else _compact(value)


def _array(value: object) -> str:
    if value is None:
        return "NULL"
    if _is_list(value):
        return "{" + ",".join(_array(each) for each in value) + "}"
    return _compact(_compact(value)) if _is_object(value) else _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
