from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.errors import InvalidRequest
from shared.outbox.keeping import RECEIPT_LIFETIME, session_owner
from shared.outbox.replay import read_receipt
from shared.outbox.seal import Seal
from tests.unit.outbox.turns import SECRET, USER, turn

if TYPE_CHECKING:
    from shared.outbox.models import WaitingTurn

TOKEN = "a session token of thirty-two ch"
RECEIPTS = Seal.of(SECRET, "receipt")


def read(receipt: str, user_id: str = USER, token: str = TOKEN) -> WaitingTurn:
    return read_receipt(receipt, SECRET, user_id=user_id, token=token)


def test_the_reader_who_got_it_may_hand_it_in() -> None:
    assert read(RECEIPTS.closed(turn().written())).owner == f"user:{USER}"
    assert read(RECEIPTS.closed(turn(owner=session_owner(TOKEN)).written())).question == turn().question


@pytest.mark.parametrize("owner", ["user:somebody else", session_owner("another session"), USER, f"session:{TOKEN}"])
def test_a_receipt_of_somebody_else_is_refused(owner: str) -> None:
    with pytest.raises(InvalidRequest, match="somebody else"):
        read(RECEIPTS.closed(turn(owner=owner).written()))


def test_a_message_of_the_queue_is_no_receipt() -> None:
    with pytest.raises(InvalidRequest, match="not one"):
        read(Seal.of(SECRET, "outbox").closed(turn().written()))


@pytest.mark.parametrize(("hours", "accepted"), [(23, True), (25, False)])
def test_a_receipt_is_accepted_for_a_day(hours: int, *, accepted: bool) -> None:
    receipt = RECEIPTS.closed(turn(asked_at=datetime.now(UTC) - timedelta(hours=hours)).written())
    assert timedelta(hours=24) == RECEIPT_LIFETIME
    if accepted:
        assert read(receipt)
        return
    with pytest.raises(InvalidRequest, match="expired"):
        read(receipt)
