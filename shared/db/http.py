"""Batches over Neon's SQL-over-HTTP: one POST to `/sql` each, on a connection that is kept.

The protocol is that of `@neondatabase/serverless` (tests/contract compares our requests with the ones it makes): all
parameters are sent as text, all values are asked for as text, rows as arrays. Neon's proxy runs a batch as
START TRANSACTION, the statements, COMMIT; it opens, pools and resets the connections to Postgres itself. A suspended
compute is no error there: the proxy wakes it inside the request, so the first answer may take seconds.

Neon counts each request against a rate limit of the endpoint; a busy site takes `pooled`.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeGuard
from urllib.parse import quote, urlsplit

from shared import deadline
from shared.db.attempts import Batch, Failure, persist
from shared.db.batch import USUAL, Database, Rows
from shared.db.sqlstate import AWAY, MAYBE_RUN, NOT_RUN, REFUSED, SLOW, judge_state, judge_status, judge_text
from shared.db.values import parameters, row_decoder
from shared.errors import Misconfigured, StatementFailed
from shared.http_client import AnswerTooLarge, HttpClient, NotFound, Response, TimedOut, Unreachable
from shared.observability import note

if TYPE_CHECKING:
    from shared.db.batch import Statement, Transaction
    from shared.settings.database import DatabaseSettings

MAX_REQUEST_BYTES: Final = 64 * 1024 * 1024
"""Neon's limit for a request, and for an answer (https://neon.com/docs/serverless/serverless-driver)."""

NEON: Final = (".neon.tech", ".neon.build")

LOCAL_PROXY: Final = "db.localtest.me"
"""The name that Neon's documentation gives its proxy for local work (https://neon.com/guides/local-development-with-neon),
and where it listens."""

LOCAL_PORT: Final = 4444
PATH: Final = "/sql"
OK: Final = 200


