from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.auth.tokens.email_tokens import CONFIRMATION, VERIFICATION, EmailToken
from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import EVIL, SECRET, SITE, TOKEN, app_on, cookies_of, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.integration.auth.conftest import Routes

OTHER_SECRET = "the secret of another environment, 32+"


def change(routes: Routes, token: str, new_email: str, **fields: object) -> httpx.Response:
    body: dict[str, object] = {"newEmail": new_email}
    return routes.call("POST", "/change-email", json=body | fields, headers={"cookie": signed(token)})


def verified(routes: Routes, user_id: str) -> bool:
    [[known]] = routes.rows('select "emailVerified" from "user" where id = %s', user_id)
    return known


def follow(routes: Routes, token: EmailToken, *, more: str = "", secret: str = SECRET) -> httpx.Response:
    return routes.call("GET", f"/verify-email?token={token.signed(secret)}{more}")


def test_a_link_verifies_the_address_in_one_round_trip_and_may_be_followed_twice(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    body = {"email": email.upper(), "callbackURL": f"{SITE}/welcome"}
    sent = routes.call("POST", "/send-verification-email", json=body, headers={"cookie": signed(token)})
    assert sent.json() == {"status": True}
    assert routes.mailbox.received[-1].recipient == email
    for _ in range(2):
        routes.database.round_trips = 0
        followed = routes.call("GET", routes.mailbox.link())
        assert (followed.status_code, followed.headers["location"]) == (302, f"{SITE}/welcome")
        assert routes.database.round_trips == 1
    assert verified(routes, user_id)


def test_a_guest_asks_for_a_link_and_learns_nothing_by_word_or_clock(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    patient = replace(routes, app=app_on(routes.database, mailer=routes.mailbox, floor=0.5))
    for address, mails in [(email, 1), (f"nobody-{email}", 1)]:
        began = time.perf_counter()
        answer = patient.call("POST", "/send-verification-email", json={"email": address})
        assert answer.json() == {"status": True}
        assert time.perf_counter() - began >= 0.5
        assert len(routes.mailbox.received) == mails
    routes.rows('update "user" set "emailVerified" = true where id = %s', user_id)
    assert routes.call("POST", "/send-verification-email", json={"email": email}).json() == {"status": True}
    assert len(routes.mailbox.received) == 1


def test_a_user_asks_for_a_link_to_the_own_address_that_is_not_verified(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    cookie = {"cookie": signed(token)}
    foreign = routes.call("POST", "/send-verification-email", json={"email": f"x{email}"}, headers=cookie)
    assert (foreign.status_code, foreign.json()["code"]) == (400, "EMAIL_MISMATCH")
    routes.rows('update "user" set "emailVerified" = true where id = %s', user_id)
    again = routes.call("POST", "/send-verification-email", json={"email": email}, headers=cookie)
    assert (again.status_code, again.json()["code"]) == (400, "EMAIL_ALREADY_VERIFIED")
    assert routes.mailbox.received == []


def test_bad_links_verify_nothing(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    good = EmailToken(email, user_id)
    refused = {
        "another secret": (follow(routes, good, secret=OTHER_SECRET), "INVALID_TOKEN"),
        "another user": (follow(routes, EmailToken(email, "x" * 32)), "INVALID_TOKEN"),
        "nobody": (follow(routes, EmailToken(f"nobody-{email}")), "USER_NOT_FOUND"),
        "truncated": (routes.call("GET", f"/verify-email?token={good.signed(SECRET)[:-2]}"), "INVALID_TOKEN"),
        "twice": (routes.call("GET", "/verify-email?token=a&token=b"), "VALIDATION_ERROR"),
    }
    assert {what: answer.json()["code"] for what, (answer, _) in refused.items()} == {
        what: code for what, (_, code) in refused.items()
    }
    assert not verified(routes, user_id)


def test_a_refused_link_sends_the_browser_on_with_the_reason(routes: Routes) -> None:
    answer = routes.call("GET", "/verify-email?token=x&callbackURL=%2Fdone%3Fa%3D1%23end")
    assert (answer.status_code, answer.headers["location"]) == (302, "/done?a=1&error=INVALID_TOKEN#end")


@pytest.mark.parametrize("address", [EVIL, "//evil.example.org", "/%5cevil.example.org", "/x%0d%0aSet-Cookie:a=b"])
def test_no_link_leads_to_another_site_or_splits_a_header(routes: Routes, email: str, address: str) -> None:
    answer = follow(routes, EmailToken(email), more=f"&callbackURL={address}")
    assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_CALLBACK_URL")


def test_a_new_address_counts_once_its_reader_followed_the_link(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    new_email = f"new-{email}"
    assert change(routes, token, new_email.upper(), callbackURL="/settings").json() == {"status": True}
    [mail] = routes.mailbox.received
    assert mail.recipient == new_email
    assert routes.session(signed(token)).json()["user"]["email"] == email
    followed = routes.call("GET", routes.mailbox.link(), headers={"cookie": signed(token)})
    assert (followed.status_code, followed.headers["location"]) == (302, "/settings")
    assert TOKEN in cookies_of(followed)
    assert routes.session(signed(token)).json()["user"]["email"] == new_email
    assert not verified(routes, user_id)
    again = routes.call("GET", routes.mailbox.link(), headers={"cookie": signed(token)})
    assert again.headers["location"] == "/settings?error=INVALID_TOKEN"


def test_the_old_address_may_have_to_agree_first(routes_with: Callable[[AccountSettings], Routes], email: str) -> None:
    routes = routes_with(AccountSettings(change_email="confirm"))
    user_id, token = somebody(routes, email)
    routes.rows('update "user" set "emailVerified" = true where id = %s', user_id)
    new_email = f"new-{email}"
    change(routes, token, new_email)
    assert [mail.recipient for mail in routes.mailbox.received] == [email]
    assert new_email in routes.mailbox.received[0].text
    routes.call("GET", routes.mailbox.link())
    assert [mail.recipient for mail in routes.mailbox.received] == [email, new_email]
    routes.call("GET", routes.mailbox.link())
    assert routes.rows('select email, "emailVerified" from "user" where id = %s', user_id) == [(new_email, True)]


def test_an_address_that_somebody_has_is_not_told_and_gets_no_mail(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    routes.sign_up(f"taken-{email}")
    assert change(routes, token, f"taken-{email}").json() == {"status": True}
    assert routes.mailbox.received == []
    assert change(routes, token, email.upper()).json() == {"message": "Email is the same"}


def test_an_address_that_was_taken_after_the_mail_stays_with_who_has_it(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    routes.sign_up(f"taken-{email}")
    link = EmailToken(email, user_id, f"taken-{email}", VERIFICATION)
    answer = follow(routes, link)
    assert (answer.status_code, answer.json()["code"]) == (401, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")
    assert routes.rows('select email from "user" where id = %s', user_id) == [(email,)]


@pytest.mark.parametrize("request_type", [VERIFICATION, CONFIRMATION, None])
def test_a_link_works_only_for_its_own_user(routes: Routes, email: str, request_type: str | None) -> None:
    user_id, _ = somebody(routes, email)
    _, eve = somebody(routes, f"eve-{email}")
    link = EmailToken(email, user_id, f"new-{email}", request_type).signed(SECRET)
    answer = routes.call("GET", f"/verify-email?token={link}", headers={"cookie": signed(eve)})
    assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_USER")
    unbound = follow(routes, EmailToken(email, None, f"new-{email}", request_type))
    assert (unbound.status_code, unbound.json()["code"]) == (401, "INVALID_TOKEN")
    assert routes.rows('select email from "user" where id = %s', user_id) == [(email,)]
    assert routes.mailbox.received == []


def test_an_older_servers_link_changes_the_address_and_asks_to_verify_it(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    routes.rows('update "user" set "emailVerified" = true where id = %s', user_id)
    answer = follow(routes, EmailToken(email, user_id, f"new-{email}"))
    assert answer.json()["user"]["email"] == f"new-{email}"
    assert not verified(routes, user_id)
    assert routes.mailbox.received[-1].recipient == f"new-{email}"


def test_where_addresses_do_not_change_or_no_mail_is_sent_the_answer_says_so(
    routes: Routes, routes_with: Callable[[AccountSettings], Routes], email: str
) -> None:
    _, token = somebody(routes, email)
    fixed = routes_with(AccountSettings(change_email="off"))
    assert change(fixed, token, f"new-{email}").json()["code"] == "CHANGE_EMAIL_DISABLED"
    silent = replace(routes, app=app_on(routes.database))
    unsent = change(silent, token, f"new-{email}")
    assert (unsent.status_code, unsent.json()) == (400, {"message": "Verification email isn't enabled"})
    answer = silent.call("POST", "/send-verification-email", json={"email": email})
    assert answer.json()["code"] == "VERIFICATION_EMAIL_NOT_ENABLED"
