from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from functions.archive.wire import Archive, ArchivedConversation, ArchivedMessage
from shared.errors import InvalidRequest, NotSignedIn
from shared.history.archive import Imported, Page, export_page, import_conversations
from shared.history.conversations import (
    change_conversation,
    create_conversation,
    delete_conversation,
    delete_conversations,
    list_conversations,
)
from shared.history.feedback import give_feedback
from tests.integration.history.conftest import SOURCES, ActingAs, everything

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    import psycopg

    from infra.local.platform import Relays
    from shared.db import Database
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person
    from tests.integration.history.conftest import Reader


def pages(reader: Reader, most_bytes: int) -> list[Page]:
    found = [export_page(reader.db, most_bytes=most_bytes)]
    while found[-1].next_cursor:
        found.append(export_page(reader.db, found[-1].next_cursor, most_bytes=most_bytes))
    return found


def rows(page: Page) -> list[dict[str, Any]]:
    """A page as an import takes it: through JSON, as on the wire."""
    conversations = [
        ArchivedConversation(
            id=conversation.id,
            title=conversation.title,
            pinned=conversation.pinned,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            messages=[ArchivedMessage.model_validate(each) for each in messages],
        )
        for conversation, messages in page.conversations
    ]
    sent = Archive(conversations=conversations).model_dump_json(by_alias=True)
    return Archive.model_validate_json(sent).rows()


def take_over(reader: Reader, page: Page, keep: int = 50) -> Imported:
    return import_conversations(reader.db, rows(page), keep=keep)


def said(page: Page) -> list[tuple[str, bool, list[tuple[Any, ...]]]]:
    """What a page says, without the ids of conversations."""
    fields = ("id", "role", "content", "sources", "status", "mode", "feedback", "feedback_comment")
    return sorted(
        (conversation.title, conversation.pinned, [tuple(str(each[name]) for name in fields) for each in messages])
        for conversation, messages in page.conversations
    )


@pytest.fixture
def talkative(ada: Reader) -> Reader:
    """With a pinned and rated conversation, one that failed, an empty one, and a deleted one."""
    first, message_id, _ = ada.ask("What is ROS 2?")
    rated = ada.answer(first, message_id)
    give_feedback(ada.db, rated.id, value="down", comment="Wrong page")
    change_conversation(ada.db, first, pinned=True)
    second, message_id, _ = ada.ask("روبوٹ کیا ہے؟ <b>")
    ada.answer(second, message_id, "", "failed")
    ada.ask("Again?", conversation_id=second)
    create_conversation(ada.db, uuid4(), title=None, keep=50)
    deleted, _, _ = ada.ask("Nothing")
    delete_conversation(ada.db, deleted)
    return ada


def test_an_export_has_everything_that_is_there(talkative: Reader) -> None:
    page = export_page(talkative.db)
    by_title = {conversation.title: (conversation, messages) for conversation, messages in page.conversations}
    assert by_title.keys() == {"What is ROS 2?", "روبوٹ کیا ہے؟ <b>", "New conversation"}
    conversation, [_, answer] = by_title["What is ROS 2?"]
    assert conversation.pinned is True
    assert (answer["sources"], answer["feedback"], answer["feedback_comment"]) == (SOURCES, "down", "Wrong page")
    assert page.user["id"] == talkative.id
    assert page.next_cursor is None


def test_pages_put_together_are_the_export(talkative: Reader) -> None:
    whole, small = export_page(talkative.db), pages(talkative, most_bytes=1)
    assert len(small) == 6  # five messages, and after the last of them nothing more is known
    messages = [each["id"] for page in small for _, messages in page.conversations for each in messages]
    assert messages == [each["id"] for _, messages in whole.conversations for each in messages]
    assert {each.id for page in small for each, _ in page.conversations} == {each.id for each, _ in whole.conversations}


def test_importing_ones_own_export_changes_nothing(talkative: Reader, owner: psycopg.Connection) -> None:
    page = export_page(talkative.db)
    before = everything(owner, talkative)
    assert take_over(talkative, page) == Imported(0, 0, 0)
    assert everything(owner, talkative) == before


