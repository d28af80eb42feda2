from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidRequest
from shared.history import cursors
from shared.history.cursors import NEWEST, PlaceInArchive, PlaceInConversation, PlaceInList

PLACE = PlaceInList(datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC), UUID("019ac000-0000-7000-8000-000000000001"))

MALFORMED = [
    pytest.param("", id="empty"),
    pytest.param("x", id="one character"),
    pytest.param("!" * 32, id="another alphabet"),
    pytest.param("A" * 31, id="too short"),
    pytest.param("A" * 33, id="too long"),
    pytest.param("A" * 31 + "=", id="padded"),
    pytest.param("A" * 16 + "\n" + "A" * 16, id="a line break inside"),
    pytest.param("é" * 32, id="not ASCII"),
    pytest.param("\ud800" * 32, id="not even text"),
    pytest.param("A" * 10_000, id="very long"),
    pytest.param(base64.urlsafe_b64encode(b"\x7f" + b"\xff" * 23).decode(), id="a time after the end of time"),
    pytest.param(base64.urlsafe_b64encode(b"\x80" + b"\x00" * 23).decode(), id="a time before its beginning"),
]


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (hypothesis adds the zone)
    st.uuids(),
)
def test_a_place_in_the_list_survives_its_cursor(updated_at: datetime, conversation_id: UUID) -> None:
    place = PlaceInList(updated_at, conversation_id)
    assert PlaceInList.read(place.cursor) == place


@given(st.integers(min_value=0, max_value=2**31 - 1))
def test_a_place_in_a_conversation_survives_its_cursor(seq: int) -> None:
    assert PlaceInConversation.read(PlaceInConversation(seq).cursor) == PlaceInConversation(seq)


def test_a_cursor_needs_no_escaping_in_an_address() -> None:
    alphabet = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert set(PLACE.cursor) | set(PlaceInConversation(41).cursor) <= alphabet


def test_no_cursor_means_the_newest() -> None:
    assert PlaceInList.read(None) == NEWEST
    assert PlaceInConversation.read(None).seq > 10**9


@pytest.mark.parametrize("cursor", MALFORMED)
def test_a_malformed_cursor_is_an_invalid_request(cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        PlaceInList.read(cursor)
    with pytest.raises(InvalidRequest, match="cursor"):
        PlaceInConversation.read(cursor)


def test_a_cursor_of_one_kind_is_no_cursor_of_the_other() -> None:
    with pytest.raises(InvalidRequest):
        PlaceInConversation.read(PLACE.cursor)
    with pytest.raises(InvalidRequest):
        PlaceInList.read(PlaceInConversation(7).cursor)


@pytest.mark.parametrize("seq", [-1, 2**31])
def test_a_place_that_no_message_can_have_is_an_invalid_request(seq: int) -> None:
    with pytest.raises(InvalidRequest):
        PlaceInConversation.read(cursors.write(seq.to_bytes(8, "big", signed=True)))


@pytest.mark.parametrize("seq", [-1, cursors.LAST_SEQ + 1])
def test_a_place_in_an_archive_that_no_message_can_have_is_an_invalid_request(seq: int) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        PlaceInArchive.read(cursors.write(cursors.ARCHIVE_PLACE.pack(bytes(16), seq)))
