"""What a real Better Auth 1.7.25 server was asked, asked again here; its answers are recorded beside the project.

Each request stands alone: the user and the session that its answer tells of are put in place first. Only those that are
counted follow each other. specs/better-auth.md names what differs.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from shared.auth.accounts.passwords import hashed
from shared.settings.accounts import AccountSettings
from tests.docs.prose import table_rows
from tests.integration.auth import recorded as recorded_people
from tests.integration.auth.conftest import Routes, app_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FILE: Final = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "better_auth_transcripts.json"
ROUTES: Final = re.compile(r"/api/auth/(sign-up/email|sign-in/email|sign-out|get-session)/?(\?|$)")
"""Whose people are told by the answer; tests/integration/auth/recorded.py knows those of the other routes."""

VARIANTS: Final = {
    "default": AccountSettings(),
    "minimal": AccountSettings(change_email="off", delete_user="off"),
    "bcrypt": AccountSettings(),
    "signup_disabled": AccountSettings(sign_up="off"),
    "no_autosignin": AccountSettings(auto_sign_in="off"),
    "require_verification": AccountSettings(require_email_verification="on"),
    "delete_verification": AccountSettings(delete_user="confirm"),
}
COUNTED: Final = ("ratelimit_db", "ratelimit_memory")
"""Asked in the order in which they were recorded."""

PAGE: Final = "specs/better-auth.md"
NOT_SPOKEN: Final = {row[0].strip("`") for row in table_rows(PAGE, "## Recorded configurations that are not spoken")}
DIFFERENCES: Final = {row[0].strip("`") for row in table_rows(PAGE, "## Recorded answers that differ")}
SILENT: Final = {"get-session-100": 98}
"""How many of the same were asked before it without being recorded."""

WITHOUT_MAIL: Final = {"minimal"}
COMPARED: Final = ("content-type", "location", "cache-control", "pragma", "set-cookie", "x-retry-after")
NEW_EVERY_TIME: Final = {
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z": "<date>",
    r"\b[A-Za-z0-9]{32}\.[A-Za-z0-9%]{40,}%3D": "<signed token>",
    r'"(id|userId)":"[^"]+"': r'"\1":"<id>"',
    r'"token":"[A-Za-z0-9]{32}"': '"token":"<token>"',
}


@cache
def recorded() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"meta": {}, "transcripts": []}


def asked_here(*variants: str) -> list[dict[str, Any]]:
    transcripts: list[dict[str, Any]] = recorded()["transcripts"]
    return [each for each in transcripts if each["variant"] in variants and "request" in each]


@pytest.fixture(autouse=True)
def original_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was recorded is what a Better Auth server does unless told otherwise."""
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")


@pytest.mark.parametrize("transcript", asked_here(*VARIANTS), ids=lambda transcript: transcript["id"])
def test_a_recorded_request_is_answered_as_it_was(routes: Routes, transcript: dict[str, Any]) -> None:
    meta, asked, expected = recorded()["meta"], transcript["request"], transcript["response"]
    sites = tuple(meta["trustedOrigins"])
    variant = transcript["variant"]
    app = app_on(
        routes.database,
        secret=meta["secret"],
        home=meta["baseURL"],
        sites=sites,
        accounts=replace(VARIANTS[variant], reset_ends_sessions="off"),
        mailer=None if variant in WITHOUT_MAIL else routes.mailbox,
    )
    server = replace(routes, app=app)
    if ROUTES.match(asked["path"]):
        prepare(server, meta, asked, expected)
    else:
        asked = recorded_people.prepare(server, meta, asked, expected)
    given = server.send(request(meta["baseURL"], asked), address="not known")
    same = told(given.status_code, given.headers.multi_items(), given.text) == told(
        expected["status"], expected["headers"], expected["body"]
    )
    assert same is (transcript["id"] not in DIFFERENCES), (
        f"{given.status_code} {given.headers.multi_items()} {given.text}"
    )


def test_every_recorded_variant_is_spoken_or_named() -> None:
    variants = {transcript["variant"] for transcript in recorded()["transcripts"]}
    assert variants <= {*VARIANTS, *COUNTED, *NOT_SPOKEN}


def test_every_difference_is_one_of_the_recorded() -> None:
    if not FILE.exists():
        pytest.skip("nothing is recorded beside the project")
    assert {transcript["id"] for transcript in asked_here(*VARIANTS)} >= DIFFERENCES


