"""The closed family of errors that a route may end in, and the one place that knows their status and code.

    AppError
    ├── InvalidRequest          400  invalid_request        (with `field`, where one is to blame)
    │   └── UnknownFields       400  unknown_field          (with all of them as `fields`)
    ├── NotSignedIn             401  not_signed_in
    ├── NotFound                404  not_found
    ├── Conflict                409  conflict
    ├── Gone                    410  gone
    ├── HistoryFull             413  history_full
    ├── TooManyRequests         429  too_many_requests
    ├── Unavailable             503  unavailable            (with Retry-After)
    │   ├── DatabaseUnavailable 503  database_unavailable
    │   ├── RetrievalUnavailable 503 retrieval_unavailable
    │   └── ModelUnavailable    503  model_unavailable
    └── Fault                   500  internal               (ours: the cause is logged, never shown)
        ├── StatementFailed     500  internal               (Postgres refused a statement; carries its SQLSTATE)
        └── Misconfigured       500  misconfigured

The client gets `code`, the fixed sentence of the class (or the one given for a 4xx) and the request id. What really
happened travels in `__cause__` to one log line. A message never holds an exception's text, a URL or a DSN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_SUCH: Final = "there is no such field."


class AppError(Exception):
    """Anything that a route answers with instead of its result."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    sentence: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.sentence)

    cookies: Sequence[str] = ()
    """`Set-Cookie` values that go along."""

    @property
    def message(self) -> str:
        """The sentence for the client."""
        return str(self.args[0])

    @property
    def headers(self) -> dict[str, str]:
        """Headers that belong to this answer."""
        return {}

    @property
    def details(self) -> dict[str, object]:
        """What the body says besides the message, the code and the request id."""
        return {}


class InvalidRequest(AppError):
    """The request cannot be understood; sending it again will not help.

    Args:
        says: What is wrong, never the value; with a field the message begins with its name.
        field: Where in the body, the query or the path: `turns.0.role`.
    """

    status, code, sentence = 400, "invalid_request", "The request is not valid."

    def __init__(self, says: str | None = None, field: str | None = None) -> None:
        super().__init__(f"{field}: {says}" if field else says)
        self.field = field

    @property
    def details(self) -> dict[str, object]:
        """The field that is to blame."""
        return {"field": self.field} if self.field else {}


class UnknownFields(InvalidRequest):
    """Fields came that this version does not know; without them it may be able to answer.

    Args:
        fields: All of them, the first of which the message is about.
        nearest: The known field that the first was probably meant to be.
    """

    code, sentence = "unknown_field", "There is no such field."

    def __init__(self, fields: Sequence[str], nearest: str | None = None) -> None:
        super().__init__(f"{NO_SUCH} Did you mean `{nearest}`?" if nearest else NO_SUCH, fields[0])
        self.fields = fields

    @property
    def details(self) -> dict[str, object]:
        """The first field and all of them, so that a client can ask again without them."""
        return super().details | {"fields": [*self.fields]}


class NotSignedIn(AppError):
    """There is no session, or it has ended. Never raised because a session could not be checked.

    Args:
        cookies: `Set-Cookie` values that go along.
    """

    status, code, sentence = 401, "not_signed_in", "Sign in to do this."

    def __init__(self, cookies: Sequence[str] = ()) -> None:
        super().__init__()
        self.cookies = cookies


class NotThroughHost(AppError):
    """The request came past the site's host, which alone may hand it over."""

    status, code, sentence = 403, "not_through_host", "Please use the address of the site."


class NotFound(AppError):
    """There is no such thing, or it belongs to somebody else."""

    status, code, sentence = 404, "not_found", "There is nothing here."


class Conflict(AppError):
    """The same id was used for something else before."""

    status, code, sentence = 409, "conflict", "This id was already used for something else."


class Gone(AppError):
    """It was deleted and stays deleted."""

    status, code, sentence = 410, "gone", "This was deleted."


class HistoryFull(AppError):
    """The user stores as much as one account may (specs/limits.md)."""

    status, code = 413, "history_full"
    sentence = "Your history is full. Delete conversations to make room."


class TooManyRequests(AppError):
    """The caller is over a limit.

    Args:
        retry_after: Seconds after which the limit lets the caller in again.
        of: Whose limit: an address's, or a reader's.
    """

    status, code, sentence = 429, "too_many_requests", "Too many requests. Please try again later."

    def __init__(self, retry_after: int = 10, of: str = "address") -> None:
        super().__init__()
        self.retry_after = retry_after
        self.of = of

    @property
    def headers(self) -> dict[str, str]:
        """RFC 9110 section 10.2.3."""
        return {"Retry-After": str(self.retry_after)}


class Unavailable(AppError):
    """Something we depend on is away for now; the same request will work later."""

    status, code, sentence = 503, "unavailable", "The service is not available right now. Please try again."
    retry_after: ClassVar[int] = 5
    component: ClassVar[str] = "something"
    """What is away, as the log and the alarms call it."""

    @property
    def headers(self) -> dict[str, str]:
        """RFC 9110 section 10.2.3: seconds until it is worth trying again."""
        return {"Retry-After": str(self.retry_after)}


class DatabaseUnavailable(Unavailable):
    """Postgres could not be reached, or did not answer in the time this request has."""

    code = "database_unavailable"
    component = "database"
    sentence = "Accounts and history are not available right now. Please try again."


class RetrievalUnavailable(Unavailable):
    """The passages could not be searched."""

    code = "retrieval_unavailable"
    component = "retrieval"
    sentence = "The documentation cannot be searched right now. Please try again."


class ModelUnavailable(Unavailable):
    """The model that writes answers gave none, or broke off; no route ends in it, since the quoted answer stands."""

    code = "model_unavailable"
    component = "model"
    sentence = "Answers cannot be written right now. Please try again."


class Fault(AppError):
    """A defect of ours or of our set-up."""


class StatementFailed(Fault):
    """Postgres refused a statement, and trying again will not help.

    Args:
        sqlstate: The five characters of PostgreSQL's Appendix A, or None when Postgres gave none.
        constraint: The name of the violated constraint, if any.
    """

    def __init__(self, sqlstate: str | None, constraint: str | None = None) -> None:
        super().__init__()
        self.sqlstate = sqlstate
        self.constraint = constraint


class Misconfigured(Fault):
    """A setting is missing or makes no sense; the log names it, the client does not learn which."""

    code, sentence = "misconfigured", "The service is not set up correctly."
