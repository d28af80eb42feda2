"""Ids for conversations and messages whose client brought none."""

from __future__ import annotations

import secrets
import time
from threading import Lock
from uuid import UUID

_lock = Lock()
_last = 0


def uuid7() -> UUID:
    """A UUID that sorts by the time it was made, strictly so within one process.

    RFC 9562 section 5.7: 48 bits of milliseconds, then (section 6.2, method 3) 12 bits of the fraction of the
    millisecond, then chance. The standard library has its own from Python 3.14 on.
    """
    global _last  # noqa: PLW0603 (what makes them ascend within one tick of the clock)
    with _lock:
        _last = max(_last + 1, time.time_ns() * 4096 // 1_000_000)
        milliseconds, fraction = divmod(_last, 4096)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))
