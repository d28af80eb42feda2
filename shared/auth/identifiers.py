"""Ids and session tokens as Better Auth makes them."""

from __future__ import annotations

import secrets
import string
from typing import Final

LENGTH: Final = 32
ALPHABET: Final = string.ascii_lowercase + string.ascii_uppercase + string.digits


def new_identifier() -> str:
    """32 random letters and digits (190 bits): the id of a row, or the token of a session."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
