"""Better Auth's `session_data` cookie, strategy "compact": a session that its holder carries along, signed.

Base64url of `{"session": {session, user, updatedAt, version}, "expiresAt", "signature"}`; the signature covers the
inner object with `expiresAt` behind it, serialised as JavaScript does. What is read here was true when it was written:
the session may have been revoked since. So it stands in for the database only while that cannot be asked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from shared.auth.tokens.encoding import from_base64url, to_base64url
from shared.auth.wire import session_json, user_json
from shared.record import record

if TYPE_CHECKING:
    from datetime import timedelta

    from shared.auth.models import SignedInUser

VERSION: Final = "1"
"""Better Auth's `cookieCache.version`, as it is unless a site sets it."""


@record
class CachedSession:
    """What the cookie is good for."""

    token: str
    session_id: str
    user_id: str


def written(somebody: SignedInUser, secret: str, now: datetime, lifetime: timedelta) -> str:
    """The value of the cookie, good for `lifetime` from `now`."""
    told = {
        "session": session_json(somebody.session),
        "user": user_json(somebody.user),
        "updatedAt": _milliseconds(now),
        "version": VERSION,
    }
    expires_at = _milliseconds(now + lifetime)
    signature = _signature(told, expires_at, secret)
    return to_base64url(_javascript({"session": told, "expiresAt": expires_at, "signature": signature}))


def read(text: str, secret: str, now: datetime) -> CachedSession | None:
    """The session in the cookie; None unless this secret signed it and neither it nor the session has expired.

    The signature covers what the text says. That it also says it as it was written is compared afterwards, so that no
    character of it can be changed unnoticed.
    """
    try:
        content: dict[str, Any] = json.loads(from_base64url(text))
        told, expires_at = content["session"], content["expiresAt"]
        if not hmac.compare_digest(content["signature"].encode(), _signature(told, expires_at, secret).encode()):
            return None
        if text != to_base64url(_javascript(content)):
            return None
        session = told["session"]
        ends_at = min(datetime.fromtimestamp(expires_at / 1000, UTC), datetime.fromisoformat(session["expiresAt"]))
        right = told.get("version", VERSION) == VERSION and ends_at >= now and session["userId"] == told["user"]["id"]
        return CachedSession(session["token"], session["id"], session["userId"]) if right else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
        return None  # garbage; which of the two hundred kinds it is does not matter


def _signature(told: dict[str, Any], expires_at: int, secret: str) -> str:
    signed = _javascript({**told, "expiresAt": expires_at})
    return to_base64url(hmac.digest(secret.encode(), signed, hashlib.sha256))


def _javascript(value: object) -> bytes:
    """`JSON.stringify`; half a surrogate pair, which has no UTF-8, is a `ValueError`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