@pytest.mark.parametrize("variant", COUNTED)
def test_recorded_requests_are_counted_as_they_were(routes: Routes, variant: str) -> None:
    if not FILE.exists():
        pytest.skip("nothing is recorded beside the project")
    meta = recorded()["meta"]
    app = app_on(routes.database, secret=meta["secret"], home=meta["baseURL"], mailer=routes.mailbox, rate_limits="on")
    server = replace(routes, app=app)
    server.rows('delete from "rateLimit"')
    server.rows("""delete from "user" where email = 'rl@example.com'""")
    for transcript in asked_here(variant):
        asked, expected = transcript["request"], transcript["response"]
        address = asked["headers"].get("x-forwarded-for", "not known")
        for _ in range(SILENT.get(transcript["id"].partition("/")[2], 0)):
            server.send(request(meta["baseURL"], asked), address)
        given = server.send(request(meta["baseURL"], asked), address)
        assert told(given.status_code, given.headers.multi_items(), given.text) == told(
            expected["status"], expected["headers"], expected["body"]
        ), transcript["id"]


def request(base_url: str, asked: dict[str, Any]) -> httpx.Request:
    headers = {name: value for name, value in asked["headers"].items() if name != "content-length"}
    content = None if asked["body"] is None else asked["body"].encode()
    return httpx.Request(asked["method"], base_url + asked["path"], headers=headers, content=content)


def told(status: int, headers: Iterable[Sequence[str]], body: str) -> tuple[object, ...]:
    """An answer without what is new every time: dates, ids, tokens and their signatures."""
    compared = sorted(f"{name}: {value}" for name, value in headers if name in COMPARED)
    text = "\n".join([*compared, body])
    for pattern, sign in NEW_EVERY_TIME.items():
        text = re.sub(pattern, sign, text)
    return status, text


def prepare(server: Routes, meta: dict[str, Any], asked: dict[str, Any], expected: dict[str, Any]) -> None:
    """Put the people in place whom the recorded answer presupposes."""
    answer: dict[str, Any] = json.loads(expected["body"] or "null") or {}
    for token in re.findall(r"session_token=(\w{32})", asked["headers"].get("cookie", "")):
        server.rows("delete from session where token = %s", token)
    user: dict[str, Any] = dict(answer.get("user", {"name": "n", "emailVerified": False, "image": None}))
    user["email"] = user.get("email") or email_in(asked)
    server.rows('delete from "user" where email = %s', user["email"])
    if asked["path"].endswith("/sign-up/email") and expected["status"] == httpx.codes.OK:
        return
    password = json.loads(asked["body"])["password"] if "token" in answer else meta["password"]
    make_user(server, user, password)
    if "session" in answer:
        make_session(server, answer["session"], user["email"], is_due="set-cookie" in dict(expected["headers"]))


def email_in(asked: dict[str, Any]) -> str:
    found = re.search(r'"email":"([^"]+@[^"]+)"', asked["body"] or "")
    return found[1].lower() if found else ""


def make_user(server: Routes, user: dict[str, Any], password: str) -> None:
    if not user["email"] or user["email"].startswith(("nobody@", "nocred@")):
        return
    values = [user["email"], user["name"], user["email"], user["emailVerified"], user["image"]]
    server.rows('insert into "user" (id, name, email, "emailVerified", image) values (%s, %s, %s, %s, %s)', *values)
    server.rows(
        """insert into account (id, "accountId", "providerId", "userId", password, "updatedAt")
        values (%s, %s, 'credential', %s, %s, now())""",
        *[user["email"]] * 3,
        hash_of(password),
    )


@cache
def hash_of(password: str) -> str:
    return hashed(password, "bcrypt")


def make_session(server: Routes, session: dict[str, Any], user_id: str, *, is_due: bool) -> None:
    ends = datetime.now(UTC) + timedelta(days=5 if is_due else 7)
    server.rows("delete from session where token = %s", session["token"])
    server.rows(
        """insert into session (id, token, "userId", "expiresAt", "updatedAt", "ipAddress", "userAgent")
        values (%s, %s, %s, %s, now(), %s, %s)""",
        *[session["token"], session["token"], user_id, ends, session["ipAddress"], session["userAgent"]],
    )
