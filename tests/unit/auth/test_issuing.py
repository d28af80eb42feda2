"""The keys that tokens are signed with, what a token says, and what ids are made of."""

from __future__ import annotations

import json
import string
from datetime import UTC, datetime, timedelta

import pytest

from shared.auth.identifiers import Pseudonyms, new_deletion_token, new_identifier, new_reset_token
from shared.auth.models import FRESH, Client, Session, User
from shared.auth.tokens.encoding import sealed, to_base64url
from shared.auth.tokens.issuing import Issuer, SigningKey, UnreadableKey
from tests.unit.auth.vectors import SECRET

NOW = datetime(2026, 11, 22, 5, 0, 13, tzinfo=UTC)
ANN = User.new("Ann", "ann@example.com", None, NOW)
KEY = {"kty": "OKP", "crv": "Ed25519", "d": to_base64url(bytes(32))}


def test_a_new_key_is_read_back_from_its_row_and_published_without_what_is_secret() -> None:
    key = SigningKey.new()
    name, public, private, moment, *kind = key.row(NOW, SECRET)

    assert SigningKey.read(str(name), str(private), SECRET) == key
    assert (json.loads(str(public)).keys(), moment, kind) == ({"crv", "x", "kty"}, NOW, ["EdDSA", "Ed25519"])
    assert key.jwk["d"] not in str(private) + repr(key)
    assert SigningKey.new().name != key.name


@pytest.mark.parametrize(
    "wrong",
    [{"kty": "RSA"}, {"crv": "X25519"}, {"d": to_base64url(bytes(31))}, {"d": 7}, {"kty": "RSA", "crv": "P-256"}],
)
def test_a_key_of_another_kind_cannot_be_signed_with(wrong: dict[str, object]) -> None:
    assert SigningKey.read("k", json.dumps(KEY), SECRET).jwk == KEY
    for stored in (json.dumps(KEY | wrong), json.dumps(sealed(json.dumps(KEY | wrong), SECRET))):
        with pytest.raises(UnreadableKey):
            SigningKey.read("k", stored, SECRET)


def test_a_token_says_who_it_is_about_for_a_quarter_of_an_hour() -> None:
    issuer = Issuer("https://api.example.com", SECRET)
    claims = issuer.claims(ANN, NOW)

    assert (claims["iat"], claims["exp"]) == (int(NOW.timestamp()), int(NOW.timestamp()) + 900)
    assert (claims["sub"], claims["iss"], claims["aud"]) == (ANN.id, issuer.origin, issuer.origin)
    assert SECRET not in repr(issuer)


def test_ids_and_tokens_are_long_of_known_letters_and_never_the_same() -> None:
    letters = string.ascii_letters + string.digits
    small = string.ascii_lowercase + string.digits
    for make, alphabet, length in (
        (new_identifier, letters, 32),
        (new_reset_token, letters, 24),
        (new_deletion_token, small, 32),
    ):
        made = [make() for _ in range(200)]
        assert {len(each) for each in made} == {length}
        assert {*"".join(made)} == {*alphabet}
        assert len({*made}) == len(made)


def test_what_pseudonyms_are_made_with_is_not_shown() -> None:
    pseudonyms = Pseudonyms.of(SECRET)
    assert str(pseudonyms.key) not in repr(pseudonyms)


@pytest.mark.parametrize(("remember", "days"), [(True, 7), (False, 1)])
def test_a_session_lasts_a_week_or_a_day_where_it_shall_not_be_remembered(*, remember: bool, days: int) -> None:
    session = Session.new(ANN.id, Client("", ""), NOW, remember=remember)
    assert session.expires_at - NOW == timedelta(days=days)
    assert timedelta(days=1) == FRESH
