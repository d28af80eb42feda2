"""Codes of authenticators (RFC 6238) and backup codes, as the two-factor plug-in keeps them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final, cast

from shared.auth.tokens.encoding import opened, sealed

if TYPE_CHECKING:
    from datetime import datetime

PERIOD_SECONDS: Final = 30
DIGITS: Final = 6
WINDOW: Final = (0, -1, 1)
"""Steps by which the two clocks may differ."""

IN_BASE32: Final = "base32:"
"""What secrets begin with that another provider made."""


def is_right(code: str, stored: str, secret: str, moment: datetime) -> bool:
    """Whether an authenticator shows this code about now.

    Args:
        code: What was typed.
        stored: Column `secret`.
        secret: What it was encrypted with.
        moment: Now.

    Raises:
        ValueError: Another secret encrypted it.
    """
    key = _key(opened(stored, secret))
    step = int(moment.timestamp()) // PERIOD_SECONDS
    found = [hmac.compare_digest(code.encode(errors="replace"), at_step(key, step + each).encode()) for each in WINDOW]
    return any(found)


def at_step(key: bytes, step: int) -> str:
    """The digits of one half minute (RFC 4226, section 5.3)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _key(told: str) -> bytes:
    if not told.startswith(IN_BASE32):
        return told.encode()
    text = told.removeprefix(IN_BASE32).upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))


def without(code: str, stored: str, secret: str) -> str | None:
    """What is left of the backup codes when this one is spent, as it is stored; None where it is none of them.

    Args:
        code: What was typed.
        stored: Column `backupCodes`: encrypted, or bare where a server was told so.
        secret: What they are encrypted with.

    Raises:
        ValueError: Another secret encrypted them, or they are hashed in a way of the site's own.
    """
    bare = stored.startswith("[")
    codes = cast("list[str]", json.loads(stored if bare else opened(stored, secret)))
    right = [hmac.compare_digest(each.encode(), code.encode(errors="replace")) for each in codes]
    if not any(right):
        return None
    left = json.dumps([each for each in codes if each != code], separators=(",", ":"))
    return left if bare else sealed(left, secret)
