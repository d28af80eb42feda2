"""Ids and session tokens as Better Auth makes them, and what the log calls users instead of their ids."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from dataclasses import field
from typing import TYPE_CHECKING, Final

from shared.record import record

if TYPE_CHECKING:
    from typing import Self

LENGTH: Final = 32
ALPHABET: Final = string.ascii_lowercase + string.ascii_uppercase + string.digits


RESET_LENGTH: Final = 24
DELETION_ALPHABET: Final = string.digits + string.ascii_lowercase


def new_identifier() -> str:
    """32 random letters and digits (190 bits): the id of a row, or the token of a session."""
    return _random(ALPHABET, LENGTH)


def new_reset_token() -> str:
    """24 random letters and digits (142 bits)."""
    return _random(ALPHABET, RESET_LENGTH)


def new_deletion_token() -> str:
    """32 random lower-case letters and digits (165 bits)."""
    return _random(DELETION_ALPHABET, LENGTH)


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


@record
class Pseudonyms:
    """What the log calls users: the same name for one user everywhere, and no id.

    Keyed, because a plain hash could be found for every id in a list of users, an export or a backup, so that the log
    would say what each of them did. Whoever reads the log has neither the key nor the secret that it follows from.
    """

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        """The pseudonyms of the deployment with this BETTER_AUTH_SECRET."""
        return cls(hmac.digest(secret.encode(), b"docs-chatbot log 1", hashlib.sha256))

    def of_user(self, user_id: str) -> str:
        """16 hexadecimal digits: two of a million users share theirs with a probability of 1 in 37 million."""
        return self._hidden(user_id)

    def of_account(self, name: str) -> str:
        """The same of an e-mail address or username that somebody gave, whether or not anybody has it."""
        return self._hidden(f"account {name.lower()}")

    def of_client(self, address: str | None) -> str:
        """The same of the network address of who asks."""
        return self._hidden(f"client {address or ''}")

    def _hidden(self, text: str) -> str:
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:16]
