"""JSON Web Tokens of another server's, Better Auth's jwt plug-in or Neon Auth: whom does this one speak for?

    jwt.py            the token: its form, its signature, its claims (RFC 7515, 7519, 8725)
    jwks.py           the keys: fetched, kept, fetched again when they are rotated (RFC 7517)

An algorithm belongs to a key, not to a token: a token that names another one than its key is for is refused. `none` and
the HMAC family belong to no key that can be published, so there is no code for them. PyCryptodome is imported with the
first token, and not at all where no token comes.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final, cast

from shared.auth.tokens.encoding import from_base64url
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.auth.tokens.jwks import Keys

LONGEST: Final = 8192
"""Characters; API Gateway takes no longer header line."""

PARTS: Final = 3
LEEWAY: Final = 30.0
"""Seconds by which two servers' clocks may differ."""

ED25519_BYTES: Final = 32
SMALLEST_RSA: Final = 2048

ALGORITHMS: Final = {("OKP", "Ed25519"): "EdDSA", ("EC", "P-256"): "ES256", ("RSA", None): "RS256"}
"""By type and curve of the key; `alg` of a key may repeat it."""


class NotToken(Exception):
    """It is no token that the trusted server made for us, or no longer one."""


@record
class Verifier:
    """Believes one server.

    Attributes:
        keys: The server's.
        issuer: What `iss` must be.
        audience: What `aud` must be, or contain.
        clock: Seconds since 1970.
    """

    keys: Keys
    issuer: str
    audience: str
    clock: Callable[[], float] = time.time

    def subject(self, token: str) -> str:
        """Id of the user for whom the token speaks.

        Raises:
            NotToken: It speaks for nobody.
            Unavailable: The keys cannot be fetched, so nobody can say.
        """
        try:
            header, claims, signature, signed = _taken_apart(token)
            key = self.keys.find(str(header["kid"]))
            if key is None or header["alg"] != _algorithm(key) or "crit" in header:
                raise NotToken
            CHECKS[key["kty"]](key, signature, signed)
            return self._checked(claims)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise NotToken from error

    def _checked(self, claims: Mapping[str, Any]) -> str:
        now, audience, subject = self.clock(), claims["aud"], claims["sub"]
        audiences = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        in_time = claims["exp"] > now - LEEWAY and all(claims.get(name, 0) <= now + LEEWAY for name in ("nbf", "iat"))
        for_us = claims["iss"] == self.issuer and self.audience in audiences
        if not (in_time and for_us and subject and isinstance(subject, str) and subject.isprintable()):
            raise NotToken
        return subject


def looks_like(token: str) -> bool:
    """Whether it has the form of a token; a signed session token has one dot, not two."""
    return token.count(".") == PARTS - 1 and len(token) <= LONGEST


def _taken_apart(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    signed, _, signature = token.rpartition(".")
    header, claims = (json.loads(from_base64url(part)) for part in signed.split("."))
    return header, claims, from_base64url(signature), signed.encode()


def _algorithm(key: Mapping[str, Any]) -> str:
    algorithm = ALGORITHMS[key["kty"], key.get("crv")]
    if key.get("alg", algorithm) != algorithm or key.get("use", "sig") != "sig":
        raise NotToken
    return algorithm


def _check_ed25519(key: Mapping[str, Any], signature: bytes, signed: bytes) -> None:
    from Crypto.Signature import eddsa  # noqa: PLC0415 (20 ms of CPU, for those who use tokens)

    raw = from_base64url(key["x"])
    if len(raw) != ED25519_BYTES:  # the library would take the longer keys of Ed448 as well
        raise NotToken
    eddsa.new(eddsa.import_public_key(raw), "rfc8032").verify(signed, signature)


def _check_ecdsa(key: Mapping[str, Any], signature: bytes, signed: bytes) -> None:
    from Crypto.Hash import SHA256  # noqa: PLC0415 (as above)
    from Crypto.PublicKey import ECC  # noqa: PLC0415 (as above)
    from Crypto.Signature import DSS  # noqa: PLC0415 (as above)

    public = ECC.construct(curve="P-256", point_x=_number(key["x"]), point_y=_number(key["y"]))
    DSS.new(public, "fips-186-3").verify(SHA256.new(signed), signature)


def _check_rsa(key: Mapping[str, Any], signature: bytes, signed: bytes) -> None:
    from Crypto.Hash import SHA256  # noqa: PLC0415 (as above)
    from Crypto.PublicKey import RSA  # noqa: PLC0415 (as above)
    from Crypto.Signature import pkcs1_15  # noqa: PLC0415 (as above)

    public = RSA.construct((_number(key["n"]), _number(key["e"])))
    if public.size_in_bits() < SMALLEST_RSA:
        raise NotToken
    pkcs1_15.new(public).verify(SHA256.new(signed), signature)


def _number(text: str) -> int:
    return int.from_bytes(from_base64url(text), "big")


CHECKS: Final = {"OKP": _check_ed25519, "EC": _check_ecdsa, "RSA": _check_rsa}
"""How to check a signature with a key of each type; ValueError where it is not authentic, or the key is none."""
