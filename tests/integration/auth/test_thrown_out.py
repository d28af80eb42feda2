"""What somebody does whose account was stolen throws the thief out, by whichever way they had come in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.integration.auth.conftest import PASSWORD, cookie_header, signed, somebody

if TYPE_CHECKING:
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
