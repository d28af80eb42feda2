"""Between a right password and a session: the challenge of Better Auth's two-factor plug-in.

A challenge is two rows of `verification`, as the plug-in makes them, and a cookie that names them; so a real server on
the same database can go on from here, and we from there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shared.auth.browser.cookies import read_signed, sign
from shared.auth.browser.session_cookies import ENDED, TRUE
from shared.auth.identifiers import new_identifier
from shared.auth.rows import users
from shared.auth.rows.sessions import END_SESSION
from shared.db import Statement
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.auth.accounts.credentials import SecondFactorNeeded
    from shared.auth.browser.session_cookies import SessionCookies
    from shared.db import Database

LIFETIME: Final = timedelta(minutes=10)
LETTERS: Final = 20

ADD_CHALLENGE: Final = """
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
values
    ($1::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, $6::timestamptz),
    ($2::text, '2fa-attempts-' || $3::text, '0', $5::timestamptz, $6::timestamptz, $6::timestamptz)
on conflict do nothing
"""


@record
class Challenge:
    """What a browser has to meet before it is signed in.

    Attributes:
        identifier: Of the row that names the user.
        methods: By which it can be met.
    """

    identifier: str
    methods: list[str]

    @classmethod
    def start(cls, database: Database, needed: SecondFactorNeeded, replaced: Sequence[str] = ()) -> Challenge:
        """Store one, and end the sessions of these tokens, which the browser is about to forget. One round trip.

        The attempts at the account are not forgiven yet: they bound how many challenges there can be.
        """
        identifier, moment = f"2fa-{new_identifier()[:LETTERS]}", needed.moment
        ids = new_identifier(), new_identifier()
        add = Statement(ADD_CHALLENGE, (*ids, identifier, needed.known.user.id, moment + LIFETIME, moment))
        ending = [Statement(END_SESSION, (token,)) for token in replaced]
        database.run(add, *ending, *users.lifting_ban(needed.known, moment), idempotent=True)
        return cls(identifier, methods(needed.known.second_factor or {}))

    def cookies(self, cookies: SessionCookies, sent: Mapping[str, str], *, remember: bool) -> list[str]:
        """`Set-Cookie` values: whoever was signed in before is not any more."""
        [token, data, *rest] = cookies.ended(sent)
        seconds = int(LIFETIME.total_seconds())
        challenge = cookies.attributes.written(_name(cookies), sign(self.identifier, cookies.secret), seconds)
        if remember:
            return [token, data, *rest, challenge]
        forgetful = cookies.attributes.written(cookies.forgetful_name, sign(TRUE, cookies.secret), None)
        return [token, data, *rest[:-1], forgetful, challenge]


def methods(factor: Mapping[str, Any]) -> list[str]:
    """What the plug-in's row can be met by; an enrolment that was never finished by nothing."""
    return ["totp"] if factor and factor.get("verified") is not False else []


def presented(cookies: SessionCookies, sent: Mapping[str, str]) -> str | None:
    """The challenge that a browser is at."""
    return read_signed(sent.get(_name(cookies), ""), cookies.secret)


def forgotten(cookies: SessionCookies) -> str:
    """A `Set-Cookie` value that makes a browser forget its challenge."""
    return cookies.attributes.written(_name(cookies), "", ENDED)


def _name(cookies: SessionCookies) -> str:
    return cookies.named("two_factor")
