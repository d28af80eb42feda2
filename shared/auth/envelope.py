"""Better Auth's encryption of what lies in the database (its `crypto/index.ts`): XChaCha20-Poly1305, in hexadecimal.

The key is the SHA-256 of the deployment's secret, and the nonce stands in front. `cryptography` has ChaCha20-Poly1305;
XChaCha20 differs in its longer nonce, the first 16 bytes of which make a key of their own
(https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import struct
from typing import Final

NONCE_BYTES: Final = 24
FOR_THE_KEY: Final = 16
"""Bytes of the nonce."""

VERSION: Final = re.compile(r"\$ba\$\d+\$")
"""A server that has several secrets writes in front which one it took."""

CONSTANTS: Final = b"expand 32-byte k"


def sealed(text: str, secret: str) -> str:
    """The text, encrypted."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return (nonce + encrypted(text.encode(), _key(secret), nonce)).hex()


def opened(envelope: str, secret: str) -> str:
    """The text in it.

    Raises:
        ValueError: It is no envelope, or another secret closed it.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 (20 ms of CPU, for those who give out tokens)

    content = bytes.fromhex(VERSION.sub("", envelope, count=1))
    nonce, rest = content[:NONCE_BYTES], content[NONCE_BYTES:]
    try:
        return decrypted(rest, _key(secret), nonce).decode()
    except InvalidTag:
        raise ValueError("another secret closed this envelope") from None


def encrypted(content: bytes, key: bytes, nonce: bytes, header: bytes = b"") -> bytes:
    """XChaCha20-Poly1305; `header` is signed along."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 (as above)

    return ChaCha20Poly1305(derived(key, nonce[:FOR_THE_KEY])).encrypt(_short(nonce), content, header)


def decrypted(content: bytes, key: bytes, nonce: bytes, header: bytes = b"") -> bytes:
    """The opposite."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 (as above)

    return ChaCha20Poly1305(derived(key, nonce[:FOR_THE_KEY])).decrypt(_short(nonce), content, header)


def derived(key: bytes, nonce: bytes) -> bytes:
    """HChaCha20: what ChaCha20's rounds make of key and nonce.

    A block of ChaCha20 is the same with the initial state added to it in the end, so we subtract that again.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms  # noqa: PLC0415 (as above)

    block = Cipher(algorithms.ChaCha20(key, nonce), mode=None).encryptor().update(bytes(64))
    made, began = struct.unpack("<16I", block), struct.unpack("<8I", CONSTANTS + nonce)
    words = zip((*made[:4], *made[12:]), began, strict=True)
    return struct.pack("<8I", *((word - initial) % 2**32 for word, initial in words))


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _short(nonce: bytes) -> bytes:
    return bytes(4) + nonce[FOR_THE_KEY:]
