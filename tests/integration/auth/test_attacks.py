"""What somebody with bad intentions would try, one test each: nothing gets through, and nothing is told."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode
from uuid import uuid4

import bcrypt
import pytest

from shared.auth.accounts.passwords import hashed
from shared.auth.browser import session_cache
from shared.auth.browser.cookies import decoded, sign
from shared.auth.models import Client, Session, SignedInUser, User
from shared.auth.refusals import Refused
from shared.auth.tokens.email_tokens import EmailToken
from shared.outbox.seal import BrokenSeal, Seal
from tests.fixtures.stopwatch import Stopwatch
from tests.integration.auth.conftest import (
    EVIL,
    HOME,
    PASSWORD,
    SECRET,
    SITE,
    TOKEN,
    Routes,
    app_on,
    cookie_header,
    cookies_of,
    signed,
    somebody,
)
from tests.integration.auth.requests import NAMES, REQUESTS
from tests.unit.auth.every_route import auth_routes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp, Message

OTHER_SECRET = "the secret of another environment, 32+"
ASKING = "asking@example.com"
POSTS: Final = ["/sign-up/email", "/sign-in/email", "/sign-out"]
SQL: Final = [
    "'; drop table session; --",
    '"; drop table "user"; --',
    "' or '1'='1",
    "1; select pg_sleep(5)",
    "$1::text",
    "%s %(x)s {} \\'",
    "*/ union select password from account /*",
]
INJECTIONS: Final = [
    "\r\nSet-Cookie: evil=1",
    "\nX-Evil: 1",
    "\r\n\r\n<script>",
    "%0d%0aSet-Cookie:%20evil=1",
    "\u2028x",
]
REDIRECTS: Final = [
    EVIL,
    "//evil.example.org",
    "/\\evil.example.org",
    "\\\\evil.example.org",
    "/%2fevil.example.org",
    "/%5cevil.example.org",
    "/\t/evil.example.org",
    " https://evil.example.org",
    "https:evil.example.org",
    "https:///evil.example.org",
    f"{SITE}@evil.example.org",
    f"{SITE}.evil.example.org",
    f"{EVIL}/{SITE}",
    f"{EVIL}?{SITE}",
    f"{EVIL}#{SITE}",
    f"{EVIL}\\@docs.example.test",
    "https://docs.example.test:443@evil.example.org",
    "https://dócs.example.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://evil.preview.example.test.evil.example.org",
    "http://docs.example.test",
]


SIGN_IN: Final[dict[str, Any]] = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "path": "/api/auth/sign-in/email",
    "query_string": b"",
    "headers": [(b"content-type", b"application/json"), (b"origin", HOME.encode())],
    "server": ("api.example.test", 80),
}
"""The part of an ASGI scope that all sign-ins share."""


def users(routes: Routes) -> int:
    return routes.rows('select count(*) from "user"')[0][0]


def is_signed_in(routes: Routes, cookie: str) -> bool:
    return routes.session(cookie).json() is not None


def altered(value: str) -> Iterable[str]:
    """The value cut anywhere, something added, and each of its characters replaced by the next one of base64's.

    Neighbours differ in the lowest bit, which means nothing in the last character of most base64 texts.
    """
    yield from (value[:end] for end in range(len(value)))
    yield from (value + more for more in ("=", "A", ".", " "))
    yield from (value[:place] + neighbour(value[place]) + value[place + 1 :] for place in range(len(value)))


def neighbour(character: str) -> str:
    alphabet = f"{ascii_uppercase}{ascii_lowercase}{digits}{'-_' if character in '-_' else '+/'}"
    return alphabet[alphabet.index(character) ^ 1] if character in alphabet else "A"


def test_a_signature_that_was_cut_or_changed_anywhere_signs_nobody_in_and_asks_no_database(
    routes: Routes, cookie: str
) -> None:
    value = decoded(cookie.removeprefix(f"{TOKEN}="))
    let_in = [text for text in altered(value) if is_signed_in(routes, f"{TOKEN}={quote(text)}")]
    assert let_in == []
    assert routes.database.round_trips == 0
    assert is_signed_in(routes, cookie)


def cached_session() -> tuple[str, Callable[[str], object]]:
    now = datetime.now(UTC)
    user = User.new("Ann", "ann@example.com", None, now)
    who = SignedInUser(user, Session.new(user.id, Client("", ""), now, remember=True))
    return session_cache.written(who, SECRET, now, timedelta(hours=1)), partial(
        session_cache.read, secret=SECRET, now=now
    )


def link() -> tuple[str, Callable[[str], object]]:
    return EmailToken("ann@example.com", "u").signed(SECRET), partial(EmailToken.read, secret=SECRET)


def receipt() -> tuple[str, Callable[[str], object]]:
    seal = Seal.of(SECRET, "receipt")
    return seal.closed(b"a turn"), seal.opened


@pytest.mark.parametrize("signed_by_us", [cached_session, link, receipt])
def test_of_whatever_else_we_sign_no_character_can_be_changed(
    signed_by_us: Callable[[], tuple[str, Callable[[str], object]]],
) -> None:
    value, read = signed_by_us()
    assert read(value)
    believed: list[str] = []
    for text in altered(value):
        with suppress(Refused, BrokenSeal):
            believed += [text] if read(text) else []
    assert believed == []


def test_a_token_of_another_environment_is_worth_nothing(routes: Routes, email: str) -> None:
    elsewhere = replace(routes, app=app_on(routes.database, secret=OTHER_SECRET))
    token = elsewhere.sign_up(email).json()["token"]
    assert is_signed_in(elsewhere, signed(token, OTHER_SECRET))
    assert not is_signed_in(routes, signed(token, OTHER_SECRET))
    bearer = {"authorization": f"Bearer {sign(token, OTHER_SECRET)}"}
    assert routes.call("GET", "/get-session", headers=bearer).json() is None
    on_https = replace(routes, app=app_on(routes.database, home=HOME.replace("http://", "https://")))
    assert not is_signed_in(on_https, signed(token)), "an insecure page could have set a cookie of this name"


def test_a_token_is_worth_nothing_after_signing_out(routes: Routes, cookie: str) -> None:
    assert is_signed_in(routes, cookie)
    routes.call("POST", "/sign-out", json={}, headers={"cookie": cookie})
    assert not is_signed_in(routes, cookie)
    bearer = {"authorization": f"Bearer {cookie.removeprefix(f'{TOKEN}=')}"}
    assert routes.call("GET", "/get-session", headers=bearer).json() is None


def test_a_session_that_was_planted_does_not_become_its_victims(routes: Routes, email: str, cookie: str) -> None:
    planted = {"cookie": cookie, "origin": HOME}
    victim = f"victim-{email}"
    sent = {"name": "Eve", "email": victim, "password": PASSWORD, "token": "fixed", "id": "fixed", "userId": "fixed"}
    up = routes.call("POST", "/sign-up/email", json=sent, headers=planted)
    into = routes.call("POST", "/sign-in/email", json=sent, headers=planted)
    tokens = {up.json()["token"], into.json()["token"], cookie.removeprefix(f"{TOKEN}=").partition(".")[0], "fixed"}
    assert len(tokens) == 4
    assert routes.session(cookie).json() is None, "the planted one is not even the attacker's any more"
    assert routes.rows("select id from session where token = 'fixed'") == []


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": f"{HOME}.evil.example.org"},
        {"origin": EVIL, "referer": HOME},
        {"referer": f"{EVIL}/{HOME}"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
def test_no_foreign_page_acts_for_whoever_visits_it(
    routes: Routes, cookie: str, path: str, headers: dict[str, str]
) -> None:
    before = users(routes)
    sent = {"name": "Eve", "email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    for kind, content in (("json", json.dumps(sent)), ("x-www-form-urlencoded", urlencode(sent))):
        shown = {"cookie": cookie, "content-type": f"application/{kind}"} | headers
        response = routes.call("POST", path, content=content.encode(), headers=shown, origin=None)
        assert response.status_code in {403, 415}, response.text
        assert "set-cookie" not in response.headers
    assert is_signed_in(routes, cookie)
    assert users(routes) == before


@pytest.mark.parametrize("path", sorted(route.path for route in auth_routes() if route.methods == {"POST"}))
def test_no_route_does_anything_for_a_foreign_page(routes: Routes, email: str, path: str) -> None:
    _, token = somebody(routes, email)
    for origin in (EVIL, "null", None):
        response = routes.call(
            "POST", path.removeprefix("/api/auth"), json={}, headers={"cookie": signed(token)}, origin=origin
        )
        assert response.status_code == 403
    assert routes.database.round_trips == 0


def test_a_plain_form_is_no_way_around_the_check_of_media_types(routes: Routes, cookie: str) -> None:
    sent = b'{"email": "eve@example.com", "password": "correct horse battery"}'
    for kind in ("text/plain", "multipart/form-data", "application/json-patch+json", "text/plain; application/json"):
        headers = {"cookie": cookie, "content-type": kind}
        assert routes.call("POST", "/sign-in/email", content=sent, headers=headers).status_code == 415


@pytest.mark.parametrize("address", REDIRECTS)
@pytest.mark.parametrize("path", POSTS[:2])
def test_no_callback_leads_to_another_site(routes: Routes, cookie: str, path: str, address: str) -> None:
    sent = {"name": "Ann", "email": f"{uuid4().hex}@example.com", "password": PASSWORD, "callbackURL": address}
    asked = [(path, sent), (f"{path}?callbackURL={quote(address)}", {**sent, "callbackURL": ""})]
    for where, body in asked:
        response = routes.call("POST", where, json=body, headers={"cookie": cookie})
        assert response.status_code == 403, response.text
        assert "location" not in response.headers
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("injected", INJECTIONS)
def test_no_field_writes_a_header(routes: Routes, email: str, injected: str) -> None:
    program = "x" + injected.encode("latin-1", "ignore").decode("latin-1").replace("\r", " ").replace("\n", " ")
    fields: dict[str, Any] = {"name": f"Ann{injected}", "image": f"https://example.com/{injected}"}
    up = routes.call(
        "POST",
        "/sign-up/email",
        json={"email": email, "password": PASSWORD, **fields},
        headers={"user-agent": program},
    )
    assert up.json()["user"]["name"] == fields["name"]
    into = routes.sign_in(email, callbackURL=f"/after{injected}")
    for response in (up, into, routes.session(cookie_header(up)), routes.session(f"{TOKEN}={injected.strip()}")):
        assert "x-evil" not in response.headers
        assert not [name for name in cookies_of(response) if "evil" in name]
        assert not [line for _, line in response.headers.items() if "\r" in line or "\n" in line]
    location = into.headers.get("location", "")
    assert location in {"", f"/after{quote(injected)}", f"/after{injected}"}


async def answered(app: ASGIApp, attempts: Iterable[tuple[str, str]]) -> Counter[int]:
    """Statuses of sign-ins with a wrong password, each from an address as somebody; without a client, to be quick."""
    told: Counter[int] = Counter()

    async def keep_status(message: Message) -> None:
        if message["type"] == "http.response.start":
            told[message["status"]] += 1

    for address, email in attempts:
        body = json.dumps({"email": email, "password": "a wrong password"}).encode()
        scope: dict[str, Any] = SIGN_IN | {"client": (address, 50000), "state": {}}
        await app(scope, lambda body=body: whole(body), keep_status)
    return told


async def whole(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": False}


@pytest.mark.long
def test_of_ten_thousand_sign_ins_hardly_any_comes_to_a_password_check(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes.sign_up(email)
    limited = replace(routes, app=app_on(routes.database, rate_limits="on"))
    network = f"2001:db8:{uuid4().hex[:4]}"
    checked = counted_checks(monkeypatch)
    began = time.monotonic()
    one_account = [(f"{network}:{number % 500:x}::1", email) for number in range(5000)]
    one_address = [(f"{network}:ffff::1", f"{number}-{email}") for number in range(5000)]
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        told = runner.run(answered(limited.app, [*one_account, *one_address]))
    assert told.total() == 10_000
    assert set(told) == {401, 429}
    rounds = 1 + (time.monotonic() - began) // 10  # of ten seconds: one address gets three tries in each
    assert told[401] <= 10 + 3 * rounds
    assert len(checked) == told[401]


def counted_checks(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The hashes that bcrypt is asked to compare with, from now on."""
    compared: list[bytes] = []
    check = bcrypt.checkpw

    def counting(password: bytes, hashed_password: bytes) -> bool:
        compared.append(hashed_password)
        return check(password, hashed_password)

    monkeypatch.setattr(bcrypt, "checkpw", counting)
    return compared


