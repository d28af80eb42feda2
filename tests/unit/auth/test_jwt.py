from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from shared.auth.identity.rules import AuthRules, user_of_jwt
from shared.auth.tokens.jwks import FRESH_SECONDS, KEPT_SECONDS, PAUSE_SECONDS, Keys
from shared.auth.tokens.jwt import NotToken, Verifier, looks_like
from shared.errors import Misconfigured, Unavailable
from shared.settings.accounts import AuthSettings
from tests.fixtures.clock import Clock
from tests.unit.auth.vectors import SECRET, TOKENS, TOKENS_MADE_AT

if TYPE_CHECKING:
    from collections.abc import Generator

ISSUER = "https://auth.example.com"
PRIVATE = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()


@dataclass
class KeyServer:
    """Publishes keys on this machine; counts how often it was asked."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    status: int = 200
    asked: int = 0


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int, size: int) -> str:
    return encoded(value.to_bytes(size, "big"))


def raw_public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def published(private: Ed25519PrivateKey, name: str = "k1") -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": name, "x": encoded(raw_public(private))}


def token(header: dict[str, Any], claims: object, signature: bytes | None = None) -> str:
    signed = f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}"
    return f"{signed}.{encoded(PRIVATE.sign(signed.encode()) if signature is None else signature)}"


def claimed(**changes: object) -> dict[str, object]:
    now = TOKENS_MADE_AT
    told = {"iss": ISSUER, "aud": ISSUER, "sub": "ann", "iat": now, "exp": now + 900} | changes
    return {name: value for name, value in told.items() if value is not None}


HEADER = {"alg": "EdDSA", "kid": "k1"}


@pytest.fixture
def server() -> Generator[KeyServer]:
    state = KeyServer(keys=[published(PRIVATE)])

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked += 1
            body = json.dumps({"keys": state.keys}).encode()
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
            del format, args

    with HTTPServer(("127.0.0.1", 0), Answer) as listening:
        state.url = f"http://127.0.0.1:{listening.server_port}/.well-known/jwks.json"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock(TOKENS_MADE_AT + 1.0)


@pytest.fixture
def verifier(server: KeyServer, clock: Clock) -> Verifier:
    return Verifier(Keys(server.url, clock), ISSUER, ISSUER, clock)


@pytest.mark.parametrize("algorithm", TOKENS)
def test_what_better_auths_plug_in_gave_out_is_believed_until_it_expires(
    server: KeyServer, verifier: Verifier, clock: Clock, algorithm: str
) -> None:
    user, given, key = TOKENS[algorithm]
    server.keys = [key]
    assert verifier.subject(given) == user
    clock.now += 15 * 60 + 60
    with pytest.raises(NotToken):
        verifier.subject(given)


@pytest.mark.parametrize("algorithm", TOKENS)
def test_a_changed_character_breaks_the_signature(server: KeyServer, verifier: Verifier, algorithm: str) -> None:
    _, given, key = TOKENS[algorithm]
    server.keys = [key]
    header, claims, signature = given.split(".")
    changed = encoded(base64.urlsafe_b64decode(claims + "==").replace(b"zoe@", b"eve@"))
    same_bytes = signature[:-1] + chr(ord(signature[-1]) + 1)  # only bits differ that mean nothing
    assert base64.urlsafe_b64decode(same_bytes + "==") == base64.urlsafe_b64decode(signature + "==")
    for forged in (f"{changed}.{signature}", f"{claims}.{signature[:-4]}AAAA", f"{claims}.", f"{claims}.{same_bytes}"):
        with pytest.raises(NotToken):
            verifier.subject(f"{header}.{forged}")


@pytest.mark.parametrize(
    "claims",
    [
        claimed(iss="https://evil.example.org"),
        claimed(iss=f"{ISSUER}/"),
        claimed(aud="https://other.example.com"),
        claimed(aud=[]),
        claimed(exp=TOKENS_MADE_AT - 60),
        claimed(exp="4102444800"),
        claimed(exp=float("nan")),
        claimed(nbf=TOKENS_MADE_AT + 600),
        claimed(iat=TOKENS_MADE_AT + 600),
        claimed(sub=""),
        claimed(sub=7),
        claimed(sub="a\x00b"),
        *(claimed(**{name: None}) for name in ("iss", "aud", "exp", "sub")),
        *([], None, "ann", 7),
    ],
)
def test_a_token_for_somebody_else_or_for_another_time_is_refused(verifier: Verifier, claims: object) -> None:
    assert verifier.subject(token(HEADER, claimed(aud=["https://other.example.com", ISSUER]))) == "ann"
    with pytest.raises(NotToken):
        verifier.subject(token(HEADER, claims))


def test_alg_none_is_refused(verifier: Verifier) -> None:
    for name in ("none", "None", "NONE", ""):
        with pytest.raises(NotToken):
            verifier.subject(token({"alg": name, "kid": "k1"}, claimed(), b""))


def test_the_public_key_is_no_secret_to_sign_with(server: KeyServer, verifier: Verifier) -> None:
    pem = PRIVATE.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    server.keys.append({"kty": "oct", "kid": "k2", "k": encoded(b"published"), "alg": "HS256"})
    for secret, name in ((pem, "k1"), (raw_public(PRIVATE), "k1"), (b"published", "k2")):
        unsigned = token({"alg": "HS256", "kid": name}, claimed(), b"").rstrip(".")
        with pytest.raises(NotToken):
            verifier.subject(f"{unsigned}.{encoded(hmac.digest(secret, unsigned.encode(), hashlib.sha256))}")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "kid": "k1"},
        {"alg": "EdDSA"},
        {"kid": "k1"},
        {"alg": "EdDSA", "kid": "k1", "crit": ["exp"]},
        {"alg": ["EdDSA"], "kid": "k1"},
    ],
)
def test_a_header_that_does_not_fit_its_key_is_refused(verifier: Verifier, header: dict[str, Any]) -> None:
    with pytest.raises(NotToken):
        verifier.subject(token(header, claimed()))


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "ES256"},
        {"kty": "EC"},
        {"crv": "P-521"},
        {"x": "AAAA"},
        {"x": encoded(bytes(57))},  # as long as a key of Ed448
        {"x": None},
        {"kty": 1},
    ],
)
def test_a_key_that_is_for_something_else_verifies_nothing(
    server: KeyServer, verifier: Verifier, change: dict[str, Any]
) -> None:
    server.keys = [published(PRIVATE) | change]
    with pytest.raises(NotToken):
        verifier.subject(token(HEADER, claimed()))


@pytest.mark.parametrize(("bits", "enough"), [(2048, True), (2047, False), (1024, False)])
def test_an_rsa_key_has_the_size_that_the_standard_demands(
    server: KeyServer, verifier: Verifier, bits: int, *, enough: bool
) -> None:
    """RFC 7518, section 3.3: whoever factors the key signs as well as its owner."""
    private = rsa.generate_private_key(65537, bits)
    modulus = private.public_key().public_numbers().n
    server.keys = [{"kty": "RSA", "kid": "rsa", "n": number(modulus, (bits + 7) // 8), "e": "AQAB"}]
    unsigned = token({"alg": "RS256", "kid": "rsa"}, claimed(), b"").rstrip(".")
    signed = f"{unsigned}.{encoded(private.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    with nullcontext() if enough else pytest.raises(NotToken):
        assert verifier.subject(signed) == "ann"


@pytest.mark.parametrize(("length", "off"), [(64, 1), (63, 0)], ids=["point off the curve", "signature too short"])
def test_an_elliptic_key_off_its_curve_and_a_signature_of_another_length_verify_nothing(
    server: KeyServer, verifier: Verifier, length: int, off: int
) -> None:
    point = ELLIPTIC.public_key().public_numbers()
    server.keys = [published_elliptic() | {"y": number(point.y ^ off, 32)}]
    unsigned = token({"alg": "ES256", "kid": "ec"}, claimed(), b"").rstrip(".")
    signature = signed_by("ES256", unsigned.encode())[:length]

    with pytest.raises(NotToken):
        verifier.subject(f"{unsigned}.{encoded(signature)}")


ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
RIVEST = rsa.generate_private_key(65537, 2048)
ORDER_ED25519 = 2**252 + 27742317777372353535851937790883648493
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def published_elliptic() -> dict[str, Any]:
    point = ELLIPTIC.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "kid": "ec", "x": number(point.x, 32), "y": number(point.y, 32)}


def published_rivest() -> dict[str, Any]:
    return {"kty": "RSA", "kid": "rsa", "n": number(RIVEST.public_key().public_numbers().n, 256), "e": "AQAB"}


def signed_by(algorithm: str, content: bytes) -> bytes:
    """By OpenSSL, which knows nothing of the library that verifies."""
    if algorithm == "EdDSA":
        return PRIVATE.sign(content)
    if algorithm == "RS256":
        return RIVEST.sign(content, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(ELLIPTIC.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def with_loose_padding(content: bytes) -> bytes:
    """A signature whose padding ends early, with room for whatever makes a forger's cube come out (CVE-2006-4339)."""
    numbers = RIVEST.private_numbers()
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(content).digest()
    block = b"\0\1" + b"\xff" * 8 + b"\0" + digest
    padded = int.from_bytes(block + bytes(256 - len(block)), "big")
    return pow(padded, numbers.d, numbers.public_numbers.n).to_bytes(256, "big")


