"""Ids and session tokens as Better Auth makes them."""

from __future__ import annotations

import secrets
import string
from typing import Final

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
