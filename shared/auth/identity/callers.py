"""Who is asking, found out in the same round trip as what is asked.

Whether the session of a token still lives is for the database to say: `SignedInDatabase` asks in the first statement of
every batch.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, LiteralString

from shared.auth.models import User
from shared.auth.refusals import OVER_LIMIT
from shared.auth.rows.sessions import USER_WIDTH, chosen_token, signed_in_user
from shared.clock import now
from shared.db import USUAL, Database, Rows, Statement
from shared.db.sqlstate import UNDEFINED_FUNCTION
from shared.errors import NotSignedIn, StatementFailed, TooManyRequests
from shared.observability import log, name_user

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from shared.allowance import Use
    from shared.auth.identifiers import Pseudonyms
    from shared.auth.models import SignedInUser
    from shared.db import Transaction

_SIGNED_IN: Final = "signed_in_by_token($1::text, $2::timestamptz)"
_VOUCHED_FOR: Final = "signed_in_by_id($1::text, $2::timestamptz)"
"""Migration 0151."""

_SIGNED_IN_AT_LENGTH: Final = """(
    select u.id as user_id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
           s.id, s.token, s."userId", s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent",
           set_config('app.user_id', u.id, true)
      from session s
      join "user" u on u.id = s."userId"
     where s.token = $1::text and s."expiresAt" >= $2::timestamptz and not is_banned(to_jsonb(u), $2::timestamptz)
)"""
_VOUCHED_FOR_AT_LENGTH: Final = """(
    select u.id as user_id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
           set_config('app.user_id', u.id, true)
      from "user" u
     where u.id = $1::text and not is_banned(to_jsonb(u), $2::timestamptz)
)"""


def _identify(found: LiteralString) -> LiteralString:
    """Who is asking, and is not banned.

    For the rest of the batch row-level security sees that user, and nobody where there is no row.
    """
    return f"select * from {found} found"  # noqa: S608 (as its type says, it is made of literals alone)


def _use(found: LiteralString) -> LiteralString:
    """The same, and counts that user's use of something; where it is one too many, nothing of the batch happens."""
    return f"""
select *, count_use('use|' || $3::text || '|' || user_id, $4::integer, $5::integer) from {found} found
"""  # noqa: S608 (as above)


IDENTIFY: Final = _identify(_SIGNED_IN)
IDENTIFY_BY_ID: Final = _identify(_VOUCHED_FOR)
"""Of a user whom another server vouches for."""

USE: Final = _use(_SIGNED_IN)
USE_BY_ID: Final = _use(_VOUCHED_FOR)

AT_LENGTH: Final[Mapping[LiteralString, LiteralString]] = {
    IDENTIFY: _identify(_SIGNED_IN_AT_LENGTH),
    IDENTIFY_BY_ID: _identify(_VOUCHED_FOR_AT_LENGTH),
    USE: _use(_SIGNED_IN_AT_LENGTH),
    USE_BY_ID: _use(_VOUCHED_FOR_AT_LENGTH),
}
"""For a database that has not got the functions yet: else all who are signed in would wait for its migration."""