def wrong_signatures(algorithm: str, content: bytes) -> list[bytes]:
    """Signatures that a careless verifier has been known to take."""
    good = signed_by(algorithm, content)
    half = len(good) // 2
    first, second = good[:half], good[half:]
    if algorithm == "EdDSA":
        more = (int.from_bytes(second, "little") + ORDER_ED25519).to_bytes(32, "little")
        return [first + more, bytes(64), b"\1" + bytes(63), good + b"\0", good[:-1]]
    if algorithm == "RS256":
        return [with_loose_padding(content), bytes(256), bytes(255) + b"\1", b"\0" + good, good[1:]]
    order = ORDER_P256.to_bytes(32, "big")
    as_der = ELLIPTIC.sign(content, ec.ECDSA(hashes.SHA256()))
    return [bytes(64), first + bytes(32), bytes(32) + second, order + order, first + order, as_der, b"\0" + good]


@pytest.mark.parametrize(("algorithm", "name"), [("EdDSA", "k1"), ("ES256", "ec"), ("RS256", "rsa")])
def test_what_openssl_signed_is_believed_and_nothing_that_is_nearly_so(
    server: KeyServer, verifier: Verifier, algorithm: str, name: str
) -> None:
    server.keys = [published(PRIVATE), published_elliptic(), published_rivest()]
    for turn in range(20):
        unsigned = token({"alg": algorithm, "kid": name}, claimed(jti=turn), b"").rstrip(".")
        assert verifier.subject(f"{unsigned}.{encoded(signed_by(algorithm, unsigned.encode()))}") == "ann"
    unsigned = token({"alg": algorithm, "kid": name}, claimed(), b"").rstrip(".")
    for signature in wrong_signatures(algorithm, unsigned.encode()):
        with pytest.raises(NotToken):
            verifier.subject(f"{unsigned}.{encoded(signature)}")


