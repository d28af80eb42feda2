"""Links that prove who reads an e-mail address: Better Auth's signed tokens (HS256 with the deployment's secret).

They are no rows, so one may be followed again until it expires; what it asks for must then be done already.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, Final, cast

from shared.auth.addresses import is_email
from shared.auth.refusals import EXPIRED_LINK, INVALID_LINK, Refused
from shared.auth.tokens.encoding import from_base64url, to_base64url
from shared.record import record

LIFETIME_SECONDS: Final = 3600
HEADER: Final = {"alg": "HS256"}
PARTS: Final = 3

CONFIRMATION: Final = "change-email-confirmation"
"""Goes to the old address; following it sends the next one."""

VERIFICATION: Final = "change-email-verification"
"""Goes to the new address; following it changes the user's."""


@record
class EmailToken:
    """What a link asks for.

    Attributes:
        email: Whose mailbox the link was sent to, or whose user asked for it; in lower case.
        user_id: Whose link it is; tokens of older servers may leave it out.
        update_to: The new address, where the link changes it.
        request: CONFIRMATION or VERIFICATION of the new address; older servers changed it at once, and wrote neither.
        made_at: When it was made, in whole seconds, as it says.
    """

    email: str
    user_id: str | None = None
    update_to: str | None = None
    request: str | None = None
    made_at: datetime | None = field(default=None, compare=False)

    def signed(self, secret: str) -> str:
        """The token, good for an hour from now."""
        began = int(time.time())
        claims = {
            "email": self.email.lower(),
            "updateTo": self.update_to.lower() if self.update_to else None,
            "requestType": self.request,
            "userId": self.user_id,
            "iat": began,
            "exp": began + LIFETIME_SECONDS,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        body = f"{_encoded(HEADER)}.{_encoded(given)}"
        return f"{body}.{_signature(body, secret)}"

    @classmethod
    def read(cls, token: str, secret: str) -> EmailToken:
        """Read a token that this deployment signed, or a Better Auth server with the same secret.

        Raises:
            Refused: Nobody with this secret signed it this way, or it has expired.
        """
        claims = _verified(token, secret)
        if _number(claims.get("exp", time.time() + 1)) <= time.time():
            raise Refused(EXPIRED_LINK)
        if _number(claims.get("nbf", 0)) > time.time():
            raise Refused(INVALID_LINK)
        email = _text(claims.get("email")) or ""
        if not is_email(email):
            raise Refused(INVALID_LINK)
        return cls(
            email,
            _text(claims.get("userId")),
            _text(claims.get("updateTo")) or None,
            _text(claims.get("requestType")),
            _moment(claims.get("iat", time.time())),
        )


def _verified(token: str, secret: str) -> dict[str, Any]:
    """The claims of a well-signed token; its own word on the algorithm counts for nothing but a refusal."""
    header, claims, signature = _split(token)
    body = token.rpartition(".")[0]
    if not hmac.compare_digest(signature, _signature(body, secret)):
        raise Refused(INVALID_LINK)
    try:
        described, claimed = _decoded(header), _decoded(claims)
    except (ValueError, RecursionError):
        raise Refused(INVALID_LINK) from None
    if described.get("alg") != HEADER["alg"] or "crit" in described:
        raise Refused(INVALID_LINK)
    return claimed


def _split(token: str) -> list[str]:
    parts = token.split(".")
    if len(parts) != PARTS or not token.isascii():
        raise Refused(INVALID_LINK)
    return parts


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Refused(INVALID_LINK)
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(INVALID_LINK)
    return value


def _moment(value: object) -> datetime:
    try:
        return datetime.fromtimestamp(int(_number(value)), UTC)
    except (OverflowError, ValueError, OSError):
        raise Refused(INVALID_LINK) from None


def _signature(body: str, secret: str) -> str:
    """As it is written: texts that decode to the same signature are not the one that was given out."""
    return to_base64url(hmac.digest(secret.encode(), body.encode(), hashlib.sha256))


def _encoded(value: object) -> str:
    return to_base64url(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _decoded(part: str) -> dict[str, Any]:
    value = json.loads(from_base64url(part))
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
