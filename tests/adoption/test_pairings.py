"""Databases that Better Auth servers made: adopted, or refused with the SQL that leads there; then both sides work.

Each pairing has people who signed up at the server before, and who then go back and forth.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.adoption.origins import Configuration, Origin
from tests.adoption.people import PASSWORD, Person, code_of, enrol, who

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adoption.conftest import Functions, Site

ADOPTED, REFUSED = "adopted", "refused"
TWOFA = Person("twofa@example.com")

PAIRINGS = {
    # these servers make times without zone and foreign keys that keep their rows
    Configuration("1.2"): REFUSED,
    Configuration("1.2", ("jwt",)): REFUSED,
    Configuration("1.2", ("admin",)): REFUSED,
    Configuration("1.2", ("two-factor",), "snake"): REFUSED,
    Configuration("1.2", ("username",), "plural"): REFUSED,
    Configuration("1.2", ("mandatory",)): REFUSED,
    Configuration("1.3"): ADOPTED,
    Configuration("1.3", ("jwt",)): ADOPTED,
    Configuration("1.3", ("admin",), "snake"): REFUSED,
    Configuration("1.3", ("two-factor",)): ADOPTED,
    Configuration("1.3", ("username",)): ADOPTED,
    Configuration("1.3", ("mandatory",), "plural"): REFUSED,
    Configuration("1.4"): ADOPTED,
    Configuration("1.4", ("jwt",)): ADOPTED,
    Configuration("1.4", ("admin",), "plural"): REFUSED,
    Configuration("1.4", ("two-factor",)): ADOPTED,
    Configuration("1.4", ("username",), "snake"): REFUSED,
    Configuration("1.4", ("mandatory",)): REFUSED,
    Configuration("1.6", (), "snake"): REFUSED,
    Configuration("1.6", ("jwt",), "plural"): REFUSED,
    Configuration("1.6", ("admin",)): ADOPTED,
    Configuration("1.6", ("two-factor",)): ADOPTED,
    Configuration("1.6", ("username",)): ADOPTED,
    Configuration("1.6", ("mandatory",)): REFUSED,
    Configuration("1.7.1"): REFUSED,
    Configuration("1.7"): ADOPTED,
    Configuration("1.7", ("jwt",), "snake"): REFUSED,
    Configuration("1.7", ("admin",)): ADOPTED,
    Configuration("1.7", ("two-factor",), "plural"): REFUSED,
    Configuration("1.7", ("username",)): ADOPTED,
    Configuration("1.7", ("mandatory",), "snake-plural"): REFUSED,
    Configuration("1.7", ("jwt", "admin", "two-factor", "username", "organization")): ADOPTED,
    Configuration("1.7", (), "camel", "uuid"): REFUSED,
    Configuration("1.7", (), "camel", "serial"): REFUSED,
}

SMOKE = {"1.2 core camel", "1.7 core camel", "1.7 mandatory snake-plural"}


def told_apart(configuration: Configuration) -> object:
    """A parameter with its name, and the mark of those that are run often."""
    marks = [pytest.mark.long, *([pytest.mark.smoke] if str(configuration) in SMOKE else [])]
    return pytest.param(configuration, id=str(configuration).replace(" ", "-"), marks=marks)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("configuration", [told_apart(each) for each in PAIRINGS])
def test_a_servers_database_is_adopted_or_the_sql_of_the_refusal_leads_there_and_both_sides_work(
    configuration: Configuration, new_site: Callable[[], Site]
) -> None:
    site = new_site()
    theo = Person("theo@example.com", _fields(configuration))
    authenticator = ""
    with Origin(configuration, site.owner_url) as server:
        server.make_tables()
        assert theo.sign_up(server).status == 200
        if "two-factor" in configuration.plugins:
            authenticator = str(enrol(server, TWOFA)["totpURI"])
    refusal = site.migrate()
    assert (REFUSED if refusal else ADOPTED) == PAIRINGS[configuration], refusal
    if refusal:
        assert refusal.mending, refusal
        site.execute(refusal.mending)
        assert site.migrate() is None
    with Origin(_told_the_new_names(configuration), site.owner_url) as server, site.functions() as ours:
        _both_ways(server, ours, theo)
        if authenticator:
            _second_factor_is_shown(server, ours, authenticator)
        if "username" in configuration.plugins:
            by_name = {"username": "THEO_77", "password": PASSWORD}
            assert who(server, ours.ask("POST", "/sign-in/username", body=by_name).cookie) == theo.email
        if "jwt" in configuration.plugins:
            _tokens_are_signed_with_the_same_key(server, ours, theo)
        if "admin" in configuration.plugins:
            _ban_holds(site, ours, theo)


def _fields(configuration: Configuration) -> dict[str, object]:
    plan: dict[str, object] = {"plan": "free"} if "mandatory" in configuration.plugins else {}
    username: dict[str, object] = {"username": "Theo_77"} if "username" in configuration.plugins else {}
    return plan | username


def _told_the_new_names(configuration: Configuration) -> Configuration:
    """What the refusal says that the server must know: names of columns, and ids; tables keep their names as views."""
    spelling = "camel" if configuration.spelling == "snake" else configuration.spelling
    return replace(configuration, spelling=spelling, ids=None)


def _both_ways(server: Origin, ours: Functions, theo: Person) -> None:
    uma = Person("uma@example.com")
    assert uma.sign_up(ours).status == 200
    for person in (theo, uma):
        for asked, other in ((server, ours), (ours, server)):
            signed_in = person.sign_in(asked)
            assert signed_in.status == 200, (person, signed_in)
            assert who(other, signed_in.cookie) == person.email
    left = ours.ask("POST", "/delete-user", cookie=uma.sign_in(server).cookie, body={"password": PASSWORD})
    assert left.body == {"success": True, "message": "User deleted"}
    assert uma.sign_in(server).status == uma.sign_in(ours).status == 401
    assert ours.ask("POST", "/sign-out", cookie=theo.sign_in(server).cookie).status == 200


def _second_factor_is_shown(server: Origin, ours: Functions, authenticator: str) -> None:
    challenged = TWOFA.sign_in(ours)
    assert challenged.body["twoFactorRedirect"] is True
    assert who(server, challenged.cookie) is who(ours, challenged.cookie) is None
    for asked in (server, ours):
        code = {"code": code_of(authenticator), "trustDevice": False}
        entered = asked.ask("POST", "/two-factor/verify-totp", cookie=TWOFA.sign_in(ours).cookie, body=code)
        assert entered.status == 200, (asked, entered)
        assert who(server, entered.cookie) == who(ours, entered.cookie) == TWOFA.email


def _ban_holds(site: Site, ours: Functions, theo: Person) -> None:
    cookie = theo.sign_in(ours).cookie
    site.execute("""update "user" set banned = true where email = 'theo@example.com'""")
    refused = theo.sign_in(ours)
    assert (refused.status, refused.body["code"]) == (403, "BANNED_USER")
    assert who(ours, cookie) is None


def _tokens_are_signed_with_the_same_key(server: Origin, ours: Functions, theo: Person) -> None:
    cookie = theo.sign_in(ours).cookie
    tokens = [asked.ask("GET", "/token", cookie=cookie).body["token"] for asked in (server, ours)]
    headers = [json.loads(base64.urlsafe_b64decode(each.partition(".")[0] + "==")) for each in tokens]
    assert headers[0]["kid"] == headers[1]["kid"]
    told = server.ask("GET", "/jwks").body["keys"]
    assert [each["kid"] for each in ours.ask("GET", "/jwks").body["keys"]] == [each["kid"] for each in told]