@pytest.mark.parametrize(
    "garbage", ["", "..", "a.b.c", "é.é.é", f"{'A' * 9000}.A.A", "e30.e30.e30", ".e30.", "W10.W10.W10"]
)
def test_garbage_is_refused(verifier: Verifier, garbage: str) -> None:
    with pytest.raises(NotToken):
        verifier.subject(garbage)


def test_the_keys_are_fetched_once_and_again_when_one_is_new(
    server: KeyServer, verifier: Verifier, clock: Clock
) -> None:
    for _ in range(5):
        assert verifier.subject(token(HEADER, claimed())) == "ann"
    assert server.asked == 1

    server.keys = [published(PRIVATE, "k1"), published(PRIVATE, "k2")]
    clock.now += PAUSE_SECONDS
    assert verifier.subject(token({"alg": "EdDSA", "kid": "k2"}, claimed())) == "ann"
    assert server.asked == 2


def test_invented_key_ids_do_not_flood_the_server(server: KeyServer, verifier: Verifier, clock: Clock) -> None:
    for number_of in range(50):
        with pytest.raises(NotToken):
            verifier.subject(token({"alg": "EdDSA", "kid": f"invented-{number_of}"}, claimed()))
    assert server.asked == 1
    clock.now += PAUSE_SECONDS
    for number_of in range(50):
        with pytest.raises(NotToken):
            verifier.subject(token({"alg": "EdDSA", "kid": f"invented-{number_of}"}, claimed()))
    assert server.asked == 2


