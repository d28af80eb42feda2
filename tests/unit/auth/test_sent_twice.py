"""What accounts ask of Postgres a second time where nobody knows whether the first had come through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from shared.auth.accounts.challenges import Challenge
from shared.auth.accounts.credentials import SecondFactorNeeded
from shared.auth.accounts.signing_keys import published_keys
from shared.auth.identity.callers import SignedInDatabase, VouchedDatabase
from shared.auth.models import Client, Credentials, Session, User
from shared.auth.rows import resets, sessions, users
from shared.auth.tokens.issuing import Issuer
from shared.clock import now
from shared.db import USUAL, Database, Rows, Statement, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

USER: Final = User.new("Ann", "ann@example.com", None, now())
SESSION: Final = Session.new(USER.id, Client("", ""), now(), remember=True)
ISSUER: Final = Issuer("https://api.example.test", "a secret")
KNOWN: Final = Credentials(USER, "hash", is_banned=False, was_banned=False, second_factor=None)

ASKS: Final[list[Callable[[Database], object]]] = [
    lambda asked: users.sign_up(asked, USER, "hash", SESSION),
    lambda asked: users.credentials(asked, USER.email, now()),
    lambda asked: users.credentials_by_username(asked, "ann", now()),
    lambda asked: users.email_of_username(asked, "ann"),
    users.refuse_without_usernames,
    lambda asked: users.start_session(asked, SESSION, "hash", better=None),
    lambda asked: sessions.end_sessions(asked, ["token"]),
    lambda asked: sessions.chosen_token(asked, ["token"], now()),
    lambda asked: sessions.look_up_session(asked, "token", now(), prolong=True, longest=None),
    lambda asked: resets.add_verification(asked, USER.email, "reset", now(), now()),
    lambda asked: resets.has_verification(asked, "reset", now()),
    lambda asked: Challenge.start(asked, SecondFactorNeeded(KNOWN, now())),
    lambda asked: published_keys(asked, ISSUER),
    lambda asked: SignedInDatabase(asked, "token").identified(),
    lambda asked: VouchedDatabase(asked, "user").identified(),
]


class AskedError(Exception):
    """The database was asked; whether a second time would do harm."""


class Asked(Database):
    """Answers nobody."""

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del statements, transaction
        raise AskedError(idempotent)

    def close(self) -> None:
        """There is nothing to close."""


class Empty(Database):
    """Finds nothing; notes of each batch whether a second time would do harm."""

    def __init__(self) -> None:
        self.idempotent: list[bool] = []

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del transaction
        self.idempotent.append(idempotent)
        return [Rows((), (), 0) for _ in statements]

    def close(self) -> None:
        """There is nothing to close."""


def test_the_first_signing_key_of_a_deployment_may_be_stored_twice() -> None:
    database = Empty()
    assert published_keys(database, ISSUER) == []
    assert database.idempotent == [True, True, True]  # looked for, stored, looked for


@pytest.mark.parametrize("ask", ASKS)
def test_what_may_happen_twice_is_asked_twice(ask: Callable[[Database], object]) -> None:
    with pytest.raises(AskedError) as caught:
        ask(Asked())
    assert caught.value.args == (True,)


def test_a_link_to_reset_is_spent_once() -> None:
    with pytest.raises(AskedError) as caught:
        resets.reset_password(Asked(), "reset", "hash", now(), ends_sessions=True, ends_links=True)
    assert caught.value.args == (False,)
