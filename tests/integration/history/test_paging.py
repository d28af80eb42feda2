"""Pages while others write: nothing twice, and nothing skipped that was there all the time."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from shared.errors import Gone, NotFound
from shared.history.archive import export_page
from shared.history.conversations import create_conversation, delete_conversation, list_conversations, open_conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from shared.db import Database
    from tests.integration.history.conftest import Reader


class Meddler(threading.Thread):
    """Somebody's other device: creates, continues and deletes as fast as it can."""

    def __init__(self, reader: Reader, theirs: list[UUID]) -> None:
        super().__init__(daemon=True)
        self._reader = reader
        self._theirs = theirs
        self._chance = random.Random(1)  # noqa: S311 (no secret is made of it)
        self._enough = threading.Event()
        self.changes = 0

    def run(self) -> None:
        while not self._enough.is_set():
            with suppress(Gone, NotFound):
                self._meddle()
            self.changes += 1

    def _meddle(self) -> None:
        what = self._chance.choice(("create", "continue", "delete"))
        if what == "create" or not self._theirs:
            created = create_conversation(self._reader.db, uuid4(), title="theirs", keep=1000)
            self._theirs.append(created.conversation.id)
        elif what == "continue":
            self._reader.ask("And?", conversation_id=self._chance.choice(self._theirs), keep=1000)
        else:
            delete_conversation(self._reader.db, self._theirs.pop(self._chance.randrange(len(self._theirs))))

    def stop(self) -> None:
        self._enough.set()
        self.join()


@pytest.fixture
def steady(ada: Reader) -> list[UUID]:
    """Conversations that stay as they are, with others among them."""
    return [ada.ask(f"mine {n}")[0] for n in range(30)]


@pytest.fixture
def meddler(ada: Reader, steady: list[UUID], connect: Callable[[], Database]) -> Generator[Meddler]:
    assert steady
    theirs = [ada.ask("theirs", keep=1000)[0] for _ in range(20)]
    device = Meddler(ada.on(connect()), theirs)
    device.start()
    yield device
    device.stop()


def listed(reader: Reader) -> list[UUID]:
    found: list[UUID] = []
    cursor = None
    while not found or cursor:
        page = list_conversations(reader.db, limit=3, cursor=cursor)
        found += [each.id for each in page.conversations]
        cursor = page.next_cursor
    return found


def exported(reader: Reader) -> list[UUID]:
    found: list[UUID] = []
    cursor = None
    while not found or cursor:
        page = export_page(reader.db, cursor, most_bytes=2000)
        found += [message["id"] for _, messages in page.conversations for message in messages]
        cursor = page.next_cursor
    return found


def test_the_list_skips_nothing_and_repeats_nothing_that_stays(
    ada: Reader, steady: list[UUID], meddler: Meddler
) -> None:
    for _ in range(10):
        seen = listed(ada)
        assert [each for each in seen if each in set(steady)] == steady[::-1]
        assert len(set(seen)) == len(seen)
    assert meddler.changes > 10


def test_an_export_skips_nothing_and_repeats_nothing(ada: Reader, steady: list[UUID], meddler: Meddler) -> None:
    mine = {message.id for each in steady for message in ada.open(each).messages}
    for _ in range(5):
        seen = exported(ada)
        assert len(set(seen)) == len(seen)
        assert mine <= set(seen)
    assert meddler.changes > 10


def test_messages_that_come_meanwhile_move_no_page(ada: Reader, connect: Callable[[], Database]) -> None:
    conversation_id, _, _ = ada.ask("0")
    for n in range(1, 30):
        ada.ask(str(n), conversation_id=conversation_id)
    other_device = ada.on(connect())
    shown: list[str] = []
    cursor = None
    while len(shown) < 30 or cursor:
        page = open_conversation(ada.db, conversation_id, limit=4, cursor=cursor)
        shown = [message.content for message in page.messages] + shown
        cursor = page.next_cursor
        other_device.ask("meanwhile", conversation_id=conversation_id)
    assert shown == [str(n) for n in range(30)]
