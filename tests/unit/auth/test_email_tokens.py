from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from shared.auth.refusals import EXPIRED_LINK, INVALID_LINK, Refused
from shared.auth.tokens.email_tokens import CONFIRMATION, VERIFICATION, EmailToken
from tests.unit.auth.vectors import SECRET, beside_the_project

NOW = 1_790_000_000
END = 4_102_444_800
"""In the year 2100: how long it is good is no part of what is read."""
GOOD: dict[str, Any] = {"email": "ann@example.com", "userId": "u1", "iat": NOW, "exp": END}
HS256: dict[str, Any] = {"alg": "HS256"}


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def made(header: dict[str, Any], claims: object, secret: str = SECRET) -> str:
    body = f"{encoded(header)}.{encoded(claims)}"
    signature = hmac.digest(secret.encode(), body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize("request_type", [None, CONFIRMATION, VERIFICATION])
def test_a_token_is_read_as_it_was_meant(request_type: str | None) -> None:
    token = EmailToken("ann@example.com", "u1", "new@example.com" if request_type else None, request_type)
    assert EmailToken.read(token.signed(SECRET), SECRET) == token


def test_claims_stand_in_better_auths_order_in_lower_case() -> None:
    header, claims, _ = EmailToken("Ann@Example.com", "u1", "New@Example.com", VERIFICATION).signed(SECRET).split(".")
    assert header == "eyJhbGciOiJIUzI1NiJ9"
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert list(read) == ["email", "updateTo", "requestType", "userId", "iat", "exp"]
    assert (read["email"], read["updateTo"]) == ("ann@example.com", "new@example.com")
    assert read["exp"] - read["iat"] == 3600


def test_a_token_of_the_original_is_read() -> None:
    vectors = beside_the_project("better_auth_vectors.json")
    assert EmailToken.read(vectors["verifyEmailJwt"], vectors["secret"]) == EmailToken("ve@example.com", "u1")


def test_it_ends_with_its_hour() -> None:
    with pytest.raises(Refused) as refused:
        EmailToken.read(made(HS256, GOOD | {"exp": NOW}), SECRET)
    assert refused.value.refusal is EXPIRED_LINK


FORGED = {
    "another secret": made(HS256, GOOD, "the secret of another environment, 32+"),
    "no algorithm": made({"alg": "none"}, GOOD),
    "no algorithm and no signature": f"{encoded({'alg': 'none'})}.{encoded(GOOD)}.",
    "an algorithm in other letters": made({"alg": "hs256"}, GOOD),
    "another algorithm": made({"alg": "HS512"}, GOOD),
    "no header": made({}, GOOD),
    "an extension that must be understood": made(HS256 | {"crit": ["b64"], "b64": False}, GOOD),
    "a list for a header": f"{encoded([])}.{encoded(GOOD)}.AAAA",
    "a list of claims": made(HS256, [GOOD]),
    "no address": made(HS256, {"exp": END}),
    "an address that is none": made(HS256, GOOD | {"email": "ann"}),
    "an address that is a list": made(HS256, GOOD | {"email": ["ann@example.com"]}),
    "a user that is a number": made(HS256, GOOD | {"userId": 1}),
    "an end that is a text": made(HS256, GOOD | {"exp": "tomorrow"}),
    "an end that is true": made(HS256, GOOD | {"exp": True}),
    "from the future": made(HS256, GOOD | {"nbf": END}),
    "truncated": made(HS256, GOOD)[:-3],
    "without its signature": made(HS256, GOOD).rpartition(".")[0] + ".",
    "with another's signature": made(HS256, GOOD).rpartition(".")[0] + "." + made(HS256, {}).rpartition(".")[2],
    "two parts": "a.b",
    "five parts": "a.b.c.d.e",
    "nothing": "",
    "not ascii": "é.é.é",
    "not base64": "%.%.%",
}


@pytest.mark.parametrize("what", FORGED)
def test_what_nobody_signed_this_way_is_refused(what: str) -> None:
    with pytest.raises(Refused) as refused:
        EmailToken.read(FORGED[what], SECRET)
    assert refused.value.refusal is INVALID_LINK
