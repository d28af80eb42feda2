from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.allowance import Allowance, Use
from shared.auth.identity.callers import AT_LENGTH, SignedInDatabase, VouchedDatabase
from shared.clock import now
from shared.db import Statement
from shared.errors import NotSignedIn, StatementFailed, TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import LiteralString

    from tests.integration.auth.conftest import Routes

WHO = Statement("select nullif(current_setting('app.user_id', true), '')")


@pytest.fixture
def token(routes: Routes, email: str) -> str:
    token: str = routes.sign_up(email).json()["token"]
    routes.database.round_trips = 0
    return token


def test_row_level_security_sees_the_user_in_the_same_round_trip(routes: Routes, email: str, token: str) -> None:
    signed_in = SignedInDatabase(routes.database, token)
    assert signed_in.user is None
    [first, second] = signed_in.run(WHO, WHO)
    assert routes.database.round_trips == 1
    assert signed_in.user is not None
    assert signed_in.user.email == email
    assert first.values == second.values == ((signed_in.user.id,),)


def test_the_next_batch_of_somebody_else_sees_nobody(routes: Routes, token: str) -> None:
    SignedInDatabase(routes.database, token).run(WHO)
    [nobody] = routes.database.run(WHO)
    assert nobody.values == ((None,),)


def test_asking_without_a_statement_says_who_it_is(routes: Routes, email: str, token: str) -> None:
    signed_in = SignedInDatabase(routes.database, token)
    assert signed_in.run() == []
    assert signed_in.user is not None
    assert signed_in.user.email == email


@pytest.mark.parametrize("ended", ["unknown", "expired", "deleted", "of a deleted user"])
def test_a_session_that_has_ended_finds_nobody(routes: Routes, email: str, token: str, ended: str) -> None:
    if ended == "expired":
        routes.rows("""update session set "expiresAt" = now() - interval '1 ms' where token = %s""", token)
    elif ended == "deleted":
        routes.rows("delete from session where token = %s", token)
    elif ended == "of a deleted user":
        routes.rows('delete from "user" where email = %s', email)
    signed_in = SignedInDatabase(routes.database, "unknown" if ended == "unknown" else token)
    with pytest.raises(NotSignedIn):
        signed_in.run(WHO)
    assert signed_in.user is None


def test_a_token_is_a_value_and_never_sql(routes: Routes) -> None:
    with pytest.raises(NotSignedIn):
        SignedInDatabase(routes.database, "' or true; drop table session; --").run(WHO)


def test_whoever_is_revoked_between_two_batches_is_out(routes: Routes, token: str) -> None:
    signed_in = SignedInDatabase(routes.database, token)
    signed_in.run(WHO)
    routes.rows("delete from session where token = %s", token)
    with pytest.raises(NotSignedIn):
        signed_in.run(WHO)


def test_what_a_statement_fails_with_passes_through(routes: Routes, token: str) -> None:
    with pytest.raises(StatementFailed) as caught:
        SignedInDatabase(routes.database, token).run(Statement("select 1 / $1::int", (0,)))
    assert caught.value.sqlstate == "22012"


@pytest.fixture
def without_the_functions(routes: Routes) -> Iterator[None]:
    """A database that still waits for the migration 0151."""
    routes.rows("alter function signed_in_by_token rename to absent_by_token")
    routes.rows("alter function signed_in_by_id rename to absent_by_id")
    yield
    routes.rows("alter function absent_by_token rename to signed_in_by_token")
    routes.rows("alter function absent_by_id rename to signed_in_by_id")


@pytest.mark.usefixtures("without_the_functions")
def test_a_database_that_waits_for_its_migration_knows_who_asks(routes: Routes, email: str, token: str) -> None:
    by_token = SignedInDatabase(routes.database, token)
    assert by_token.run(WHO)[0].values == ((by_token.identified().id,),)
    assert by_token.identified().email == email
    with pytest.raises(NotSignedIn):
        SignedInDatabase(routes.database, "unknown").run(WHO)
    vouched = VouchedDatabase(routes.database, by_token.identified().id)
    vouched.counting(Use("reading", Allowance(1, 1)))
    assert vouched.identified() == by_token.identified()
    vouched.counting(Use("reading", Allowance(1, 1)))
    with pytest.raises(TooManyRequests):
        vouched.identified()


def test_a_function_that_another_statement_lacks_is_a_fault_of_that(routes: Routes, token: str) -> None:
    with pytest.raises(StatementFailed) as caught:
        SignedInDatabase(routes.database, token).run(Statement("select no_such_function()"))
    assert caught.value.sqlstate == "42883"


@pytest.mark.parametrize("identify", AT_LENGTH)
def test_who_asks_is_the_same_by_a_kept_plan_and_at_length(routes: Routes, token: str, identify: LiteralString) -> None:
    user = SignedInDatabase(routes.database, token).identified()
    for named in (token, user.id, "nobody"):
        given = (named, now(), "reading", 100, 1)[: 5 if "$5" in identify else 2]
        [kept, *_] = routes.database.run(Statement(identify, given))
        [written, *_] = routes.database.run(Statement(AT_LENGTH[identify], given))
        width = len(kept.columns) - ("$5" in identify)
        assert [row[:width] for row in kept.values] == [row[:width] for row in written.values]