@pytest.mark.parametrize("password", ["a wrong password", "\ufdfa" * 3, "x" * 100])
def test_known_and_unknown_addresses_cost_the_same_work(
    routes: Routes, email: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes.sign_up(email)
    elsewhere, older = f"elsewhere-{email}", f"older-{email}"
    routes.rows(
        'insert into "user" (id, name, email, "emailVerified") values (%s, %s, %s, true)', email, "n", elsewhere
    )
    somebody(routes, older)
    routes.rows(
        'update account set password = %s where "userId" = (select id from "user" where email = %s)',
        hashed(PASSWORD, "scrypt"),
        older,
    )
    compared, derived = counted_checks(monkeypatch), counted_scrypts(monkeypatch)
    work: set[tuple[int, int, int, str]] = set()
    for asked in (email, f"nobody-{email}", elsewhere, older):
        compared.clear()
        derived.clear()
        routes.database.round_trips = 0
        response = routes.sign_in(asked, password)
        rounds = sum(2 ** int(each[4:6]) for each in compared)
        work.add((rounds, len(derived), routes.database.round_trips, response.text))
    assert len(work) == 1, work
    assert next(iter(work))[1:3] == (1, 1)


def counted_scrypts(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The passwords that scrypt is asked to hash, from now on."""
    derived: list[bytes] = []
    derive = hashlib.scrypt

    def counting(password: bytes, **parameters: Any) -> bytes:  # noqa: ANN401 (as hashlib.scrypt)
        derived.append(password)
        return derive(password, **parameters)

    monkeypatch.setattr(hashlib, "scrypt", counting)
    return derived


def test_a_refused_sign_in_takes_one_time_and_whoever_is_let_in_does_not_wait(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    patient = replace(routes, app=app_on(routes.database, floor=1.5))
    for asked in (email, f"nobody-{email}"):
        began = time.monotonic()
        assert patient.sign_in(asked, "a wrong password").status_code == 401
        assert time.monotonic() - began >= 1.5
    with Stopwatch() as watch:
        assert patient.sign_in(email).status_code == 200
    assert watch.least < 1.5


@pytest.mark.parametrize("text", SQL)
def test_sql_is_text_in_every_field(routes: Routes, email: str, cookie: str, text: str) -> None:
    before = users(routes)
    fields = {"name": text, "image": text, "callbackURL": "/", "rememberMe": True, text: text}
    up = routes.call(
        "POST",
        "/sign-up/email",
        json={"email": email.replace("@", "2@"), "password": text * 2, **fields},
        headers={"user-agent": text, "x-forwarded-for": text},
    )
    assert up.json()["user"]["name"] == up.json()["user"]["image"] == text
    assert routes.session(cookie_header(up)).json()["session"]["userAgent"] == text
    assert routes.sign_in(email.replace("@", "2@"), text * 2).status_code == 200
    assert routes.sign_in(email, text).status_code == 401
    assert routes.sign_in(text).status_code == 400
    assert routes.sign_in(f"{text}@example.com".replace(" ", "")).status_code in {400, 401}
    assert not is_signed_in(routes, signed(text)), "even with a good signature"
    assert routes.session(cookie, f"/get-session?disableRefresh={quote(text)}").json()["user"]["email"] == email
    bearer = {"authorization": f"Bearer {sign(text, SECRET)}"}
    assert routes.call("GET", "/get-session", headers=bearer).json() is None
    assert users(routes) == before + 1


def with_sql(path: str, body: dict[str, str] | None) -> Iterable[tuple[str, dict[str, str] | None]]:
    """The request with SQL in one place of it at a time."""
    route, _, query = path.partition("?")
    for name, value in (body or {}).items():
        text = "'or'1'--@example.com" if "@" in value else '\'; drop table "user"; --'
        yield path, {**(body or {}), name: text}
    for name, _ in parse_qsl(query):
        yield f"{route}?{urlencode(dict(parse_qsl(query)) | {name: SQL[0]})}", body
    if route.endswith("/some-token"):
        yield path.replace("some-token", quote(SQL[0], safe="")), body


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS, ids=NAMES)
def test_sql_is_text_on_every_route(
    routes: Routes, email: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    somebody(routes, f"victim-{email}")
    remove_who_asked(routes)
    before = everybody(routes)
    for spoilt, sent in with_sql(path, body):
        _, token = somebody(routes, ASKING)
        response = routes.call(method, spoilt, json=sent, headers={"cookie": signed(token)})
        assert response.status_code < 500, response.text
        remove_who_asked(routes)
    assert everybody(routes) == before


def remove_who_asked(routes: Routes) -> None:
    names = [ASKING, "'or'1'--@example.com", "ann@example.com", "ann2@example.com"]
    routes.rows('delete from "user" where email = any(%s)', names)


def everybody(routes: Routes) -> list[tuple[Any, ...]]:
    return routes.rows(
        """select u.email, u.name, a.password, count(s.id)
        from "user" u left join account a on a."userId" = u.id left join session s on s."userId" = u.id
        group by u.id, a.id order by u.id, a.id"""
    )