class HttpDatabase(Database):
    """Runs batches over HTTP. Nothing is connected before the first; threads may share it.

    Args:
        settings: Where Postgres is. Neon reads role, password, host and database from the connection string and
            ignores its other parameters; limits such as `statement_timeout` belong on the role.

    Raises:
        Misconfigured: See `endpoint`.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self._endpoint = urlsplit(endpoint(settings))
        self._client = HttpClient(
            f"{self._endpoint.scheme}://{self._endpoint.netloc}",
            ca_file=settings.ca_file,
            max_answer_bytes=MAX_REQUEST_BYTES,
        )
        self._target = self._endpoint._replace(scheme="", netloc="", fragment="").geturl()
        self._headers = login_headers(settings.url)

    def __repr__(self) -> str:
        return f"HttpDatabase({self._endpoint.netloc})"

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """See `Database.run`."""
        body = request_body(statements, transaction)
        headers = self._headers | transaction_headers(transaction)
        attempt = partial(self._attempt, body, headers, idempotent=idempotent)
        return persist(attempt, Batch("http", len(statements), idempotent, transaction.read_only))

    def close(self) -> None:
        """See `Database.close`."""
        self._client.close()

    def _attempt(self, body: bytes, headers: dict[str, str], *, idempotent: bool) -> list[Rows]:
        try:
            response = self._client.request(
                "POST",
                self._target,
                body,
                headers,
                timeout=deadline.remaining(),
                idempotent=idempotent,
            )
        except Unreachable as error:
            raise _no_answer(error) from error
        if neon := response.headers.get("neon-request-id"):
            note(neon=neon)  # the last one of a request, by which Neon's support finds it
        answer = _parsed(response.body)
        if response.status != OK or not (_is_object(answer) and ("results" in answer or "fields" in answer)):
            raise refused(response, answer)
        return [_rows(result) for result in answer.get("results", [answer])]


def endpoint(settings: DatabaseSettings) -> str:
    """The address of `/sql`: Neon's host with its first label replaced by `api`, unless it is set.

    Raises:
        Misconfigured: It is not set, and the host is not Neon's: the password would go to a host that nobody named.
    """
    if settings.http_endpoint:
        given = urlsplit(settings.http_endpoint)
        return given._replace(path=given.path.rstrip("/") or PATH).geturl()
    host = urlsplit(settings.url).hostname or ""
    if host == LOCAL_PROXY:
        return f"http://{host}:{LOCAL_PORT}{PATH}"
    if not host.endswith(NEON):
        advice = "set DATABASE_TRANSPORT=pooled, or DATABASE_HTTP_ENDPOINT to its /sql"
        raise Misconfigured from ValueError(f"DATABASE_URL names {host}, which is no host of Neon's: {advice}")
    return f"https://{re.sub(r'^[^.]+[.]', 'api.', host)}{PATH}"


def login_headers(url: str) -> dict[str, str]:
    """What every request carries. The connection string holds the password: no log, message or repr shows it."""
    _, _, rest = url.partition(":")
    return {
        "Neon-Connection-String": "postgresql:" + quote(rest, safe="%/:?#[]@!$&'()*+,;="),
        "Neon-Raw-Text-Output": "true",
        "Neon-Array-Mode": "true",
    }


def transaction_headers(transaction: Transaction) -> dict[str, str]:
    """What a batch carries that is another kind of transaction."""
    level = (transaction.isolation or "").title().replace(" ", "")
    return {
        **({"Neon-Batch-Isolation-Level": level} if level else {}),
        **({"Neon-Batch-Read-Only": "true"} if transaction.read_only else {}),
        **({"Neon-Batch-Deferrable": "true"} if transaction.deferrable else {}),
    }


def request_body(statements: tuple[Statement, ...], transaction: Transaction = USUAL) -> bytes:
    """One statement as a query, several as a transaction; each way all or nothing.

    A single query saves the proxy two round trips to the compute, but it is the usual kind of transaction always.

    Raises:
        StatementFailed: It is larger than Neon accepts, or holds text that Postgres cannot (see values.py).
    """
    queries = [{"query": statement.sql, "params": parameters(statement)} for statement in statements]
    content = queries[0] if len(queries) == 1 and transaction == USUAL else {"queries": queries}
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    if len(body) > MAX_REQUEST_BYTES:
        raise StatementFailed(None) from ValueError(f"a batch of {len(body)} bytes; Neon takes {MAX_REQUEST_BYTES}")
    return body


def _rows(result: dict[str, Any]) -> Rows:
    fields = result["fields"]
    decode = row_decoder((field["name"], field["dataTypeID"]) for field in fields)
    return Rows(
        columns=tuple(field["name"] for field in fields),
        values=tuple(decode(row) for row in result["rows"]),
        count=result["rowCount"] or 0,
    )


def _no_answer(error: Unreachable) -> Failure:
    match error:
        case AnswerTooLarge():
            verdict = REFUSED
        case TimedOut() if error.sent:
            verdict = SLOW
        case TimedOut() | NotFound():
            verdict = AWAY  # the time is used up, or the resolver has tried again already
        case _:
            verdict = MAYBE_RUN if error.sent else judge_text(str(error), otherwise=NOT_RUN)
    return Failure(verdict, str(error))


def refused(response: Response, answer: object) -> Failure:
    """What an answer without rows means.

    The proxy sends the same JSON at every status; `code` is empty unless Postgres had a SQLSTATE for it.
    """
    request_id = response.headers.get("neon-request-id")
    if not _is_object(answer) or "message" not in answer:
        return Failure(judge_status(response.status, None), f"HTTP {response.status}", request_id=request_id)
    text, sqlstate = str(answer["message"]), answer.get("code") or None
    verdict = judge_state(sqlstate, answer.get("severity"), text) if sqlstate else judge_status(response.status, text)
    return Failure(verdict, text, sqlstate=sqlstate, constraint=answer.get("constraint"), request_id=request_id)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_object(answer: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(answer, dict)
