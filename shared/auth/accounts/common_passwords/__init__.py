"""Passwords that everybody tries first: the commonest ones, and what the account or the site is called.

`digests.bin` beside this module holds how the SHA-256 of each begins, sorted; `infra/common_passwords.py` makes it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from shared.auth.refusals import PASSWORD_COMPROMISED, Refused

DIGESTS: Final = Path(__file__).parent / "digests.bin"
DIGEST_BYTES: Final = 5
"""A password that is none of them is taken for one of 4,000 once in 270 million."""


def refuse_common(password: str, *words: str) -> None:
    """Raises `Refused` for one of the commonest passwords, or for one of the words, in whatever case.

    Args:
        password: As it was typed.
        words: What an attacker would try first at this account.
    """
    folded = _folded(password)
    if folded in {_folded(word) for word in words} or digest_of(folded) in _digests():
        raise Refused(PASSWORD_COMPROMISED)


def digest_of(folded: str) -> bytes:
    """What the file holds of a password in lower case."""
    return hashlib.sha256(folded.encode()).digest()[:DIGEST_BYTES]


def words_about(email: str, host: str, name: str = "") -> tuple[str, ...]:
    """The words of one account: its address and what stands before the `@`, its name, the site's address."""
    return email, email.partition("@")[0], name, host


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@cache
def _digests() -> frozenset[bytes]:
    told = DIGESTS.read_bytes()
    return frozenset(told[start : start + DIGEST_BYTES] for start in range(0, len(told), DIGEST_BYTES))
