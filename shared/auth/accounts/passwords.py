"""Password hashes: bcrypt, and the scrypt of a Better Auth server that was given no hasher of its own.

Both kinds always verify; the setting only chooses what is made. bcrypt reads 72 bytes and no more, so a longer password
is hashed with scrypt: it is never cut. Passwords are NFKC-normalised first, as Better Auth does for its scrypt.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from typing import TYPE_CHECKING, Final

import bcrypt

from shared.auth.refusals import PASSWORD_TOO_LONG, PASSWORD_TOO_SHORT, Refused

if TYPE_CHECKING:
    from shared.settings.accounts import PasswordScheme

SHORTEST: Final = 8
LONGEST: Final = 128
"""UTF-16 units, because JavaScript counts those: an emoji is two."""

BCRYPT_READS: Final = 72
"""Bytes; what follows would not count."""

BCRYPT_COST: Final = 10
"""2^10 rounds: OWASP's minimum, npm's default, and about as slow as the scrypt below (57 and 78 ms of CPU)."""

BCRYPT_PREFIXES: Final = ("$2a$", "$2b$", "$2y$")
READABLE_BCRYPT: Final = re.compile(r"\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu]")
"""Up to the salt: what begins otherwise is refused without any work."""

SCRYPT_SALT_BYTES: Final = 16
SCRYPT_KEY_BYTES: Final = 64
SCRYPT_MEMORY: Final = 64 * 1024 * 1024
"""Bytes that OpenSSL may take; the parameters below need 32 MiB."""

NOBODYS: Final = "nEV5prkof/DKbQ4WlekuXOF3rnqOPVk334bsbD6v7yg5D4QogqJ9O"
NOBODYS_SCRYPT: Final = f"{'00' * SCRYPT_SALT_BYTES}:{'00' * SCRYPT_KEY_BYTES}"
"""Hashes of no known password: what is checked with them is work, and nothing else."""


def refuse_too_long(password: str) -> None:
    """Raises `Refused` for more than 128 UTF-16 units."""
    if _utf16_units(password) > LONGEST:
        raise Refused(PASSWORD_TOO_LONG)


def refuse_bad_length(password: str) -> None:
    """Raises `Refused` for fewer than 8 or more than 128 UTF-16 units."""
    if _utf16_units(password) < SHORTEST:
        raise Refused(PASSWORD_TOO_SHORT)
    refuse_too_long(password)


def hashed(password: str, scheme: PasswordScheme) -> str:
    """A fresh hash. Takes tens of milliseconds of CPU on purpose."""
    if _kind_for(password, scheme) == "bcrypt":
        return bcrypt.hashpw(_normalised(password), bcrypt.gensalt(BCRYPT_COST)).decode()
    return _scrypt(password, secrets.token_hex(SCRYPT_SALT_BYTES))


def is_right(password: str, stored: str | None) -> bool:
    """Whether `stored` is a hash of this password.

    A refusal costs what the password alone says: both kinds of hash are made, whichever is stored, and if none is. So
    the time does not tell whether there is such a user, nor how their password is kept. (A bcrypt hash of more rounds
    than we make costs more; what refuses a sign-in waits for longer than that.) Whoever is right waits for their own
    kind only. A bcrypt hash never matches a password of more than 72 bytes.
    """
    right = stored is not None and _matches(password, stored)
    if not right:
        _make_up(password, stored or "")
    return right


def needs_rehash(password: str, stored: str, scheme: PasswordScheme) -> bool:
    """Whether a hash that has just been found right is of another kind, or cheaper, than one made today."""
    if _kind_for(password, scheme) == "scrypt":
        return _is_bcrypt(stored)
    return not _is_bcrypt(stored) or int(stored[4:6]) < BCRYPT_COST


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _normalised(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()


def _kind_for(password: str, scheme: PasswordScheme) -> PasswordScheme:
    return scheme if _fits_bcrypt(_normalised(password)) else "scrypt"


def _fits_bcrypt(secret: bytes) -> bool:
    # a zero byte ends the password for some bcrypts
    return len(secret) <= BCRYPT_READS and b"\0" not in secret


def _is_bcrypt(stored: str) -> bool:
    return stored.startswith(BCRYPT_PREFIXES)


def _bcrypt_spellings(password: str) -> list[bytes]:
    """As we hash it, and as it was typed: a Better Auth server with npm's bcrypt does not normalise."""
    return [secret for secret in dict.fromkeys((_normalised(password), password.encode())) if _fits_bcrypt(secret)]


def _matches(password: str, stored: str) -> bool:
    if not _is_bcrypt(stored):
        return hmac.compare_digest(_scrypt(password, stored.partition(":")[0]).encode(), stored.encode())
    try:
        return any(bcrypt.checkpw(secret, stored.encode()) for secret in _bcrypt_spellings(password))
    except ValueError:
        return False


def _make_up(password: str, stored: str) -> None:
    """The work that comparing with `stored` has not been: a bcrypt of every spelling, and a scrypt."""
    for cost in _costs_left(stored):
        _matches(password, f"$2b${cost:02}${NOBODYS}")
    if not stored or _is_bcrypt(stored):
        _matches(password, NOBODYS_SCRYPT)


def _costs_left(stored: str) -> range:
    """Of bcrypt: the rounds of 4 and 4, 5, ... 9 are as many as those of 10."""
    rounds = READABLE_BCRYPT.match(stored)
    return range(int(rounds[1]), BCRYPT_COST) if rounds else range(BCRYPT_COST, BCRYPT_COST + 1)


def _scrypt(password: str, salt: str) -> str:
    # the salt is the hexadecimal text itself, not the bytes that it spells: so @better-auth/utils does it
    key = hashlib.scrypt(
        _normalised(password), salt=salt.encode(), n=16384, r=16, p=1, dklen=SCRYPT_KEY_BYTES, maxmem=SCRYPT_MEMORY
    )
    return f"{salt}:{key.hex()}"
