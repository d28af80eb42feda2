"""No mailbox is flooded, from however many addresses mail is asked for; and nobody is kept from their own mail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import HOME, PASSWORD, Routes, app_on, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 5


@pytest.fixture
def limited(routes: Routes) -> Routes:
    return limited_with(routes)


def limited_with(routes: Routes, **accounts: str) -> Routes:
    settings = AccountSettings(**accounts)  # pyright: ignore[reportArgumentType] (words that the settings know)
    app = app_on(routes.database, mailer=routes.mailbox, rate_limits="on", accounts=settings)
    return replace(routes, app=app)


def ask(routes: Routes, path: str, body: object, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """From a household of its own each time."""
    address = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"
    shown = {"origin": HOME} | dict(headers or {})
    return routes.send(httpx.Request("POST", f"{HOME}/api/auth{path}", json=body, headers=shown), address)


def recipients(routes: Routes) -> list[str]:
    return [mail.recipient for mail in routes.mailbox.received]


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("path", ["/request-password-reset", "/send-verification-email"])
def test_from_many_addresses_a_mailbox_gets_five_of_a_kind_and_the_answer_does_not_tell_whether_it_is_anybodys(
    limited: Routes, email: str, path: str, *, exists: bool
) -> None:
    if exists:
        somebody(limited, email)
    told = [ask(limited, path, {"email": email.upper()}) for _ in range(MOST + 2)]
    assert [each.status_code for each in told] == [200] * MOST + [429] * 2
    assert 3000 < int(told[-1].headers["retry-after"]) <= 3600
    assert recipients(limited) == ([email] * MOST if exists else [])


def test_each_mailbox_and_each_kind_of_mail_is_counted_apart(limited: Routes, email: str) -> None:
    somebody(limited, email)
    for _ in range(MOST):
        ask(limited, "/send-verification-email", {"email": email})
    assert ask(limited, "/send-verification-email", {"email": f"other-{email}"}).status_code == 200
    assert ask(limited, "/request-password-reset", {"email": email}).status_code == 200


def test_after_an_hour_there_is_mail_again(limited: Routes, email: str) -> None:
    somebody(limited, email)
    for _ in range(MOST):
        ask(limited, "/request-password-reset", {"email": email})
    limited.rows("""update "rateLimit" set "lastRequest" = "lastRequest" - 3600000 where key like 'mail|reset|%%'""")
    assert ask(limited, "/request-password-reset", {"email": email}).status_code == 200
    assert len(recipients(limited)) == MOST + 1


def test_requests_that_send_no_mail_keep_nobody_from_theirs(limited: Routes, email: str) -> None:
    somebody(limited, email)
    _, stranger = somebody(limited, f"stranger-{email}")
    cookie = {"cookie": signed(stranger)}
    for _ in range(MOST + 1):
        refused = ask(limited, "/send-verification-email", {"email": email}, cookie)
        assert refused.json()["code"] == "EMAIL_MISMATCH"
        assert ask(limited, "/change-email", {"newEmail": email}).status_code == 401
    assert ask(limited, "/send-verification-email", {"email": email}).status_code == 200
    assert recipients(limited) == [email]


def test_a_strangers_mailbox_is_not_flooded_by_wishes_for_its_address(limited: Routes, email: str) -> None:
    wishers = [somebody(limited, f"{number}-{email}")[1] for number in range(MOST + 1)]
    told = [
        ask(limited, "/change-email", {"newEmail": email}, {"cookie": signed(token)}).status_code for token in wishers
    ]
    assert told == [200] * MOST + [429]
    assert recipients(limited) == [email] * MOST


def test_one_users_wishes_do_not_reach_mailboxes_without_number(limited: Routes, email: str) -> None:
    _, token = somebody(limited, email)
    told = [
        ask(limited, "/change-email", {"newEmail": f"{number}-{email}"}, {"cookie": signed(token)}).status_code
        for number in range(MOST + 1)
    ]
    assert told == [200] * MOST + [429]


def test_a_confirmation_that_is_followed_again_and_again_floods_nobody(routes: Routes, email: str) -> None:
    confirming = limited_with(routes, change_email="confirm")
    user_id, token = somebody(confirming, email)
    confirming.rows('update "user" set "emailVerified" = true where id = %s', user_id)
    ask(confirming, "/change-email", {"newEmail": f"new-{email}"}, {"cookie": signed(token)})
    link = confirming.mailbox.link()
    told = [confirming.call("GET", link).status_code for _ in range(MOST + 1)]
    # the wish itself was counted too, though its mail went to the old address
    assert told == [302] * (MOST - 1) + [429] * 2
    assert recipients(confirming) == [email] + [f"new-{email}"] * (MOST - 1)


def test_signing_in_again_and_again_asks_for_no_more_than_that(routes: Routes, email: str) -> None:
    waiting = limited_with(routes, require_email_verification="on")
    somebody(waiting, email)
    told = [ask(waiting, "/sign-in/email", {"email": email, "password": PASSWORD}) for _ in range(MOST + 2)]
    assert {(each.status_code, each.json()["code"]) for each in told} == {(403, "EMAIL_NOT_VERIFIED")}
    assert recipients(waiting) == [email] * MOST


def test_links_to_leave_are_counted_too(routes: Routes, email: str) -> None:
    leaving = limited_with(routes, delete_user="confirm")
    _, token = somebody(leaving, email)
    told = [ask(leaving, "/delete-user", {}, {"cookie": signed(token)}).status_code for _ in range(MOST + 1)]
    assert told == [200] * MOST + [429]
    assert leaving.rows("select count(*) from verification where identifier like 'delete-account-%%'")[0][0] >= MOST


def test_with_better_auths_defaults_mail_is_counted_by_address_only(
    limited: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    told = [ask(limited, "/request-password-reset", {"email": email}).status_code for _ in range(MOST + 2)]
    assert told == [200] * (MOST + 2)
