from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.auth.tokens.issuing import SigningKey
from shared.auth.tokens.jwt import Verifier
from shared.clock import now
from tests.integration.auth.conftest import HOME, SECRET, Routes, app_on, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Mapping

UNAUTHORIZED = {"message": "Unauthorized", "code": "UNAUTHORIZED"}


@dataclass
class PublishedKeys:
    """What this very API publishes."""

    routes: Routes

    def find(self, name: str) -> Mapping[str, Any] | None:
        return next((key for key in keys(self.routes) if key["kid"] == name), None)


@pytest.fixture(autouse=True)
def no_keys(routes: Routes) -> None:
    routes.rows("delete from jwks")


def keys(routes: Routes) -> list[dict[str, Any]]:
    return routes.call("GET", "/jwks").json()["keys"]


def given(routes: Routes, session: str) -> str:
    response = routes.call("GET", "/token", headers={"cookie": signed(session)})
    assert response.status_code == 200, response.text
    return response.json()["token"]


def kid(token: str) -> str:
    return json.loads(base64.urlsafe_b64decode(f"{token.partition('.')[0]}=="))["kid"]


def test_who_is_signed_in_gets_a_token_that_the_published_keys_verify(routes: Routes, email: str) -> None:
    user_id, session = somebody(routes, email)
    token = given(routes, session)
    verifier = Verifier(PublishedKeys(routes), HOME, HOME)  # pyright: ignore[reportArgumentType] (has all that is asked for)
    assert verifier.subject(token) == user_id
    assert [set(key) for key in keys(routes)] == [{"alg", "crv", "x", "kty", "kid"}], "nothing private"
    assert SECRET not in str(routes.rows("select * from jwks"))


def test_the_first_asks_twice_and_all_others_once_for_one_key(routes: Routes, email: str) -> None:
    _, session = somebody(routes, email)
    first = given(routes, session)
    assert routes.database.round_trips == 2
    another = replace(routes, app=app_on(routes.database))
    assert {kid(given(another, session)) for _ in range(3)} == {kid(first)} == {key["kid"] for key in keys(routes)}
    assert routes.database.round_trips == 2 + 3 + 1


def test_asking_for_the_keys_makes_one(routes: Routes, email: str) -> None:
    [key] = keys(routes)
    assert kid(given(routes, somebody(routes, email)[1])) == key["kid"]


def test_a_guest_gets_no_token_and_makes_no_key(routes: Routes, email: str) -> None:
    _, session = somebody(routes, email)
    routes.rows("""update session set "expiresAt" = now() where token = %s""", session)
    for cookie in ("", signed(session), signed(session, "the secret of another environment, 32+")):
        response = routes.call("GET", "/token", headers={"cookie": cookie})
        assert (response.status_code, response.json()) == (401, UNAUTHORIZED)
    assert routes.rows("select id from jwks") == []


def test_a_key_that_has_ended_signs_no_more_and_is_published_for_a_month(routes: Routes, email: str) -> None:
    _, session = somebody(routes, email)
    old = kid(given(routes, session))
    routes.rows("""update jwks set "expiresAt" = now() - interval '29 days'""")
    new = kid(given(routes, session))
    assert [key["kid"] for key in keys(routes)] == [old, new]
    routes.rows("""update jwks set "expiresAt" = now() - interval '31 days' where id = %s""", old)
    assert [key["kid"] for key in keys(routes)] == [new]


def stored(routes: Routes, key: SigningKey, secret: str = SECRET, **columns: object) -> None:
    values = dict(zip(("id", "public", "private", "at", "alg", "crv"), key.row(now(), secret), strict=True)) | columns
    routes.rows(
        """insert into jwks (id, "publicKey", "privateKey", "createdAt", alg, crv) values (%s, %s, %s, %s, %s, %s)""",
        *values.values(),
    )


def test_a_key_that_is_not_encrypted_or_of_an_older_server_signs_too(routes: Routes, email: str) -> None:
    key = SigningKey.new()
    stored(routes, key, private=json.dumps(dict(key.jwk)), alg=None, crv=None)
    assert kid(given(routes, somebody(routes, email)[1])) == key.name
    assert [published["alg"] for published in keys(routes)] == ["EdDSA"]


SHORT = json.dumps({"kty": "OKP", "crv": "Ed25519", "d": "AAAA"})


@pytest.mark.parametrize(
    "private", [SHORT, '"00"', '""', "{}", "[]", "1", "null", "no JSON", '{"kty": "RSA", "crv": 1}', None]
)
def test_a_key_that_cannot_be_read_makes_way_for_a_new_one_and_stays_published(
    routes: Routes, email: str, private: str | None
) -> None:
    key = SigningKey.new()
    stored(routes, key, "the secret of another environment, 32+", **({"private": private} if private else {}))
    new = kid(given(routes, somebody(routes, email)[1]))
    assert [published["kid"] for published in keys(routes)] == [key.name, new]


def test_keys_of_other_kinds_are_published_and_sign_nothing(routes: Routes, email: str) -> None:
    public = json.dumps({"kty": "RSA", "n": "AQAB", "e": "AQAB"})
    stored(routes, SigningKey(uuid4().hex, {}), alg="RS256", crv=None, public=public)
    new = kid(given(routes, somebody(routes, email)[1]))
    assert [(key["kty"], key["alg"]) for key in keys(routes)] == [("RSA", "RS256"), ("OKP", "EdDSA")]
    assert keys(routes)[1]["kid"] == new


@pytest.mark.parametrize("path", ["/token", "/jwks"])
def test_a_site_that_gives_out_no_tokens_has_no_such_routes(routes: Routes, cookie: str, path: str) -> None:
    without = replace(routes, app=app_on(routes.database, tokens="off"))
    response = without.call("GET", path, headers={"cookie": cookie})
    assert (response.status_code, response.text) == (404, "")
    assert "content-type" not in response.headers
    assert routes.database.round_trips == 0
