"""Whatever is sent: a clear answer, no session, no way out of the site."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.auth import get_session, sign_in_email, sign_out, sign_up_email
from functions.dependencies import counts
from functions.dependencies.database import database
from functions.dependencies.options import account_options
from functions.dependencies.rules import auth_rules
from shared.app import build_app
from shared.auth.accounts.options import Options
from shared.auth.browser.cookies import decoded, parse, read_signed, sign
from shared.auth.browser.origins import TrustedOrigins, origin_of
from shared.auth.browser.session_cookies import Attributes, SessionCookies
from shared.auth.identity.rules import AuthRules
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.errors import DatabaseUnavailable
from shared.settings.accounts import AccountSettings, AuthSettings, MailSettings
from tests.unit.auth.vectors import SECRET

HOME = "http://api.example.com"
SETTINGS = AuthSettings(SECRET, HOME)
TRUSTED = TrustedOrigins((HOME, "https://*.example.com"))
NAMES = ["name", "email", "password", "image", "callbackURL", "rememberMe", "redirectTo", "state"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.text("/\\%2f5c:@.?#\r\n\0a", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES) | VALUES


class Unreachable(Database):
    """Nothing in these tests may depend on the database."""

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        raise DatabaseUnavailable from RuntimeError(
            f"asked {len(statements)} statements, {idempotent=}, {transaction=}"
        )

    def close(self) -> None:
        """Nothing is open."""


async def unreachable() -> Database:
    return Unreachable()


async def rules() -> AuthRules:
    return AuthRules.of(SETTINGS)


async def uncounted() -> None:
    """Many more requests come here than the limits let through."""


async def options() -> Options:
    return Options.of(SETTINGS, AccountSettings(), MailSettings())


APP = build_app(*(module.router for module in (sign_up_email, sign_in_email, sign_out, get_session)))
APP.dependency_overrides |= {
    database: unreachable,
    auth_rules: rules,
    counts.local_counts: uncounted,
    account_options: options,
}


def asked(request: httpx.Request) -> httpx.Response:
    async def answered() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP)) as client:
            return await client.send(request)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(answered())


@pytest.mark.parametrize("path", ["sign-up/email", "sign-in/email", "sign-out"])
@given(body=BODIES.map(json.dumps).map(str.encode) | st.binary(max_size=40), as_form=st.booleans())
def test_any_body_gets_an_answer_that_says_what_is_wrong(path: str, body: bytes, *, as_form: bool) -> None:
    media_type = "application/x-www-form-urlencoded" if as_form else "application/json"
    headers = {"content-type": media_type, "origin": HOME}
    answer = asked(httpx.Request("POST", f"{HOME}/api/auth/{path}", headers=headers, content=body))
    assert answer.json() == {"success": True} or (
        answer.status_code in {400, 403, 415, 503} and set(answer.json()) <= {"message", "code"}
    )


@given(header=st.binary(max_size=60).map(lambda sent: sent.translate(None, b"\r\n\0")))
def test_any_cookie_header_is_a_guest(header: bytes) -> None:
    request = httpx.Request("GET", f"{HOME}/api/auth/get-session", headers=[(b"cookie", header)])
    assert asked(request).json() is None


@given(header=st.text())
def test_any_cookie_header_can_be_read(header: str) -> None:
    cookies = parse(header)
    assert SessionCookies(SECRET, Attributes(secure=False)).token(cookies) is None


@given(value=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_is_signed_is_read_back(value: str) -> None:
    assert read_signed(decoded(sign(value, SECRET)), SECRET) == value


@given(address=st.text() | st.text("htps:/\\@.?#[]0aexamplco", max_size=40).map(lambda tail: f"https://{tail}"))
def test_any_callback_that_is_allowed_stays_on_a_trusted_site(address: str) -> None:
    if not TRUSTED.allow_callback(address):
        return
    if address.startswith("/"):
        assert httpx.URL(HOME).join(address).host == "api.example.com"
    else:
        host = httpx.URL(address).host
        assert host == "api.example.com" or host.endswith(".example.com")
        assert origin_of(address) is not None


def test_a_setting_that_is_missing_is_named_to_nobody_but_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BETTER_AUTH_SECRET", raising=False)
    bare = build_app(get_session.router)

    async def answered() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(bare), base_url=HOME) as client:
            return await client.get("/api/auth/get-session")

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        answer = runner.run(answered())
    assert answer.status_code == 500
    assert answer.json() == {"message": "The service is not set up correctly.", "code": "misconfigured"}
