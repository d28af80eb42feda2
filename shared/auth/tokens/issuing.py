"""Giving out JSON Web Tokens, as Better Auth's jwt plug-in does: EdDSA, with keys in its table `jwks`.

A Better Auth server on the same database signs with the same keys and publishes them, and the other way round.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shared.auth.identifiers import new_identifier
from shared.auth.tokens.encoding import from_base64url, opened, sealed, to_base64url
from shared.auth.wire import user_json
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.auth.models import User
    from shared.db.batch import Param

ALGORITHM: Final = "EdDSA"
CURVE: Final = "Ed25519"
PRIVATE_BYTES: Final = 32
LIFETIME: Final = timedelta(minutes=15)

STILL_PUBLISHED: Final = timedelta(days=30)
"""How long after its end a key can be fetched; the plug-in's grace period."""


class UnreadableKey(Exception):
    """Another secret encrypted it, or it is of another kind."""


@record
class SigningKey:
    """A key pair.

    Attributes:
        name: What tokens name it by.
        jwk: The private key, as a JSON Web Key.
    """

    name: str
    jwk: Mapping[str, str] = field(repr=False)

    @classmethod
    def new(cls) -> SigningKey:
        """A fresh one."""
        from Crypto.Signature import eddsa  # noqa: PLC0415 (20 ms of CPU, for those who give out tokens)

        d = secrets.token_bytes(PRIVATE_BYTES)
        x = eddsa.import_private_key(d).public_key().export_key(format="raw")
        return cls(new_identifier(), {"crv": CURVE, "d": to_base64url(d), "x": to_base64url(x), "kty": "OKP"})

    @classmethod
    def read(cls, name: str, stored: str, secret: str) -> SigningKey:
        """From its row.

        Args:
            name: Column `id`.
            stored: Column `privateKey`: an envelope, or the bare key where a server was told not to encrypt it.
            secret: What the envelope was closed with.

        Raises:
            UnreadableKey: We cannot sign with it.
        """
        try:
            found = json.loads(stored)
            jwk = json.loads(opened(found, secret)) if isinstance(found, str) else found
            right = (jwk["kty"], jwk["crv"]) == ("OKP", CURVE) and len(from_base64url(jwk["d"])) == PRIVATE_BYTES
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableKey from error
        if not right:
            raise UnreadableKey
        return cls(name, jwk)

    def row(self, moment: datetime, secret: str) -> tuple[Param, ...]:
        """Columns `id`, `publicKey`, `privateKey`, `createdAt`, `alg`, `crv`."""
        public = {name: value for name, value in self.jwk.items() if name != "d"}
        private = json.dumps(sealed(_text(self.jwk), secret))
        return self.name, _text(public), private, moment, ALGORITHM, CURVE

    def signed(self, claims: Mapping[str, object]) -> str:
        """A token."""
        from Crypto.Signature import eddsa  # noqa: PLC0415 (as above)

        header = {"alg": ALGORITHM, "kid": self.name}
        body = ".".join(to_base64url(_text(part).encode()) for part in (header, claims))
        signer = eddsa.new(eddsa.import_private_key(from_base64url(self.jwk["d"])), "rfc8032")
        return f"{body}.{to_base64url(signer.sign(body.encode()))}"


@record
class Issuer:
    """Who gives tokens out.

    Attributes:
        origin: Public origin of the API; tokens name it as their issuer and as their audience.
        secret: What keys are encrypted with.
    """

    origin: str
    secret: str = field(repr=False)

    def claims(self, user: User, moment: datetime) -> dict[str, Any]:
        """What a token says about a user, in Better Auth's order."""
        began = int(moment.timestamp())
        ends = began + int(LIFETIME.total_seconds())
        about = {"sub": user.id, "exp": ends, "iss": self.origin, "aud": self.origin}
        return {"iat": began} | user_json(user) | about


def published(name: str, public_key: str, algorithm: str | None, curve: str | None) -> dict[str, Any]:
    """A key as others fetch it; whatever kind it is of."""
    about = {"alg": algorithm or ALGORITHM} | ({} if curve is None else {"crv": curve})
    return about | json.loads(public_key) | {"kid": name}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
