"""The real jwt plug-in and ours sign with each other's keys, and believe each other's tokens."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shared.auth.models import User
from shared.auth.tokens.issuing import Issuer, SigningKey, published
from shared.auth.tokens.jwt import NotToken, Verifier
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("better_auth_jwt.mjs")
SECRET = "contract-test-secret-0123456789-abcdefghijkl"
ORIGIN = "https://api.example.com"
COLUMNS = ("id", "publicKey", "privateKey", "createdAt", "alg", "crv")
PERSON = {
    "name": "Zoë 🦀",
    "email": "zoe@example.com",
    "password": "correct horse battery",
    "image": "https://example.com/zoe.png",
}
MADE = datetime(2026, 11, 22, tzinfo=UTC)
ANN = User(
    "u1", 'Ann "A"\u2028', "ann@example.com", email_verified=False, image="x.png", created_at=MADE, updated_at=MADE
)
ISSUER = Issuer(ORIGIN, SECRET)


def claims() -> dict[str, Any]:
    """Good from now on."""
    return ISSUER.claims(ANN, datetime.now(UTC).replace(microsecond=0))


def better_auth(keys: Sequence[Mapping[str, Any]] = (), tokens: Sequence[str] = ()) -> dict[str, Any]:
    """What a real server says; skips the test where there is none, which in CI is a failure."""
    node = shutil.which("node")
    if node is None or not (PROJECT / "node_modules" / "better-auth").exists():
        reason = "node or better-auth (npm ci) is not installed"
        missing(reason)
    question = {"secret": SECRET, "origin": ORIGIN, "keys": keys, "tokens": tokens, "person": PERSON}
    text = json.dumps(question, default=datetime.isoformat)
    run = subprocess.run([node, SCRIPT], input=text, capture_output=True, text=True, check=True)  # noqa: S603 (our own script)
    return json.loads(run.stdout)


def row(key: SigningKey) -> dict[str, Any]:
    return dict(zip(COLUMNS, key.row(MADE, SECRET), strict=True))


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims = (json.loads(base64.urlsafe_b64decode(f"{part}==")) for part in token.split(".")[:2])
    return header, claims


@dataclass
class GivenKeys:
    """What a server has published."""

    keys: list[dict[str, Any]]

    def find(self, name: str) -> Mapping[str, Any] | None:
        return next((key for key in self.keys if key["kid"] == name), None)


def believed(keys: list[dict[str, Any]], token: str) -> str:
    return Verifier(GivenKeys(keys), ORIGIN, ORIGIN).subject(token)  # pyright: ignore[reportArgumentType] (has all that is asked for)


def test_better_auth_signs_with_our_key_publishes_it_and_believes_our_token() -> None:
    key = SigningKey.new()
    ours = key.signed(claims())
    real = better_auth([row(key)], [ours])
    assert [each["id"] for each in real["rows"]] == [key.name], "it made no key of its own"
    assert real["published"] == {"keys": [published(key.name, row(key)["publicKey"], "EdDSA", "Ed25519")]}
    assert real["payloads"] == [opened(ours)[1]]
    assert opened(real["token"])[0] == opened(ours)[0]
    assert believed(real["published"]["keys"], real["token"]) == real["user"]["id"]
    assert believed(real["published"]["keys"], ours) == ANN.id
    with pytest.raises(NotToken):
        believed(real["published"]["keys"], SigningKey(key.name, SigningKey.new().jwk).signed(opened(ours)[1]))


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    """A server that finds no key, and makes one."""
    return better_auth()


def test_we_sign_with_better_auths_key_and_it_believes_us(alone: dict[str, Any]) -> None:
    real = alone
    [made] = real["rows"]
    key = SigningKey.read(made["id"], made["privateKey"], SECRET)
    ours = key.signed(claims())
    assert better_auth([made], [ours])["payloads"] == [opened(ours)[1]]
    told = published(made["id"], made["publicKey"], made["alg"], made["crv"])
    assert [json.dumps(told)] == [json.dumps(each) for each in real["published"]["keys"]], "in the same order, too"


def test_a_token_says_what_better_auths_says_in_the_same_order(alone: dict[str, Any]) -> None:
    real = alone
    theirs, ours = opened(real["token"])[1], claims()
    assert list(ours) == list(theirs)
    assert [type(value) for value in ours.values()] == [type(value) for value in theirs.values()]
    assert theirs["exp"] - theirs["iat"] == timedelta(minutes=15).seconds == ours["exp"] - ours["iat"]
    assert (theirs["iss"], theirs["aud"]) == (ours["iss"], ours["aud"]) == (ORIGIN, ORIGIN)
    assert real["guest"] == [401, {"message": "Unauthorized", "code": "UNAUTHORIZED"}]