def test_an_export_comes_back_whole_after_the_account_was_deleted(
    talkative: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    page = export_page(talkative.db)
    owner.execute('delete from "user" where id = %s', [talkative.id])
    assert take_over(bob, page) == Imported(3, 5, 0)
    again = export_page(bob.db)
    assert said(again) == said(page)
    assert [each.id for each, _ in again.conversations] == [each.id for each, _ in page.conversations]
    before = everything(owner, bob)
    assert take_over(bob, page) == Imported(0, 0, 0)
    assert everything(owner, bob) == before


def test_pages_can_be_imported_one_after_the_other(talkative: Reader, bob: Reader) -> None:
    whole = export_page(talkative.db)
    for page in pages(talkative, most_bytes=1):
        take_over(bob, page)
    assert said(export_page(bob.db)) == said(whole)
    opened = [bob.open(each.id) for each in list_conversations(bob.db, limit=50).conversations]
    assert sorted(each.conversation.message_count for each in opened) == [0, 2, 3]
    assert all([m.seq for m in each.messages] == list(range(1, len(each.messages) + 1)) for each in opened)


def test_what_is_still_somebody_elses_is_copied_once_and_left_alone(
    talkative: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    page, before = export_page(talkative.db), everything(owner, talkative)
    assert take_over(bob, page) == Imported(3, 5, 0)
    assert said(export_page(bob.db)) == said(page)
    mine = everything(owner, bob)
    assert take_over(bob, page) == Imported(0, 0, 0)
    assert everything(owner, talkative) == before
    owner.execute('delete from "user" where id = %s', [talkative.id])
    assert take_over(bob, page) == Imported(0, 0, 0)
    assert everything(owner, bob) == mine


def test_what_was_deleted_does_not_come_back_with_an_import(talkative: Reader, bob: Reader) -> None:
    page = export_page(talkative.db)
    take_over(bob, page)
    delete_conversations(talkative.db)
    delete_conversations(bob.db)
    assert take_over(talkative, page) == take_over(bob, page) == Imported(0, 0, 0)
    assert talkative.titles() == bob.titles() == []


def test_an_import_obeys_the_limit_and_keeps_the_newest_and_the_pinned(talkative: Reader, bob: Reader) -> None:
    bob.ask("Bob's")
    outcome = take_over(bob, export_page(talkative.db), keep=2)
    assert (outcome.conversations, outcome.evicted) == (3, 2)
    assert sorted(bob.titles()) != ["Bob's"]
    assert "What is ROS 2?" in bob.titles()
    assert len(bob.titles()) == 2


def test_what_was_said_since_the_export_stays(talkative: Reader) -> None:
    page = export_page(talkative.db)
    conversation = next(each for each, _ in page.conversations if each.pinned)
    talkative.ask("And now?", conversation_id=conversation.id)
    change_conversation(talkative.db, conversation.id, title="Renamed", pinned=False)
    assert take_over(talkative, page) == Imported(0, 0, 0)
    opened = talkative.open(conversation.id)
    assert (opened.conversation.title, opened.conversation.pinned, len(opened.messages)) == ("Renamed", False, 3)


def test_a_long_history_is_imported_in_several_batches(ada: Reader, bob: Reader) -> None:
    conversation_id, _, _ = ada.ask("x" * 30_000)
    for _ in range(40):
        ada.ask("y" * 30_000, conversation_id=conversation_id)
    whole = [page for page in pages(ada, most_bytes=1_500_000) if page.conversations]
    assert sum(take_over(bob, page).messages for page in whole) == 41
    [copied] = list_conversations(bob.db, limit=50).conversations
    assert copied.message_count == 41
    assert [m.seq for m in bob.open(copied.id).messages] == list(range(1, 42))


def test_the_same_id_twice_is_refused(talkative: Reader, bob: Reader) -> None:
    conversations = rows(export_page(talkative.db))
    with pytest.raises(InvalidRequest):
        import_conversations(bob.db, [conversations[0], conversations[0]], keep=50)
    assert bob.titles() == []


def test_without_a_session_nothing_is_exported_or_imported(
    talkative: Reader, database: Database, owner: psycopg.Connection
) -> None:
    page, nobody = export_page(talkative.db), ActingAs(database, None)
    noted = owner.execute("select count(*) from audit_event").fetchone()
    with pytest.raises(NotSignedIn):
        export_page(nobody)
    with pytest.raises(NotSignedIn):
        import_conversations(nobody, rows(page), keep=50)
    assert owner.execute("select count(*) from audit_event").fetchone() == noted


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_routes_give_and_take_the_same_document(
    person: Person, new_person: Callable[[], Person], relays: Relays, transport: Transport
) -> None:
    created = person.api.post("/api/conversations", json={"title": "Motors"}).json()["conversation"]
    profile = {"background": "Electronics", "language": "ur", "theme": None, "textSize": None}
    person.api.patch("/api/profile", json=profile | {"consent": True, "hidden": True})
    turn = {"messages": [{"role": "user", "content": "What?"}, {"role": "assistant", "content": "That <it> [1]."}]}
    person.api.post(f"/api/conversations/{created['id']}/messages", json=turn)
    person.api.get("/api/export?cursor=AAAA" + "A" * 28)  # the function is warm now
    with relays.database(transport).count() as counted:
        answer = person.api.get("/api/export")
    document = answer.json()
    assert (answer.status_code, counted.flights) == (200, 1)
    assert answer.headers["content-disposition"].startswith('attachment; filename="history-')
    assert (document["user"]["email"], document["user"]["hidden"]) == (person.email, True)
    assert document["profile"].items() >= profile.items()
    assert [each.keys() for each in document["sessions"]] == [{"createdAt", "expiresAt", "ipAddress", "userAgent"}]
    assert not set(answer.text.split('"')) & set(person.api.cookies.values())
    assert person.api.post("/api/import", json=document).json() == {"conversations": 0, "messages": 0, "evicted": 0}
    stranger = new_person()
    assert stranger.api.post("/api/import", json=document).json() == {"conversations": 1, "messages": 2, "evicted": 0}
    copied = stranger.api.get("/api/export").json()
    assert (copied["profile"], copied["user"]["hidden"]) == (None, False)
    without_ids = [[each | {"id": ""} for each in one["conversations"]] for one in (copied, document)]
    assert without_ids[0] == without_ids[1]
    markdown = person.api.get("/api/export", params={"format": "markdown"})
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "\n## Motors\n" in markdown.text
    assert "\nThat \\<it> [1].\n" in markdown.text


def test_bad_documents_and_guests_are_refused(person: Person, api: httpx.Client) -> None:
    time = "2026-11-22T10:00:00.000Z"
    message = {"id": str(uuid4()), "role": "user", "content": "x", "createdAt": time}
    good = {"id": str(uuid4()), "title": "x", "createdAt": time, "updatedAt": time, "messages": [message]}
    bad: list[object] = [
        {},
        [],
        {"format": "other", "conversations": []},
        {"version": 2, "conversations": []},
        {"conversations": [good | {"title": ""}]},
        {"conversations": [good | {"updatedAt": "2025-11-22T10:00:00.000Z"}]},
        {"conversations": [good | {"createdAt": "2026-11-22"}]},
        {"conversations": [good, good]},
        {"conversations": [good | {"messages": [message | {"role": "system"}]}]},
        {"conversations": [good | {"messages": [message | {"content": "\x00"}]}]},
        {"conversations": [good | {"messages": [message | {"content": "x" * 32_001}]}]},
        {"conversations": [good | {"messages": [message | {"mode": "magic"}]}]},
        {"conversations": [good | {"messages": [message | {"sources": [{"n": 1}]}]}]},
    ]
    for document in bad:
        assert code(person.api.post("/api/import", json=document)) == (400, "invalid_request"), document
    assert person.api.get("/api/conversations").json()["conversations"] == []
    assert person.api.post("/api/import", json={"conversations": [good]}).json()["messages"] == 1
    for refused in ("/api/export?cursor=no", "/api/export?format=pdf"):
        assert code(person.api.get(refused)) == (400, "invalid_request")
    assert code(api.get("/api/export")) == (401, "not_signed_in")
    assert code(api.post("/api/import", json={"conversations": []})) == (401, "not_signed_in")
