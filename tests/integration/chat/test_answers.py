from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from shared.history.models import answer_id
from tests.fixtures.platform import CALIBRATE, SITE

if TYPE_CHECKING:
    from infra.local.platform import Relays
    from tests.integration.chat.conftest import Chatting

KEYS = {"answer", "sources", "conversationId", "messageId", "mode", "saved", "degraded"}


def test_a_question_is_answered_from_the_book_with_sources_that_lead_to_its_pages(reader: Chatting) -> None:
    reply = reader.ask(CALIBRATE)

    assert set(reply) == KEYS
    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("extractive", "stored", [])
    assert "wombat calibrate --arm left" in reply["answer"]
    assert "[1]" in reply["answer"]
    assert set(reply["sources"][0]) == {"n", "title", "url", "snippet"}
    assert f"{SITE}/calibrate#calibrate-by-hand" in {each["url"] for each in reply["sources"]}


def test_every_number_in_brackets_is_that_of_a_source(reader: Chatting) -> None:
    reply = reader.ask("Which motors does the Wombat arm have?")

    numbers = [source["n"] for source in reply["sources"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(f"[{n}]" in reply["answer"] for n in numbers)
    assert len({source["url"] for source in reply["sources"]}) == len(numbers)


def test_the_conversation_is_found_again_as_it_was_answered(reader: Chatting) -> None:
    reply = reader.ask(CALIBRATE)

    [conversation] = reader.conversations()
    question, answer = reader.messages(reply["conversationId"])
    assert (conversation["id"], conversation["title"]) == (reply["conversationId"], CALIBRATE)
    assert (question["role"], question["content"]) == ("user", CALIBRATE)
    assert (answer["id"], answer["content"]) == (reply["messageId"], reply["answer"])
    assert (answer["role"], answer["sources"], answer["status"]) == ("assistant", reply["sources"], "complete")


def test_ids_that_the_client_made_are_kept(reader: Chatting) -> None:
    conversation, message = str(uuid4()), str(uuid4())

    reply = reader.ask(CALIBRATE, conversationId=conversation, messageId=message)

    assert reply["conversationId"] == conversation
    assert reader.messages(conversation)[0]["id"] == message


def test_ids_that_the_server_makes_ascend(reader: Chatting) -> None:
    made = [UUID(reader.ask(CALIBRATE)["conversationId"]) for _ in range(3)]

    assert made == sorted(made)
    assert {each.version for each in made} == {7}


def test_a_second_question_continues_the_conversation(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)

    second = reader.ask("Which motors does the Wombat arm have?", conversationId=first["conversationId"])

    assert second["conversationId"] == first["conversationId"]
    assert len(reader.conversations()) == 1
    assert len(reader.messages(first["conversationId"])) == 4


def test_a_follow_up_is_understood_by_the_question_before_it(reader: Chatting) -> None:
    first = reader.ask("How long does the calibration of the Wombat arm take?")

    second = reader.ask("And which command starts it?", conversationId=first["conversationId"])

    assert second["mode"] == "extractive"
    assert "wombat calibrate" in second["answer"]


CAMERA = [
    {"role": "user", "content": "How long does the calibration of the Wombat arm take?"},
    {"role": "assistant", "content": "A while. [1]"},
]


def test_a_guests_follow_up_is_understood_by_what_the_client_remembers(guest: Chatting) -> None:
    reply = guest.ask("And which command starts it?", turns=CAMERA)

    assert "wombat calibrate" in reply["answer"]


def test_a_temporary_follow_up_is_understood_and_still_not_stored(reader: Chatting) -> None:
    reply = reader.ask("And which command starts it?", turns=CAMERA, temporary=True)

    assert "wombat calibrate" in reply["answer"]
    assert (reply["saved"], reader.conversations()) == ("no", [])


def test_what_is_stored_of_a_conversation_comes_before_what_the_client_claims(reader: Chatting) -> None:
    first = reader.ask("How long does the calibration of the Wombat arm take?")

    reply = reader.ask(
        "And which command starts it?",
        conversationId=first["conversationId"],
        turns=[{"role": "user", "content": "Who won the football world cup in 2018?"}],
    )

    assert "wombat calibrate" in reply["answer"]


def test_the_same_question_sent_twice_is_asked_once(reader: Chatting) -> None:
    ids = {"conversationId": str(uuid4()), "messageId": str(uuid4())}

    first, second = reader.ask(CALIBRATE, **ids), reader.ask(CALIBRATE, **ids)

    assert first == second
    assert len(reader.messages(ids["conversationId"])) == 2


def test_the_same_question_sent_twice_without_a_conversation_begins_only_one(reader: Chatting) -> None:
    question = str(uuid4())

    first, second = reader.ask(CALIBRATE, messageId=question), reader.ask(CALIBRATE, messageId=question)

    assert first == second
    assert [each["id"] for each in reader.conversations()] == [first["conversationId"]]


def test_a_question_whose_answer_the_client_appended_gets_that_answer(reader: Chatting) -> None:
    conversation, question = uuid4(), uuid4()
    assert reader.api.post("/api/conversations", json={"id": str(conversation)}).status_code == 201
    turn = [
        {"id": str(question), "role": "user", "content": CALIBRATE},
        {"id": str(answer_id(question)), "role": "assistant", "content": "By hand."},
    ]
    appended = reader.api.post(f"/api/conversations/{conversation}/messages", json={"messages": turn})
    assert appended.status_code < 300, appended.text

    reply = reader.ask(CALIBRATE, conversationId=str(conversation), messageId=str(question))

    assert (reply["answer"], reply["saved"]) == ("By hand.", "stored")


def test_an_off_topic_question_is_refused_and_stored(reader: Chatting) -> None:
    reply = reader.ask("Who won the football world cup in 2018?")

    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("refused", "stored", [])
    assert reply["answer"].startswith("I could not find this in the documentation.")
    assert reply["sources"] == []


def test_a_question_in_another_script_is_judged_by_its_words(reader: Chatting) -> None:
    assert reader.ask("روبوٹ بازو کو کیسے کیلیبریٹ کریں؟")["mode"] == "refused"


def test_a_guest_is_answered_and_nothing_is_stored(guest: Chatting) -> None:
    reply = guest.ask(CALIBRATE)

    assert set(reply) == KEYS | {"feedbackToken"}
    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("extractive", "no", [])
    assert UUID(reply["conversationId"]).version == 7


def test_a_temporary_question_is_answered_and_not_stored(reader: Chatting) -> None:
    reply = reader.ask(CALIBRATE, temporary=True)

    assert (reply["mode"], reply["saved"]) == ("extractive", "no")
    assert reader.conversations() == []


def test_selected_text_is_answered_from_without_searching_the_book(reader: Chatting, relays: Relays) -> None:
    selection = "A tungsten gripper lifts nine kilograms. It opens in a second."

    with relays.qdrant.count() as searched:
        reply = reader.ask("How much does the gripper lift?", selectedText=selection, page=f"{SITE}/gripper")

    assert searched.flights == 0
    assert reply["answer"] == f"{selection} [1]"
    assert [source["url"] for source in reply["sources"]] == [f"{SITE}/gripper"]
    assert (reply["mode"], reply["saved"]) == ("extractive", "stored")


def test_small_talk_is_answered_without_sources_and_stored_without_a_title(reader: Chatting) -> None:
    greeted = reader.ask("Hello!")

    assert (greeted["mode"], greeted["saved"], greeted["sources"]) == ("smalltalk", "stored", [])
    [conversation] = reader.conversations()
    assert conversation["title"] == "New conversation"

    reader.ask("Thanks! " + CALIBRATE, conversationId=greeted["conversationId"])

    [conversation] = reader.conversations()
    assert conversation["title"] == CALIBRATE


def test_the_assistant_speaks_of_itself_in_the_readers_language(guest: Chatting) -> None:
    by_tag = guest.ask("hi", language="ur")
    by_header = guest.api.post("/api/chat", json={"message": "hi"}, headers={"accept-language": "de-CH, de;q=0.9"})

    assert by_tag["answer"].startswith("السلام علیکم")
    assert by_header.json()["answer"].startswith("Hallo!")
