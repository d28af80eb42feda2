"""What somebody does whose account was stolen throws the thief out, by whichever way they had come in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import PASSWORD, cookie_header, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.auth.conftest import Routes

NEW = "another horse, another battery"


def reset_link(routes: Routes, email: str) -> str:
    """The token of a link that is mailed to the address."""
    routes.call("POST", "/request-password-reset", json={"email": email})
    [token] = re.findall(r"/reset-password/([A-Za-z0-9]{24})\?", routes.mailbox.link())
    return token


def reset(routes: Routes, token: str, password: str = NEW) -> int:
    return routes.call("POST", "/reset-password", json={"newPassword": password, "token": token}).status_code


def change_password(routes: Routes, cookie: str, **fields: object) -> int:
    body = {"currentPassword": PASSWORD, "newPassword": NEW} | fields
    return routes.call("POST", "/change-password", json=body, headers={"cookie": cookie}).status_code


def change_email(routes: Routes, cookie: str, new: str) -> str:
    """Ask for another address; the link that is mailed to it."""
    routes.call("POST", "/change-email", json={"newEmail": new}, headers={"cookie": cookie})
    return routes.mailbox.link()


def a_second_later(routes: Routes, user_id: str, seconds: int = 1) -> None:
    """As if the password had been changed so much later: links know whole seconds."""
    later = """update account set "updatedAt" = "updatedAt" + make_interval(secs => %s) where "userId" = %s"""
    routes.rows(later, seconds, user_id)


def is_signed_in(routes: Routes, cookie: str) -> bool:
    return routes.session(cookie).json() is not None


def test_a_reset_ends_the_thiefs_session(routes: Routes, email: str) -> None:
    thief = cookie_header(routes.sign_up(email))
    assert reset(routes, reset_link(routes, email)) == 200
    assert not is_signed_in(routes, thief)
    assert routes.sign_in(email, NEW).status_code == 200


def test_of_two_reset_links_only_one_works(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    older, newer = reset_link(routes, email), reset_link(routes, email)
    assert reset(routes, newer) == 200
    assert reset(routes, older, "the password of a thief") == 400
    assert routes.sign_in(email, NEW).status_code == 200


def test_a_reset_link_is_good_for_nothing_once_the_password_was_changed(routes: Routes, email: str) -> None:
    cookie = cookie_header(routes.sign_up(email))
    link = reset_link(routes, email)
    assert change_password(routes, cookie) == 200
    assert reset(routes, link, "the password of a thief") == 400


def test_a_reset_link_to_the_old_address_is_good_for_nothing_once_there_is_a_new_one(
    routes: Routes, email: str
) -> None:
    cookie = cookie_header(routes.sign_up(email))
    link = reset_link(routes, email)
    routes.call("GET", change_email(routes, cookie, f"new-{email}"))
    assert reset(routes, link, "the password of a thief") == 400
    assert routes.sign_in(f"new-{email}").status_code == 200


@pytest.mark.parametrize("remedy", ["a reset", "a new password"])
def test_a_link_to_another_address_is_good_for_nothing_once_there_is_a_new_password(
    routes: Routes, email: str, remedy: str
) -> None:
    """Else a thief who had been in asks for one, waits until the owner feels safe, and takes the account."""
    user_id, token = somebody(routes, email)
    thiefs = change_email(routes, signed(token), f"thief-{email}")
    done = reset(routes, reset_link(routes, email)) if remedy == "a reset" else change_password(routes, signed(token))
    assert done == 200
    a_second_later(routes, user_id)
    followed = routes.call("GET", thiefs)
    assert followed.headers["location"].endswith("error=INVALID_TOKEN")
    assert routes.rows('select count(*) from "user" where email = %s', f"thief-{email}") == [(0,)]
    a_second_later(routes, user_id, -1)
    own = cookie_header(routes.sign_in(email, NEW))
    routes.call("GET", change_email(routes, own, f"new-{email}"))
    assert routes.sign_in(f"new-{email}", NEW).status_code == 200


def revoke(routes: Routes, own: str, path: str, token: str) -> None:
    body = {"token": token} if path == "/revoke-session" else {}
    assert routes.call("POST", path, json=body, headers={"cookie": own}).status_code == 200


@pytest.mark.parametrize("path", ["/revoke-session", "/revoke-sessions", "/revoke-other-sessions"])
def test_a_link_to_another_address_is_good_for_nothing_once_the_session_that_asked_is_ended(
    routes: Routes, email: str, path: str
) -> None:
    own = cookie_header(routes.sign_up(email))
    thief = routes.sign_in(email).json()["token"]
    thiefs = change_email(routes, signed(thief), f"thief-{email}")
    resetting = reset_link(routes, email)
    revoke(routes, own, path, thief)
    assert routes.call("GET", thiefs).headers["location"].endswith("error=INVALID_TOKEN")
    assert routes.rows('select count(*) from "user" where email = %s', f"thief-{email}") == [(0,)]
    assert reset(routes, resetting) == 200, "what went to the own address stays good"


@pytest.mark.parametrize("token", ["own", "of nobody", "a neighbour's"])
def test_a_link_stays_where_no_other_session_of_the_user_was_ended(routes: Routes, email: str, token: str) -> None:
    _, mine = somebody(routes, email)
    _, neighbours = somebody(routes, f"neighbour-{email}")
    link = change_email(routes, signed(mine), f"new-{email}")
    revoke(routes, signed(mine), "/revoke-session", {"own": mine, "of nobody": "x" * 32}.get(token, neighbours))
    routes.call("GET", link)
    assert routes.sign_in(f"new-{email}").status_code == 200


def test_links_of_others_stay_when_somebody_ends_their_sessions(routes: Routes, email: str) -> None:
    _, mine = somebody(routes, email)
    _, neighbours = somebody(routes, f"neighbour-{email}")
    link = change_email(routes, signed(neighbours), f"new-{email}")
    revoke(routes, signed(mine), "/revoke-sessions", mine)
    routes.call("GET", link)
    assert routes.sign_in(f"new-{email}").status_code == 200


def test_a_link_does_not_come_back_with_the_address_that_asked_for_it(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    thiefs = change_email(routes, signed(token), f"thief-{email}")
    routes.call("GET", change_email(routes, signed(token), f"new-{email}"), headers={"cookie": signed(token)})
    routes.rows('update "user" set email = %s where id = %s', email, user_id)
    assert routes.call("GET", thiefs).headers["location"].endswith("error=INVALID_TOKEN")


@pytest.mark.parametrize("remedy", ["a reset", "a new password", "a new address", "other sessions ended"])
def test_a_link_that_deletes_the_account_ends_with_the_others(
    routes: Routes, routes_with: Callable[[AccountSettings], Routes], email: str, remedy: str
) -> None:
    """Whoever reads the old mailbox could have its owner follow it."""
    asking = routes_with(AccountSettings(delete_user="confirm"))
    own = cookie_header(routes.sign_up(email))
    asking.call("POST", "/delete-user", json={}, headers={"cookie": own})
    deleting, address = routes.mailbox.link(), email
    if remedy == "a reset":
        assert reset(routes, reset_link(routes, email)) == 200
        own = cookie_header(routes.sign_in(email, NEW))
    elif remedy == "a new password":
        assert change_password(routes, own) == 200
    elif remedy == "a new address":
        address = f"new-{email}"
        routes.call("GET", change_email(routes, own, address), headers={"cookie": own})
    else:
        revoke(routes, own, "/revoke-other-sessions", "")
    asking.call("GET", deleting, headers={"cookie": own})
    assert routes.rows('select count(*) from "user" where email = %s', address) == [(1,)]


@pytest.mark.parametrize("path", ["/revoke-session", "/revoke-sessions", "/revoke-other-sessions"])
def test_at_a_better_auth_server_links_outlive_sessions(
    routes: Routes, email: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    own = cookie_header(routes.sign_up(email))
    other = routes.sign_in(email).json()["token"]
    link = change_email(routes, signed(other), f"new-{email}")
    revoke(routes, own, path, other)
    routes.call("GET", link)
    assert routes.sign_in(f"new-{email}").status_code == 200


def test_at_a_better_auth_server_such_a_link_goes_on(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    user_id, token = somebody(routes, email)
    link = change_email(routes, signed(token), f"new-{email}")
    assert change_password(routes, signed(token)) == 200
    a_second_later(routes, user_id)
    routes.call("GET", link)
    assert routes.sign_in(f"new-{email}", NEW).status_code == 200


def test_a_new_password_ends_all_sessions_but_the_one_that_chose_it(routes: Routes, email: str) -> None:
    own = cookie_header(routes.sign_up(email))
    thief = cookie_header(routes.sign_in(email))
    assert change_password(routes, own) == 200
    assert is_signed_in(routes, own)
    assert not is_signed_in(routes, thief)


def test_whoever_wants_other_sessions_to_go_on_says_so(routes: Routes, email: str) -> None:
    own = cookie_header(routes.sign_up(email))
    other = cookie_header(routes.sign_in(email))
    assert change_password(routes, own, revokeOtherSessions=False) == 200
    assert is_signed_in(routes, other)


def test_a_wrong_password_throws_nobody_out(routes: Routes, email: str) -> None:
    own = cookie_header(routes.sign_up(email))
    other = cookie_header(routes.sign_in(email))
    link = reset_link(routes, email)
    assert change_password(routes, own, currentPassword="a wrong one") == 400
    assert is_signed_in(routes, other)
    assert reset(routes, link) == 200


def test_a_new_address_ends_all_sessions_but_the_one_that_follows_the_link(routes: Routes, email: str) -> None:
    own = cookie_header(routes.sign_up(email))
    thief = cookie_header(routes.sign_in(email))
    link = change_email(routes, own, f"new-{email}")
    routes.call("GET", link, headers={"cookie": own})
    assert is_signed_in(routes, own)
    assert not is_signed_in(routes, thief)


def test_sessions_and_links_of_others_stay(routes: Routes, email: str) -> None:
    _, neighbour = somebody(routes, f"neighbour-{email}")
    neighbours_link = reset_link(routes, f"neighbour-{email}")
    own = cookie_header(routes.sign_up(email))
    assert change_password(routes, own) == 200
    assert is_signed_in(routes, signed(neighbour))
    assert reset(routes, neighbours_link) == 200


@pytest.mark.parametrize("what", ["forgotten password", "password", "address"])
def test_the_old_address_is_told(routes: Routes, email: str, what: str) -> None:
    cookie = cookie_header(routes.sign_up(email))
    if what == "forgotten password":
        reset(routes, reset_link(routes, email))
    elif what == "password":
        change_password(routes, cookie)
    else:
        routes.call("GET", change_email(routes, cookie, f"new-{email}"))
    told = [mail for mail in routes.mailbox.received if "was changed" in mail.subject]
    assert [mail.recipient for mail in told] == [email]


def test_with_better_auths_defaults_they_outlive_it(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    own = cookie_header(routes.sign_up(email))
    other = cookie_header(routes.sign_in(email))
    link = reset_link(routes, email)
    assert change_password(routes, own) == 200
    assert is_signed_in(routes, other)
    assert reset(routes, link, PASSWORD) == 200
    assert not [mail for mail in routes.mailbox.received if "was changed" in mail.subject]
