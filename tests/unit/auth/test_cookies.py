from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.auth.browser.cookies import decoded, parse, read_signed, sent_cookies, sign
from shared.auth.browser.session_cookies import Attributes, SessionCookies
from shared.auth.identity.rules import AuthRules
from shared.auth.models import Client, Session
from shared.errors import Misconfigured
from shared.settings.accounts import AuthSettings
from shared.web import Request
from tests.unit.auth.vectors import COOKIES, SECRET, beside_the_project

TOKEN, WRITTEN = COOKIES[0]
HTTP = SessionCookies(SECRET, Attributes(secure=False))
HTTPS = SessionCookies(SECRET, Attributes(secure=True))
NOW = datetime.now(UTC)
SESSION = Session("s", TOKEN, "u", NOW + timedelta(days=7), NOW, NOW, "", "")


@pytest.mark.parametrize(("value", "written"), COOKIES)
def test_a_signed_cookie_is_what_better_auth_writes(value: str, written: str) -> None:
    assert sign(value, SECRET) == written


@pytest.mark.parametrize(("value", "written"), COOKIES)
def test_what_better_auth_wrote_is_read(value: str, written: str) -> None:
    assert read_signed(decoded(written), SECRET) == value


def test_every_recorded_cookie_is_recreated_byte_for_byte() -> None:
    recorded = beside_the_project("better_auth_transcripts.json")
    secret = recorded["meta"]["secret"]
    written = [
        cookie["value"]
        for transcript in recorded["transcripts"]
        if transcript["variant"] != "secrets_rotation"
        for cookie in transcript.get("response", {}).get("setCookies", [])
        if cookie["value"] and cookie["name"].endswith(("session_token", "dont_remember"))
    ]
    assert len(written) > 70
    assert [sign(str(read_signed(decoded(one), secret)), secret) for one in written] == written


def test_recorded_vectors_are_signed_and_read_alike() -> None:
    vectors = beside_the_project("better_auth_vectors.json")
    for one in vectors["signedCookies"]:
        assert sign(one["value"], vectors["secret"]) == one["cookie"]
        assert read_signed(decoded(one["cookie"]), vectors["secret"]) == one["value"]


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        TOKEN,
        f"{TOKEN}.",
        f".{decoded(WRITTEN).rpartition('.')[2]}",
        decoded(WRITTEN)[:-2] + "=",
        decoded(WRITTEN)[:-1],
        decoded(WRITTEN)[:-1] + "é",
        decoded(WRITTEN)[:-1] + "\ud800",
        decoded(WRITTEN)[:-2] + "p=",  # the same signature as "o=", once it is decoded
        decoded(WRITTEN) + "=",
        f"\ud800.{decoded(WRITTEN).rpartition('.')[2]}",
        decoded(WRITTEN)[1:],
        decoded(WRITTEN).swapcase(),
        f"{TOKEN}.{'A' * 43}=",
        f"{TOKEN}.{'=' * 44}",
        f"{TOKEN}x.{decoded(WRITTEN).rpartition('.')[2]}",
        f"{TOKEN}.{decoded(WRITTEN).rpartition('.')[2]}.{decoded(WRITTEN).rpartition('.')[2]}",
        decoded(sign(TOKEN, "the secret of another environment, 32+")),
    ],
)
def test_a_forged_or_cut_signature_is_worth_nothing(forged: str) -> None:
    assert read_signed(forged, SECRET) is None


def test_of_several_cookies_with_one_name_the_first_counts() -> None:
    assert parse("a=1; a=2; b=3") == {"a": "1", "b": "3"}


def test_a_forged_cookie_in_front_is_not_outvoted_by_a_good_one_behind() -> None:
    assert HTTP.token(parse(f"{HTTP.token_name}=bad; {HTTP.token_name}={WRITTEN}")) is None


@pytest.mark.parametrize(
    "header",
    [
        f"better-auth.session_token={WRITTEN}",
        f"better-auth.session_token={decoded(WRITTEN)}",
        f'better-auth.session_token="{decoded(WRITTEN)}"',
        f"a=1;better-auth.session_token={WRITTEN};b=2",
        f'a=%E0%A4%A; ; =x; nonsense; better-auth.session_token={WRITTEN}; b="q"',
        f"  better-auth.session_token =  {WRITTEN}  ",
    ],
)
def test_a_good_cookie_is_found_among_garbage(header: str) -> None:
    assert HTTP.token(parse(header)) == TOKEN


@pytest.mark.parametrize("garbage", ["", ";;;", "=", "a", "%", "a=%zz", "a=%ff", "\x00\x01", '"', 'a="', "a==;==b"])
def test_garbage_is_tolerated(garbage: str) -> None:
    assert HTTP.token(parse(garbage)) is None


