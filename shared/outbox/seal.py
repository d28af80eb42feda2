"""Text that only we can have written: compressed, signed, and safe in JSON, in an address and in a queue.

    base64url(zlib(content)) "." base64url(HMAC-SHA256(key, what precedes))

The key follows from BETTER_AUTH_SECRET and from what the text is for, so that a receipt is no message of the queue, and
neither is a cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal

from shared.record import record

if TYPE_CHECKING:
    from typing import Self

Purpose = Literal["outbox", "receipt", "feedback"]

LONGEST_SEALED: Final = 262_144
"""Characters: what SQS takes in one message (256 KiB); nothing longer is ever sealed, so nothing longer is opened."""


FORM: Final = re.compile(r"[\w-]+=*[.][\w-]{43}", re.ASCII)


class BrokenSeal(Exception):
    """We did not write this, or not for this purpose, or somebody changed it."""


def looks_sealed(text: str) -> bool:
    """Whether there may be a secret that opens it, though it is not ours."""
    return FORM.fullmatch(text) is not None


class TooLong(Exception):
    """More than a queue can take."""


@record
class Seal:
    """Signs texts for one purpose, and knows its own again. Compressed, not encrypted: whoever has one can read it."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str, purpose: Purpose) -> Self:
        """The seal of this deployment for a purpose."""
        return cls(hmac.digest(secret.encode(), f"docs-chatbot {purpose} 1".encode(), hashlib.sha256))

    def closed(self, content: bytes) -> str:
        """The content under seal.

        Raises:
            TooLong: It does not fit into `LONGEST_SEALED` characters.
        """
        packed = urlsafe_b64encode(zlib.compress(content)).decode()
        sealed = f"{packed}.{self._signature(packed)}"
        if len(sealed) > LONGEST_SEALED:
            raise TooLong
        return sealed

    def opened(self, sealed: str) -> bytes:
        """The content, once it is certain that we sealed it.

        Raises:
            BrokenSeal: We did not.
        """
        packed, _, signature = sealed.rpartition(".")
        given = signature.encode("utf-8", "replace")
        if len(sealed) > LONGEST_SEALED or not hmac.compare_digest(given, self._signature(packed).encode()):
            raise BrokenSeal
        return zlib.decompress(urlsafe_b64decode(packed))

    def _signature(self, packed: str) -> str:
        digest = hmac.digest(self.key, packed.encode("utf-8", "replace"), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
