"""To everybody but an owner the desk is not there, and nothing of it is read."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, TextIO, cast

import pytest

from functions.owner import desk
from shared.allowance import Allowance, Allowances
from shared.db import Statement
from shared.errors import StatementFailed
from shared.insight.queries import LOOK
from shared.observability import log
from shared.settings.site import OwnerSettings
from shared.web import APIRoute
from tests.integration.owner.conftest import ROUTES, TOKEN, Person, Site, app_with

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Generator

EVERY_ROUTE = sorted(
    route.path for route in desk.router.routes if isinstance(route, APIRoute) and route.path.startswith("/api/")
)
QUESTION = "How do I hide a secret question?"


def guest(_: Site) -> dict[str, str]:
    return {}


def forger(site: Site) -> dict[str, str]:
    return {"cookie": f"{TOKEN}={site.owner.token}.bm90IHNpZ25lZA=="}


def reader(site: Site) -> dict[str, str]:
    return site.person().cookie()


def ended(site: Site) -> dict[str, str]:
    site.execute("""update session set "expiresAt" = now() - interval '1 second' where token = %s""", site.owner.token)
    return site.owner.cookie()


def signed_out(site: Site) -> dict[str, str]:
    site.execute("delete from session where token = %s", site.owner.token)
    return site.owner.cookie()


def unverified(site: Site) -> dict[str, str]:
    site.execute('update "user" set "emailVerified" = false where id = %s', site.owner.id)
    return site.owner.cookie()


def owner_of_another_stage(site: Site) -> dict[str, str]:
    return site.owner.cookie("another-stages-secret-0123456789-abcdef")


def no_longer_named(site: Site) -> dict[str, str]:
    site.app = app_with(site.database, OwnerSettings(("somebody@example.com",)))
    return site.owner.cookie()


def nobody_named(site: Site) -> dict[str, str]:
    site.app = app_with(site.database, OwnerSettings())
    return site.owner.cookie()


def with_a_cookie_cache_alone(site: Site) -> dict[str, str]:
    return {"cookie": f"better-auth.session_data={site.owner.email}"}


STRANGERS = (
    guest,
    forger,
    reader,
    ended,
    signed_out,
    unverified,
    owner_of_another_stage,
    no_longer_named,
    nobody_named,
    with_a_cookie_cache_alone,
)
ASKED: tuple[dict[str, Any], ...] = ({}, {"days": "many"}, {"format": "csv"})


def test_the_matrix_has_every_route() -> None:
    assert sorted(ROUTES) == EVERY_ROUTE


@pytest.mark.parametrize("query", ASKED, ids=["well", "badly", "as CSV"])
@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda each: each.__name__)
def test_a_stranger_finds_what_an_unknown_path_gives(
    site: Site, readers: list[Person], stranger: Callable[[Site], dict[str, str]], path: str, query: dict[str, Any]
) -> None:
    for each in readers:
        site.ask(each, QUESTION)
    headers = stranger(site)
    unknown = site.get("/api/owner/nothing-of-the-kind", headers).json()

    answer = site.get(path, headers, **query)

    assert answer.status_code == 404
    assert {**answer.json(), "requestId": ""} == {**unknown, "requestId": ""}
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ROUTES)
def test_a_guest_costs_no_round_trip_and_everybody_else_one(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404
    assert site.database.round_trips == 0
    assert site.get(path, reader(site)).status_code == 404
    assert site.database.round_trips == 1
    assert site.get(path, site.owner.cookie()).status_code == 200
    assert site.database.round_trips == 1


def test_an_owner_is_told_what_is_wrong_with_a_request(site: Site) -> None:
    answer = site.get("/api/owner/questions", site.owner.cookie(), cursor="1")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "invalid_request", "cursor")


def test_an_owner_who_looks_too_often_is_told_so_and_nobody_else_is(site: Site) -> None:
    spent = Allowances(Allowance(at_once=1, a_second=0.001))
    site.app = app_with(site.database, OwnerSettings((site.owner.email,)), allowances=spent)
    assert site.get("/api/owner/usage", site.owner.cookie()).status_code == 200
    answer = site.get("/api/owner/usage", site.owner.cookie())
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer.headers["retry-after"]) > 0
    assert site.get("/api/owner/usage", reader(site)).status_code == 404


def test_an_owner_may_send_the_token_as_a_bearers(site: Site) -> None:
    token = site.owner.cookie()["cookie"].partition("=")[2]
    assert site.get("/api/owner/usage", {"authorization": f"Bearer {token}"}).status_code == 200


def test_the_address_counts_in_any_case(site: Site) -> None:
    site.execute('update "user" set email = upper(email) where id = %s', site.owner.id)
    assert site.get("/api/owner/usage", site.owner.cookie()).status_code == 200


def test_the_role_admin_counts_where_a_server_keeps_roles_and_the_address_is_verified(site: Site) -> None:
    somebody = site.person()
    with site.rows.transaction(force_rollback=True):
        site.execute('alter table "user" add column if not exists role text')
        found = [
            site.execute(
                'with given as (update "user" set role = %s, "emailVerified" = %s where id = %s) select 1',
                *(role, verified, somebody.id),
            )
            and site.execute("select owner_with(%s, '{}')", somebody.token)[0][0]
            for role, verified in (("admin", True), ("user, admin", True), ("admin", False), ("administrator", True))
        ]
    assert found == [somebody.id, somebody.id, None, None]


def test_the_functions_can_neither_read_nor_write_what_the_desk_shows(site: Site) -> None:
    assert site.database.run(Statement("select count(*) from (select 1) x")) != []
    for query in (
        "select count(*) from asked",
        "delete from asked",
        "select owner_with('', '{}')",
        "select owner_usage(now(), now())",
        "select owner_usage(now(), now(), true)",
        "select owner_usage_and_tokens(now(), now(), true)",
        "select owner_questions(now(), now(), '{}')",
        "select owner_questions_by_column(now(), now(), '{}')",
        "select voted_source(true)",
    ):
        with pytest.raises(StatementFailed) as refused:
            site.database.run(Statement(query))
        assert refused.value.sqlstate == "42501"


@pytest.fixture
def logged() -> Generator[io.StringIO]:
    """What the functions log meanwhile."""
    handler = cast("logging.StreamHandler[TextIO]", log.registered_handler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    if before is not None:
        handler.setStream(before)


def test_who_looked_is_in_the_log_under_a_pseudonym(site: Site, logged: io.StringIO) -> None:
    site.get("/api/owner/usage", site.owner.cookie())
    site.get("/api/owner/usage", reader(site))
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    looked, refused = (line for line in lines if "security" in line)
    assert (looked["security"], looked["desk"], len(looked["user"])) == ("owner_desk", "usage", 16)
    assert refused["security"] == "owner_desk_refused"
    assert site.owner.id not in logged.getvalue()
    assert site.owner.email not in logged.getvalue()


def test_the_one_statement_asks_the_one_door() -> None:
    assert LOOK.count("owner_desk(") == 1
    assert "from" not in LOOK
