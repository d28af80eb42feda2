"""How bytes become text, and how text is encrypted.

Base64 for addresses and tokens, without padding (RFC 4648 section 5).

Better Auth's encryption of what lies in the database (its `crypto/index.ts`): XChaCha20-Poly1305, in hexadecimal. The
key is the SHA-256 of the deployment's secret; the nonce stands in front, the tag at the end
(https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Final

NONCE_BYTES: Final = 24
TAG_BYTES: Final = 16

VERSION: Final = re.compile(r"\$ba\$\d+\$")
"""A server that has several secrets writes in front which one it took."""


def sealed(text: str, secret: str) -> str:
    """The text, encrypted."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return (nonce + encrypted(text.encode(), _key(secret), nonce)).hex()


def opened(envelope: str, secret: str) -> str:
    """The text in it.

    Raises:
        ValueError: It is no envelope, or another secret closed it.
    """
    content = bytes.fromhex(VERSION.sub("", envelope, count=1))
    nonce, rest = content[:NONCE_BYTES], content[NONCE_BYTES:]
    if len(rest) < TAG_BYTES:
        raise ValueError("this is too short for an envelope")
    return decrypted(rest, _key(secret), nonce).decode()


def encrypted(content: bytes, key: bytes, nonce: bytes, header: bytes = b"") -> bytes:
    """The content and its tag; `header` is signed along."""
    from Crypto.Cipher import ChaCha20_Poly1305  # noqa: PLC0415 (20 ms of CPU, for those who give out tokens)

    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)  # by the length of the nonce it is XChaCha20
    cipher.update(header)
    return b"".join(cipher.encrypt_and_digest(content))


def decrypted(content: bytes, key: bytes, nonce: bytes, header: bytes = b"") -> bytes:
    """The opposite.

    Raises:
        ValueError: Another key closed it, or it was changed.
    """
    from Crypto.Cipher import ChaCha20_Poly1305  # noqa: PLC0415 (as above)

    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
    cipher.update(header)
    return cipher.decrypt_and_verify(content[:-TAG_BYTES], content[-TAG_BYTES:])


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def to_base64url(content: bytes) -> str:
    """The bytes as text."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes, strictly: of the texts that a decoder takes for the same bytes, only the one that an encoder writes.

    Raises:
        ValueError: It is none of that.
    """
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(content) != text:
        raise ValueError
    return content
