from __future__ import annotations

import pytest

from shared.auth.browser.origins import TrustedOrigins, origin_of
from shared.auth.refusals import Refused
from shared.links import is_safe_path

API = "https://api.example.com"
SITE = "https://docs.example.com"
EVIL = "https://evil.example.org"
TRUSTED = TrustedOrigins(
    (API, f"{SITE}/", "https://*.preview.example.com", "*.lan.example.com", "http://10.0.*.*:3000")
)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://docs.example.com", SITE),
        ("HTTPS://DOCS.Example.COM/", SITE),
        ("https://docs.example.com:443/a?b#c", SITE),
        ("http://docs.example.com:80", "http://docs.example.com"),
        ("http://localhost:3000/x", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("docs.example.com", None),
        ("//docs.example.com", None),
        ("javascript:alert(1)", None),
        ("https://user@docs.example.com", None),
        ("https://docs.example.com\\@evil.example.org", None),
        ("https:docs.example.com", None),
        ("https:///docs.example.com", None),
        ("https://docs.example.com\r\nSet-Cookie: a=b", None),
        (" https://docs.example.com", None),
        ("https://doçs.example.com", None),
        ("null", None),
        ("", None),
    ],
)
def test_an_origin_is_read_strictly(address: str, expected: str | None) -> None:
    assert origin_of(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        API,
        f"{SITE}/docs/page?x=1",
        "https://pr-1.preview.example.com",
        "https://a.b.preview.example.com",
        "http://box.lan.example.com",
        "https://box.lan.example.com/x",
        "http://10.0.1.2:3000",
    ],
)
def test_trusted_sites_are_included(address: str) -> None:
    assert TRUSTED.include(address)


@pytest.mark.parametrize(
    "address",
    [
        EVIL,
        "http://docs.example.com",
        "https://docs.example.com.evil.example.org",
        "https://docs.example.com:8443",
        "https://evil.example.org/.preview.example.com",
        "https://evil.example.org?.preview.example.com",
        "https://evil.example.org#.preview.example.com",
        "https://evil.example.org\\.preview.example.com",
        "http://pr-1.preview.example.com",
        "https://preview.example.com",
        "http://10.0.evil.example:3000",
        "http://10.0.1.2:3001",
        "",
        "null",
        "*",
        "https://*",
    ],
)
def test_other_sites_are_not(address: str) -> None:
    assert not TRUSTED.include(address)


@pytest.mark.parametrize("path", ["/", "/welcome", "/a/b?next=%2Fc#d", "/a b", "/ü"])
def test_a_callback_may_be_a_path_of_this_site(path: str) -> None:
    assert is_safe_path(path)
    assert TRUSTED.allow_callback(path)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example.org",
        "/\\evil.example.org",
        "/a\\b",
        "/%2f/evil.example.org",
        "/%5Cevil",
        "/a\r\nb",
        "/\t/evil",
        "/\x85",
    ],
)
def test_a_path_that_might_leave_this_site_is_no_callback(path: str) -> None:
    assert not is_safe_path(path)
    assert not TRUSTED.allow_callback(path)


@pytest.mark.parametrize(
    "address", ["welcome", "javascript:alert(1)", "data:text/html,x", "\\\\evil", f"{EVIL}/x", "?x"]
)
def test_other_callbacks_are_refused(address: str) -> None:
    assert not TRUSTED.allow_callback(address)


COOKIE = {"cookie": "anything=at-all"}
NAVIGATION = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"origin": EVIL}, None),
        (COOKIE, "MISSING_OR_NULL_ORIGIN"),
        (COOKIE | {"origin": SITE}, None),
        (COOKIE | {"referer": f"{SITE}/login"}, None),
        (COOKIE | {"origin": EVIL}, "INVALID_ORIGIN"),
        (COOKIE | {"origin": EVIL, "referer": SITE}, "INVALID_ORIGIN"),
        (COOKIE | {"origin": "null"}, "MISSING_OR_NULL_ORIGIN"),
        (COOKIE | {"origin": "null", "sec-fetch-site": "same-origin"}, None),
    ],
)
def test_cookies_of_a_foreign_page_are_refused(headers: dict[str, str], code: str | None) -> None:
    assert refusal(TRUSTED.refuse_foreign_cookies, headers) == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"origin": SITE}, None),
        ({"origin": EVIL}, "INVALID_ORIGIN"),
        ({"referer": f"{EVIL}/x"}, "INVALID_ORIGIN"),
        ({"referer": f"{SITE}/x"}, None),
        ({"origin": "null"}, "MISSING_OR_NULL_ORIGIN"),
        ({"sec-fetch-mode": "cors"}, "MISSING_OR_NULL_ORIGIN"),
        ({"sec-fetch-mode": " "}, None),
        ({"origin": SITE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}, None),
        (NAVIGATION | {"origin": SITE}, "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED"),
        (NAVIGATION | COOKIE | {"origin": SITE}, None),
        (COOKIE, "MISSING_OR_NULL_ORIGIN"),
    ],
)
def test_nobody_is_signed_in_by_a_foreign_page(headers: dict[str, str], code: str | None) -> None:
    assert refusal(TRUSTED.refuse_foreign_login, headers) == code


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", {"origin": EVIL}, True),
        ("POST", {}, True),
        ("POST", {"origin": SITE}, True),
        ("POST", {"origin": SITE, "sec-fetch-site": "cross-site"}, True),
        ("POST", {"origin": "http://localhost:1", "sec-fetch-site": "same-origin"}, True),
        ("POST", {"origin": EVIL}, False),
        ("DELETE", {"origin": EVIL, "sec-fetch-site": "cross-site"}, False),
        ("POST", {"origin": "null"}, False),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
    ],
)
def test_on_our_own_routes_cookies_of_a_foreign_page_do_not_count(
    method: str, headers: dict[str, str], *, expected: bool
) -> None:
    assert TRUSTED.may_use_cookies(method, headers) is expected


def refusal(check: object, headers: dict[str, str]) -> str | None:
    assert callable(check)
    try:
        check(headers)
    except Refused as refused:
        return refused.refusal.code
    return None