def test_https_reads_and_writes_only_names_that_insecure_pages_cannot_set() -> None:
    assert HTTPS.token(parse(f"better-auth.session_token={WRITTEN}")) is None
    assert HTTPS.token(parse(f"__Secure-better-auth.session_token={WRITTEN}")) == TOKEN
    assert HTTP.token(parse(f"__Secure-better-auth.session_token={WRITTEN}")) is None


def test_a_remembered_session_is_one_cookie_with_attributes_in_order() -> None:
    assert HTTPS.for_session(SESSION, {}) == [
        f"__Secure-better-auth.session_token={WRITTEN}; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax"
    ]


def test_a_session_that_is_not_remembered_ends_with_the_browser() -> None:
    assert HTTP.for_session(SESSION, {}, remember=False) == [
        f"better-auth.session_token={WRITTEN}; Path=/; HttpOnly; SameSite=Lax",
        f"better-auth.dont_remember={COOKIES[1][1]}; Path=/; HttpOnly; SameSite=Lax",
    ]


def test_being_remembered_after_all_ends_the_cookie_that_said_otherwise() -> None:
    sent = parse(f"better-auth.dont_remember={COOKIES[1][1]}")
    assert HTTP.for_session(SESSION, sent)[1:] == [
        "better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    ]


def test_signing_out_ends_three_cookies() -> None:
    assert HTTP.ended({}) == [
        f"better-auth.{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
        for name in ("session_token", "session_data", "dont_remember")
    ]


def test_the_pieces_of_a_cached_session_end_too() -> None:
    sent = {"better-auth.session_data.0": "x", "better-auth.session_data.1": "y", "better-auth.session_data.x": "z"}
    assert [cookie.partition("=")[0] for cookie in HTTP.ended_cache(sent)] == [
        "better-auth.session_data.0",
        "better-auth.session_data.1",
    ]


def test_cookies_for_another_site_say_so_in_better_calls_order() -> None:
    attributes = Attributes(secure=True, same_site="None", domain="example.com", partitioned=True)
    assert attributes.written("n", "v", 60) == (
        "n=v; Max-Age=60; Domain=example.com; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
    )


@pytest.mark.parametrize(
    "attributes", [Attributes(secure=False, same_site="None"), Attributes(secure=False, partitioned=True)]
)
def test_browsers_take_such_cookies_only_if_secure_so_they_are_on_every_machine(attributes: Attributes) -> None:
    assert "; Secure;" in attributes.written("n", "v", None)
    assert SessionCookies(SECRET, attributes).token_name == "better-auth.session_token"


def test_the_settings_reach_the_cookies() -> None:
    environment = {
        "BETTER_AUTH_SECRET": SECRET,
        "BETTER_AUTH_URL": "https://api.example.com",
        "COOKIE_SAME_SITE": "None",
        "COOKIE_DOMAIN": ".example.com",
        "COOKIE_PARTITIONED": "on",
    }
    rules = AuthRules.of(AuthSettings.read(environment))
    [cookie] = rules.cookies.for_session(SESSION, {})
    assert cookie == (
        f"__Secure-better-auth.session_token={WRITTEN}; Max-Age=604800; Domain=.example.com; Path=/; HttpOnly; Secure; "
        "SameSite=None; Partitioned"
    )
    for name, value in (("COOKIE_DOMAIN", "a.com; HttpOnly"), ("COOKIE_SAME_SITE", "none"), ("COOKIE_DOMAIN", "a..b")):
        with pytest.raises(Misconfigured):
            AuthSettings.read(environment | {name: value})


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(HTTP)


def test_a_new_session_lives_seven_days_and_a_forgetful_one_a_day() -> None:
    now = datetime.now(UTC)
    assert Session.new("u", Client("", ""), now, remember=True).expires_at == now + timedelta(days=7)
    assert Session.new("u", Client("", ""), now, remember=False).expires_at == now + timedelta(days=1)


@pytest.mark.parametrize(
    ("site", "mode", "counts"),
    [
        ("cross-site", "no-cors", False),
        ("cross-site", "navigate", True),
        ("same-origin", "no-cors", True),
        (None, None, True),
    ],
)
def test_only_what_a_foreign_page_sends_without_reading_the_answer_has_no_cookies(
    site: str | None, mode: str | None, *, counts: bool
) -> None:
    told = {"sec-fetch-site": site, "sec-fetch-mode": mode, "cookie": "a=b"}
    headers = [(name.encode(), value.encode()) for name, value in told.items() if value]
    assert (sent_cookies(Request({"type": "http", "headers": headers})).get("a") == "b") is counts


@pytest.mark.parametrize(("host", "domains"), [("203.0.113.7", []), ("a.b.test", ["a.b.test", "b.test"])])
def test_cookies_may_have_been_set_for_each_domain_above_but_an_address_has_none(host: str, domains: list[str]) -> None:
    forms = Attributes(secure=True, domain="other.test", host=host).other_forms
    assert [each.domain for each in forms] == [None, *domains]
