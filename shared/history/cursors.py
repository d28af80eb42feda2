"""Cursors: where a page ends, as opaque text that needs no escaping in an address.

They name the last row that was shown, not how many were: rows that come or go meanwhile make nothing appear twice, and
nothing that stays is skipped.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.errors import InvalidRequest
from shared.record import record

if TYPE_CHECKING:
    from typing import Self

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

LIST_PLACE: Final = struct.Struct(">q16s")
MESSAGE_PLACE: Final = struct.Struct(">q")

LAST_SEQ: Final = 2**31 - 1
"""What the column of `message.seq` can hold."""


@record
class PlaceInList:
    """A conversation, by what the list is ordered by; the page begins with the next older one.

    Attributes:
        updated_at: To the microsecond, as Postgres keeps it; what the client is shown is less exact.
    """

    updated_at: datetime
    conversation_id: UUID

    @property
    def cursor(self) -> str:
        """As text for the client."""
        microseconds = (self.updated_at - EPOCH) // MICROSECOND
        return write(LIST_PLACE.pack(microseconds, self.conversation_id.bytes))

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """The place that a cursor names; above the newest when there is none.

        Raises:
            InvalidRequest: It is no cursor of a list.
        """
        if cursor is None:
            return cls(NEWEST.updated_at, NEWEST.conversation_id)
        try:
            microseconds, conversation = LIST_PLACE.unpack(_read(cursor))
            return cls(EPOCH + microseconds * MICROSECOND, UUID(bytes=conversation))
        except (ValueError, OverflowError, struct.error) as error:
            raise InvalidRequest("not one that this list gave out", "cursor") from error


NEWEST: Final = PlaceInList(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""Above everything that a list can hold."""


@record
class PlaceInConversation:
    """A message; the page ends with the one before it."""

    seq: int

    @property
    def cursor(self) -> str:
        """As text for the client."""
        return write(MESSAGE_PLACE.pack(self.seq))

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """The place that a cursor names; after the last message when there is none.

        Raises:
            InvalidRequest: It is no cursor of a conversation.
        """
        if cursor is None:
            return cls(LAST_SEQ)
        try:
            [seq] = MESSAGE_PLACE.unpack(_read(cursor))
        except (ValueError, struct.error) as error:
            raise InvalidRequest("not one that this conversation gave out", "cursor") from error
        if not 0 <= seq <= LAST_SEQ:
            raise InvalidRequest("not one that this conversation gave out", "cursor")
        return cls(seq)


def write(place: bytes) -> str:
    """Base64 for addresses (RFC 4648 section 5), without padding."""
    return urlsafe_b64encode(place).rstrip(b"=").decode()


def _read(cursor: str) -> bytes:
    """The bytes of a cursor that `write` could have written; the decoder alone skips what it does not know.

    Raises:
        ValueError: It could not.
    """
    place = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    if write(place) != cursor:
        raise ValueError
    return place


ARCHIVE_PLACE: Final = struct.Struct(">16sq")


@record
class PlaceInArchive:
    """The last message of a page of an export; the next one begins after it."""

    conversation_id: UUID
    seq: int

    @property
    def cursor(self) -> str:
        """As text for the client."""
        return write(ARCHIVE_PLACE.pack(self.conversation_id.bytes, self.seq))

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """The place that a cursor names; before everything when there is none.

        Raises:
            InvalidRequest: It is no cursor of an export.
        """
        if cursor is None:
            return cls(UUID(int=0), 0)
        try:
            conversation, seq = ARCHIVE_PLACE.unpack(_read(cursor))
        except (ValueError, struct.error) as error:
            raise InvalidRequest("not one that an export gave out", "cursor") from error
        if not 0 <= seq <= LAST_SEQ:
            raise InvalidRequest("not one that an export gave out", "cursor")
        return cls(UUID(bytes=conversation), seq)
