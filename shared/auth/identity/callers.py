"""Who is asking, found out in the same round trip as what is asked.

A token is taken only with this deployment's signature, so a forged one costs no database. Whether its session still
lives is for the database to say: `SignedInDatabase` asks in the first statement of every batch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.auth.browser.cookies import decoded, read_signed
from shared.auth.models import User
from shared.auth.rows import queries
from shared.auth.rows.store import USER_WIDTH, chosen_token, refusing_too_many_uses, signed_in_user
from shared.auth.tokens.jwt import NotToken, looks_like
from shared.clock import now
from shared.db import USUAL, Database, Rows, Statement
from shared.errors import NotSignedIn
from shared.observability import name_user

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.allowance import Use
    from shared.auth.identity.rules import AuthRules
    from shared.auth.models import SignedInUser
    from shared.db import Transaction
    from shared.observability import Pseudonyms

BEARER = "bearer "
RAW_TOKEN = re.compile(r"[A-Za-z0-9]+")


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
        with refusing_too_many_uses():
            found, *results = self._database.run(
                self._identify(due), *statements, idempotent=idempotent, transaction=transaction
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

    def _choose(self) -> None:
        chosen = chosen_token(self._database, [self._token, *self._others], now())
        if chosen is None:
            raise NotSignedIn(cookies=self._forgetting)
        self._token, self._others = chosen, ()

    def _identify(self, use: Use | None) -> Statement:
        if use is None:
            return Statement(queries.IDENTIFY, (self._token, now()))
        return Statement(queries.USE, (self._token, now(), *_counted(use)))

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
            return Statement(queries.IDENTIFY_BY_ID, (self._user_id, now()))
        return Statement(queries.USE_BY_ID, (self._user_id, now(), *_counted(use)))

    def _learn(self, row: tuple[Any, ...]) -> None:
        self.user = User(*row[:USER_WIDTH])


def _counted(use: Use) -> tuple[str, int, int]:
    return use.name, use.allowance.at_once, round(1000 / use.allowance.a_second)


@dataclass(frozen=True, slots=True)
class KnownUser:
    """Who somebody was when that could last be checked: good for keeping a turn until the database is back, no more.

    Attributes:
        session_id: The session that showed it. None for a user whom another server vouches for.
    """

    user_id: str
    session_id: str | None


def identity_without_database(token: str | None, cookies: Mapping[str, str], rules: AuthRules) -> KnownUser | None:
    """Whose session token it is, as the signed cookie cache says; None where that cannot be known.

    Args:
        token: What `presented_token` found.
        cookies: Of a request that may use them.
        rules: Of this deployment; `SESSION_CACHE_SECONDS` bounds how old the knowledge may be.
    """
    cached = rules.cookies.cached(token, cookies) if token else None
    return KnownUser(cached.user_id, cached.session_id) if cached else None


def bearer_token(headers: Mapping[str, str], rules: AuthRules) -> str | None:
    """The token of `Authorization: Bearer <token>.<signature>`, if this deployment signed it.

    A token without a signature, as it stands in the database, counts where `BEARER_TOKENS` is `raw`.
    """
    authorization = headers.get("authorization", "")
    if rules.bearer == "off" or not authorization.lower().startswith(BEARER):
        return None
    token = decoded(authorization[len(BEARER) :].strip())
    if rules.bearer == "raw" and RAW_TOKEN.fullmatch(token):
        return token
    return read_signed(token, rules.cookies.secret)


def vouched_user(headers: Mapping[str, str], rules: AuthRules) -> str | None:
    """Id of the user whom `Authorization: Bearer <JWT>` names, if it is a token of the server that we believe.

    Raises:
        Unavailable: Its keys cannot be fetched, so nobody can say.
    """
    authorization = headers.get("authorization", "")
    token = authorization[len(BEARER) :].strip()
    if rules.jwt is None or not authorization.lower().startswith(BEARER) or not looks_like(token):
        return None
    try:
        return rules.jwt.subject(token)
    except NotToken:
        return None


def presented_token(headers: Mapping[str, str], cookies: Mapping[str, str], rules: AuthRules) -> str | None:
    """The session token that came with a request: the bearer's, else the first cookie's."""
    return bearer_token(headers, rules) or rules.cookies.token(cookies)


def presented_tokens(headers: Mapping[str, str], cookies: Mapping[str, str], rules: AuthRules) -> list[str]:
    """As `presented_token`, with those of further cookies: after `COOKIE_DOMAIN` changes, browsers keep two."""
    bearer = bearer_token(headers, rules)
    return [bearer] if bearer else rules.cookies.tokens(cookies)