class SignedInDatabase(Database):
    """A database that runs batches as the user whose session token it was given.

    Row-level security sees that user in every statement. Where the session has ended the statements see nobody, so
    they find and change nothing, and `NotSignedIn` is raised.

    Args:
        database: What runs the batches.
        token: The session's.
        pseudonyms: What the log calls the user, once that is known; without them it names nobody.
        others: Further tokens that the browser sent, for the case that the first is dead.
        forgetting: `Set-Cookie` values for a browser that is signed in as several people.
    """

    def __init__(
        self,
        database: Database,
        token: str,
        pseudonyms: Pseudonyms | None = None,
        others: Sequence[str] = (),
        forgetting: Sequence[str] = (),
    ) -> None:
        self._database = database
        self._token = token
        self._others = others
        self._forgetting = forgetting
        self._pseudonyms = pseudonyms
        self._due: Use | None = None
        self.signed_in: SignedInUser | None = None
        self.user: User | None = None
        """Who is asking; None before the first batch."""

    @property
    def token(self) -> str:
        """The session's token, as good as a password; empty where another server vouches for the user."""
        return self._token

    @property
    def caller(self) -> str:
        """Who is asking as far as that can be told before the first batch."""
        return self._token

    def counting(self, use: Use) -> None:
        """Count a use of something with the next batch; where it is one too many, that does not happen."""
        self._due = use

    def identified(self) -> User:
        """Who is asking, for those who must know before they can begin; it costs a round trip of its own.

        Raises:
            NotSignedIn: The session has ended, or there never was one.
        """
        self.run(idempotent=True)
        assert self.user is not None  # noqa: S101 (a batch that found nobody has raised)
        return self.user

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """As `Database.run`, in the same single round trip.

        Raises:
            NotSignedIn: The session has ended, or there never was one.
            TooManyRequests: The batch counts a use, which is one too many; nothing has happened.
        """
        if self._others:
            self._choose()
        due, self._due = self._due, None
        with _refusing_too_many_uses():
            found, *results = self._identified_by(
                self._identify(due), statements, idempotent=idempotent, transaction=transaction
            )
        if not found.values:
            raise NotSignedIn
        self._learn(found.values[0])
        if self.user and self._pseudonyms:
            name_user(self._pseudonyms.of_user(self.user.id))
        return results

    def close(self) -> None:
        """Close the connection of the database underneath."""
        self._database.close()

    def _identified_by(
        self, identify: Statement, statements: tuple[Statement, ...], *, idempotent: bool, transaction: Transaction
    ) -> list[Rows]:
        try:
            return self._database.run(identify, *statements, idempotent=idempotent, transaction=transaction)
        except StatementFailed as error:
            if error.sqlstate != UNDEFINED_FUNCTION:
                raise
        log.warning("the database lacks a function: make migrate")
        at_length = replace(identify, sql=AT_LENGTH[identify.sql])
        return self._database.run(at_length, *statements, idempotent=idempotent, transaction=transaction)

    def _choose(self) -> None:
        chosen = chosen_token(self._database, [self._token, *self._others], now())
        if chosen is None:
            raise NotSignedIn(cookies=self._forgetting)
        self._token, self._others = chosen, ()

    def _identify(self, use: Use | None) -> Statement:
        if use is None:
            return Statement(IDENTIFY, (self._token, now()))
        return Statement(USE, (self._token, now(), *_counted(use)))

    def _learn(self, row: tuple[Any, ...]) -> None:
        self.signed_in = signed_in_user(row)
        self.user = self.signed_in.user


class VouchedDatabase(SignedInDatabase):
    """As `SignedInDatabase`, for a user whom a verified JWT names. There is no session of ours, so none can end."""

    def __init__(self, database: Database, user_id: str, pseudonyms: Pseudonyms | None = None) -> None:
        super().__init__(database, "", pseudonyms)
        self._user_id = user_id

    @property
    def caller(self) -> str:
        """The user."""
        return self._user_id

    def _identify(self, use: Use | None) -> Statement:
        if use is None:
            return Statement(IDENTIFY_BY_ID, (self._user_id, now()))
        return Statement(USE_BY_ID, (self._user_id, now(), *_counted(use)))

    def _learn(self, row: tuple[Any, ...]) -> None:
        self.user = User(*row[:USER_WIDTH])


def _counted(use: Use) -> tuple[str, int, int]:
    return use.name, use.allowance.at_once, round(1000 / use.allowance.a_second)


@contextmanager
def _refusing_too_many_uses() -> Generator[None]:
    """A block in which a use that `count_use` found one too many ends in `TooManyRequests`."""
    try:
        yield
    except StatementFailed as error:
        if error.sqlstate != OVER_LIMIT:
            raise
        raise TooManyRequests(int((error.constraint or "1").partition(" ")[0]), "reader") from error