def test_a_key_that_was_withdrawn_is_not_believed_for_long(server: KeyServer, verifier: Verifier, clock: Clock) -> None:
    verifier.subject(token(HEADER, claimed()))
    server.keys = [published(OTHER, "k9")]
    clock.now += FRESH_SECONDS
    with pytest.raises(NotToken):
        verifier.subject(token(HEADER, claimed(exp=clock.now + 60)))


def test_known_keys_outlast_an_outage_of_their_server_for_a_day(
    server: KeyServer, verifier: Verifier, clock: Clock
) -> None:
    verifier.subject(token(HEADER, claimed()))
    server.status = 500
    clock.now += KEPT_SECONDS - 1
    assert verifier.subject(token(HEADER, claimed(exp=clock.now + 60))) == "ann"
    with pytest.raises(Unavailable):
        verifier.subject(token({"alg": "EdDSA", "kid": "new"}, claimed(exp=clock.now + 60)))
    clock.now += 2
    with pytest.raises(Unavailable):
        verifier.subject(token(HEADER, claimed(exp=clock.now + 60)))


@pytest.mark.parametrize("status", [404, 500, 302])
def test_without_keys_nobody_can_say(server: KeyServer, verifier: Verifier, status: int) -> None:
    server.status = status
    with pytest.raises(Unavailable):
        verifier.subject(token(HEADER, claimed()))


def test_no_keys_at_all_are_an_answer(server: KeyServer, verifier: Verifier) -> None:
    server.keys = []
    with pytest.raises(NotToken):
        verifier.subject(token(HEADER, claimed()))


def test_only_a_bearer_token_of_the_right_form_is_looked_at(server: KeyServer, verifier: Verifier) -> None:
    rules = replace(AuthRules.of(AuthSettings(SECRET, "https://api.example.com")), jwt=verifier)
    good = token(HEADER, claimed())
    assert user_of_jwt({"authorization": f"Bearer {good}"}, rules) == "ann"
    for header in (f"Basic {good}", f"Bearer {good}.x", "Bearer session-token.signature", "Bearer ", ""):
        assert user_of_jwt({"authorization": header}, rules) is None
    assert user_of_jwt({"authorization": f"Bearer {good}x"}, rules) is None
    assert user_of_jwt({"authorization": f"Bearer {good}"}, replace(rules, jwt=None)) is None
    assert server.asked == 1


def test_keys_without_an_issuer_are_a_mistake() -> None:
    with pytest.raises(Misconfigured):
        AuthRules.of(AuthSettings(SECRET, "https://api.example.com", jwks_url="https://auth.example.com/jwks"))
    rules = AuthRules.of(
        AuthSettings(SECRET, "https://a.example.com", jwks_url="https://b.example.com", jwt_issuer="i")
    )
    assert rules.jwt
    assert rules.jwt.audience == "i"


@pytest.mark.parametrize(
    ("token", "looks_so"),
    [("a.b.c", True), ("a.b", False), ("a.b.c.d", False), (f"{'a' * 8188}.b.c", True), (f"{'a' * 8189}.b.c", False)],
)
def test_a_token_has_three_parts_and_is_not_endless(token: str, *, looks_so: bool) -> None:
    assert looks_like(token) == looks_so
