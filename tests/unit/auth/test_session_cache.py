from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.auth.browser import session_cache
from shared.auth.browser.cookies import parse, sign
from shared.auth.browser.session_cache import CachedSession
from shared.auth.browser.session_cookies import Attributes, SessionCookies
from shared.auth.identity.rules import AuthRules, KnownUser, identity_without_database
from shared.auth.models import Client, Session, SignedInUser, User
from shared.settings.accounts import AuthSettings
from tests.unit.auth.vectors import (
    CACHED,
    CACHED_SESSION_ID,
    CACHED_TOKEN,
    CACHED_UNTIL,
    CACHED_USER_ID,
    SECRET,
)

LAST_MOMENT = datetime.fromtimestamp(CACHED_UNTIL / 1000, UTC)
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
COOKIES = SessionCookies(SECRET, Attributes(secure=False), HOUR)
TOKEN, DATA = "better-auth.session_token", "better-auth.session_data"


def somebody(name: str = "Ann", program: str = "Browser/1.0", *, now: datetime = NOW) -> SignedInUser:
    user = User.new(name, "ann@example.com", None, now)
    return SignedInUser(user, Session.new(user.id, Client("203.0.113.7", program), now, remember=True))


def written(who: SignedInUser, lifetime: timedelta = HOUR, *, secret: str = SECRET, now: datetime = NOW) -> str:
    return session_cache.written(who, secret, now, lifetime)


def opened(value: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(value + "=="))


def closed(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content, ensure_ascii=False).encode()).rstrip(b"=").decode()


def test_what_better_auth_wrote_is_read_until_its_last_moment() -> None:
    expected = CachedSession(CACHED_TOKEN, CACHED_SESSION_ID, CACHED_USER_ID)
    assert session_cache.read(CACHED, SECRET, LAST_MOMENT) == expected
    assert session_cache.read(CACHED, SECRET, LAST_MOMENT + timedelta(milliseconds=1)) is None


@given(name=st.text(), program=st.text(st.characters(min_codepoint=32, max_codepoint=255)))
def test_what_is_written_is_read_whatever_the_user_is_called(name: str, program: str) -> None:
    who = somebody(name, program)
    expected = CachedSession(who.session.token, who.session.id, who.user.id)
    assert session_cache.read(written(who), SECRET, NOW) == expected


def test_fields_stand_in_better_auths_order() -> None:
    mine, theirs = opened(written(somebody())), opened(CACHED)
    assert list(mine) == list(theirs)
    assert list(mine["session"]) == list(theirs["session"])
    assert list(mine["session"]["session"]) == list(theirs["session"]["session"])
    assert [name for name in mine["session"]["user"] if name != "image"] == list(theirs["session"]["user"])


def test_a_session_that_ends_before_the_cookie_does_counts_no_longer() -> None:
    who = somebody(now=NOW - timedelta(days=7))
    assert session_cache.read(written(who), SECRET, NOW + timedelta(minutes=1)) is None


def test_another_secret_signs_nothing_here() -> None:
    assert session_cache.read(written(somebody(), secret="of another environment, 32 or more"), SECRET, NOW) is None


@pytest.mark.parametrize("place", [("session", "user", "id"), ("session", "session", "userId"), ("expiresAt",)])
def test_a_changed_field_breaks_the_signature(place: tuple[str, ...]) -> None:
    content = opened(written(somebody()))
    inside = content
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = 4102444800000 if place == ("expiresAt",) else "somebody else"
    assert session_cache.read(closed(content), SECRET, NOW) is None


@pytest.mark.parametrize(
    "garbage",
    [
        *("", "x", "====", "ä", "%%%", CACHED[:-1], CACHED[1:]),
        *(base64.urlsafe_b64encode(text).decode() for text in (b"null", b"[]", b"{}", b'"x"', b"1")),
        closed({"session": None, "expiresAt": 1, "signature": ""}),
        closed({"session": {}, "expiresAt": "1", "signature": "AAAA"}),
        closed({"session": [], "expiresAt": 1e400, "signature": None}),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)  # fmt: skip
def test_garbage_is_nobody(garbage: str) -> None:
    assert session_cache.read(garbage, SECRET, NOW) is None


@given(st.binary())
def test_no_bytes_are_too_strange(content: bytes) -> None:
    assert session_cache.read(base64.urlsafe_b64encode(content).decode(), SECRET, NOW) is None


def test_signing_in_caches_the_session_and_forgets_its_old_pieces() -> None:
    who = somebody()
    cookies = COOKIES.for_signed_in(who, {DATA: "old", f"{DATA}.0": "old"})
    assert [cookie.partition("=")[0] for cookie in cookies] == [TOKEN, f"{DATA}.0", DATA]
    assert cookies[2].endswith("; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax")
    forgetful = COOKIES.for_signed_in(who, {}, remember=False)
    assert forgetful[-1].startswith(DATA)
    assert "Max-Age" not in forgetful[-1]


def test_a_session_too_large_for_one_cookie_is_not_cached() -> None:
    cookies = COOKIES.for_cache(somebody("x" * 4000), {DATA: "old"})
    assert cookies == [f"{DATA}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]


def test_switched_off_nothing_is_written_and_nothing_read() -> None:
    off = SessionCookies(SECRET, Attributes(secure=False))
    assert off.for_cache(somebody(), {}) == []
    assert off.cached(CACHED_TOKEN, {DATA: written(somebody())}) is None


def known(header: str, token: str | None, cached_for: int = 3600) -> KnownUser | None:
    rules = AuthRules.of(AuthSettings(SECRET, "http://api.example.com", session_cache_seconds=cached_for))
    return identity_without_database(token, parse(header), rules)


def test_who_asks_is_known_without_a_database_by_token_and_cache_together() -> None:
    who = somebody()
    expected = KnownUser(who.user.id, who.session.id)
    value = written(who)
    assert known(f"{DATA}={value}", who.session.token) == expected
    assert known(f"{DATA}.1={value[400:]}; {DATA}.0={value[:400]}", who.session.token) == expected
    assert known(f"{DATA}={value}", who.session.token, cached_for=0) is None
    assert known(f"{DATA}={value}", "the token of another session") is None
    assert known(f"{DATA}={value}", None) is None
    assert known(f"{TOKEN}={sign(who.session.token, SECRET)}", who.session.token) is None
