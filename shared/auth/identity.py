"""Who is asking, found out in the same round trip as what is asked.

A token is taken only with this deployment's signature, so a forged one costs no database. Whether its session still
lives is for the database to say: `SignedInDatabase` asks in the first statement of every batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth import queries, wire
from shared.auth.cookies import decoded, read_signed
from shared.auth.store import signed_in_user
from shared.db import USUAL, Database, Rows, Statement
from shared.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.auth.models import SignedInUser, User
    from shared.auth.rules import AuthRules
    from shared.db import Transaction

BEARER = "bearer "


class SignedInDatabase(Database):
    """A database that runs batches as the user whose session token it was given.

    Row-level security sees that user in every statement. Where the session has ended the statements see nobody, so
    they find and change nothing, and `NotSignedIn` is raised.
    """

    def __init__(self, database: Database, token: str) -> None:
        self._database = database
        self._token = token
        self.signed_in: SignedInUser | None = None

    @property
    def user(self) -> User | None:
        """Who is asking; None before the first batch."""
        return self.signed_in.user if self.signed_in else None

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """As `Database.run`, in the same single round trip.

        Raises:
            NotSignedIn: The session has ended, or there never was one.
        """
        identify = Statement(queries.IDENTIFY, (self._token, wire.now()))
        found, *results = self._database.run(identify, *statements, idempotent=idempotent, transaction=transaction)
        if not found.values:
            raise NotSignedIn
        self.signed_in = signed_in_user(found.values[0])
        return results

    def close(self) -> None:
        """Close the connection of the database underneath."""
        self._database.close()


def bearer_token(headers: Mapping[str, str], rules: AuthRules) -> str | None:
    """The token of `Authorization: Bearer <token>.<signature>`, if this deployment signed it."""
    authorization = headers.get("authorization", "")
    if not authorization.lower().startswith(BEARER):
        return None
    return read_signed(decoded(authorization[len(BEARER) :].strip()), rules.cookies.secret)


def presented_token(headers: Mapping[str, str], cookies: Mapping[str, str], rules: AuthRules) -> str | None:
    """The session token that came with a request: the bearer's, else the cookie's."""
    return bearer_token(headers, rules) or rules.cookies.token(cookies)
