"""Base64 for addresses and tokens, without padding (RFC 4648 section 5)."""

from __future__ import annotations

import base64


def encoded(content: bytes) -> str:
    """The bytes as text."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes, strictly: of the texts that a decoder takes for the same bytes, only the one that an encoder writes.

    Raises:
        ValueError: It is none of that.
    """
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encoded(content) != text:
        raise ValueError
    return content
