"""The time, and how it is written in JSON."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time in whole milliseconds, so that a row and the answer about it agree."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def timestamp(moment: datetime) -> str:
    """`2026-11-22T10:00:00.000Z`: exactly three digits, or the client would read them as that many milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
