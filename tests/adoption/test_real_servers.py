"""A real server with plug-ins and fields of its own, and our functions, at work on one database."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.adoption.origins import Configuration, Origin
from tests.adoption.people import PASSWORD, Person, code_of, enrol, who

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tests.adoption.conftest import Functions, Site
    from tests.adoption.origins import Answer

EVERYTHING = Configuration(
    "1.7", ("admin", "username", "organization", "two-factor", "jwt", "bearer", "fields"), "camel"
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(120)]


@pytest.fixture
def both(new_site: Callable[[], Site]) -> Generator[tuple[Origin, Functions, Site]]:
    """The server, that was there before; the functions, that came later; their database."""
    site = new_site()
    with Origin(EVERYTHING, site.owner_url) as server:
        server.make_tables()
        assert site.migrate() is None
        site.execute("insert into returned_field values ('user', 'plan', false)")
        with site.functions() as ours:
            yield server, ours, site


def signed_in(answer: Answer) -> str:
    assert answer.status == 200, answer
    return answer.cookie


def claims(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer
    return json.loads(base64.urlsafe_b64decode(answer.body["token"].split(".")[1] + "=="))


def test_a_ban_at_the_server_holds_here_from_the_next_request_and_ends_with_it(
    both: tuple[Origin, Functions, Site],
) -> None:
    server, ours, site = both
    boss, bob = Person("boss@example.com"), Person("bob@example.com")
    boss.sign_up(server)
    bob_id = bob.sign_up(server).body["user"]["id"]
    site.execute("""update "user" set role = 'admin' where email = 'boss@example.com'""")
    admin = signed_in(boss.sign_in(ours))
    session = signed_in(bob.sign_in(ours))
    ban = {"userId": bob_id, "banReason": "spam", "banExpiresIn": 3600}
    assert server.ask("POST", "/admin/ban-user", cookie=admin, body=ban).status == 200, "with a session of ours"
    for asked in (server, ours):
        assert who(asked, session) is None
    there, here = bob.sign_in(server), bob.sign_in(ours)
    assert (here.status, here.body) == (there.status, there.body)
    assert here.body["code"] == "BANNED_USER"
    assert server.ask("POST", "/admin/unban-user", cookie=admin, body={"userId": bob_id}).status == 200
    assert who(server, signed_in(bob.sign_in(ours))) == bob.email


def test_two_factors_that_were_set_up_at_the_server_are_shown_at_either_side(
    both: tuple[Origin, Functions, Site],
) -> None:
    server, ours, _ = both
    twofa = Person("twofa@example.com")
    enrolled = enrol(server, twofa)
    code, [backup, *_] = code_of(enrolled["totpURI"]), enrolled["backupCodes"]
    there, here = twofa.sign_in(server), twofa.sign_in(ours)
    assert here.body == there.body == {"twoFactorRedirect": True, "twoFactorMethods": ["totp"]}
    assert here.cookies.keys() >= {"better-auth.two_factor"}
    assert who(server, here.cookie) is who(ours, here.cookie) is None
    # begun at one side, completed at the other
    for asked, challenge in ((server, here), (ours, there)):
        entered = asked.ask("POST", "/two-factor/verify-totp", cookie=challenge.cookie, body={"code": code})
        for other in (server, ours):
            assert who(other, signed_in(entered)) == twofa.email
    spent = {"code": backup}
    entered = ours.ask("POST", "/two-factor/verify-backup-code", cookie=twofa.sign_in(ours).cookie, body=spent)
    assert who(server, signed_in(entered)) == twofa.email
    again = server.ask("POST", "/two-factor/verify-backup-code", cookie=twofa.sign_in(server).cookie, body=spent)
    assert (again.status, again.body["code"]) == (401, "INVALID_BACKUP_CODE")


def test_wrong_codes_are_refused_in_the_same_words_and_counted_together(both: tuple[Origin, Functions, Site]) -> None:
    server, ours, _ = both
    twofa = Person("twofa@example.com")
    code = code_of(enrol(server, twofa)["totpURI"])
    for number in range(10):
        asked, cookie = (server, ours)[number % 2], twofa.sign_in((ours, server)[number % 2]).cookie
        refused = asked.ask("POST", "/two-factor/verify-totp", cookie=cookie, body={"code": "000000x"})
        assert (refused.status, refused.body) == (401, {"message": "Invalid code", "code": "INVALID_CODE"})
    told = [
        asked.ask("POST", "/two-factor/verify-totp", cookie=twofa.sign_in(asked).cookie, body={"code": code})
        for asked in (server, ours)
    ]
    assert told[0].status == told[1].status == 429
    assert told[0].body == told[1].body


def test_tokens_and_sessions_of_either_side_say_the_same(both: tuple[Origin, Functions, Site]) -> None:
    server, ours, site = both
    ann = Person("ann@example.com", {"username": "Ann_77", "plan": "free"})
    ann.sign_up(server)
    site.execute("""update "user" set role = 'editor' where email = 'ann@example.com'""")
    cookie = signed_in(ann.sign_in(ours))
    there, here = (asked.ask("GET", "/get-session", cookie=cookie).body for asked in (server, ours))
    assert here == there
    assert {"username": "ann_77", "displayUsername": "Ann_77", "plan": "free", "role": "editor"}.items() <= here[
        "user"
    ].items()
    there, here = (claims(asked.ask("GET", "/token", cookie=cookie)) for asked in (server, ours))
    passing = {"iat", "exp"}
    assert {name: here[name] for name in here.keys() - passing} == {
        name: there[name] for name in there.keys() - passing
    }
    keys = [asked.ask("GET", "/jwks").body for asked in (server, ours)]
    assert keys[0] == keys[1]


def test_a_username_signs_in_at_either_side_with_the_same_answer(both: tuple[Origin, Functions, Site]) -> None:
    server, ours, _ = both
    ann = Person("ann@example.com", {"username": "Ann_77"})
    ann.sign_up(server)
    for username, password in (("ANN_77", PASSWORD), ("ann_77", "wrong password"), ("nobody", PASSWORD), ("a b", "x")):
        body = {"username": username, "password": password}
        there, here = (asked.ask("POST", "/sign-in/username", body=body) for asked in (server, ours))
        assert here.status == there.status
        for each in (there.body, here.body):
            each.pop("token", None)
        assert here.body == there.body


def test_somebody_in_an_organization_signs_in_here_and_leaves_nothing_behind(
    both: tuple[Origin, Functions, Site],
) -> None:
    server, ours, site = both
    ann = Person("ann@example.com")
    cookie = signed_in(ann.sign_up(ours))
    made = server.ask("POST", "/organization/create", cookie=cookie, body={"name": "Docs", "slug": "docs"})
    assert made.status == 200, made
    there, here = (asked.ask("GET", "/get-session", cookie=cookie).body["session"] for asked in (server, ours))
    assert here == there
    assert here["activeOrganizationId"] == made.body["id"]
    assert ours.ask("POST", "/delete-user", cookie=cookie, body={"password": PASSWORD}).status == 200
    assert site.query("select count(*) from member") == [(0,)]


def test_a_server_may_log_in_as_our_role(both: tuple[Origin, Functions, Site]) -> None:
    _, ours, site = both
    with Origin(EVERYTHING, site.app_url) as server:
        enrolled = enrol(server, Person("twofa@example.com"))
        assert enrolled["backupCodes"]
        cookie = signed_in(Person("ann@example.com").sign_up(ours))
        assert server.ask("GET", "/organization/list", cookie=cookie).body == []
