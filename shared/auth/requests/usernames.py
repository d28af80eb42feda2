"""What the username plug-in takes for signing in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from shared.auth.refusals import (
    INVALID_USERNAME,
    INVALID_USERNAME_OR_PASSWORD,
    USERNAME_TOO_LONG,
    USERNAME_TOO_SHORT,
    Refused,
)
from shared.auth.requests.validation import Field, checked
from shared.record import record

if TYPE_CHECKING:
    from shared.auth.requests.validation import Body

SIGN_IN_BY_NAME: Final = (
    Field("username", required=True),
    Field("password", required=True),
    Field("rememberMe", bool),
    Field("callbackURL"),
)
SHORTEST: Final = 3
LONGEST: Final = 30
USERNAME: Final = re.compile(r"[a-zA-Z0-9_.]+")


@record
class SignInByName:
    """As `SignIn`, with a username."""

    username: str
    password: str
    callback: str | None
    remember: bool

    @classmethod
    def read(cls, body: Body) -> SignInByName:
        """Raises `Refused` with everything that is wrong."""
        fields = checked(body, SIGN_IN_BY_NAME)
        wanted = cls(
            cast("str", fields["username"]),
            cast("str", fields["password"]),
            cast("str | None", fields.get("callbackURL")),
            remember=fields.get("rememberMe") is not False,
        )
        if not wanted.username or not wanted.password:
            raise Refused(INVALID_USERNAME_OR_PASSWORD)
        _refuse_bad(wanted.username)
        return wanted


def _refuse_bad(username: str) -> None:
    if len(username) < SHORTEST:
        raise Refused(USERNAME_TOO_SHORT)
    if len(username) > LONGEST:
        raise Refused(USERNAME_TOO_LONG)
    if not USERNAME.fullmatch(username):
        raise Refused(INVALID_USERNAME)
