from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from shared.db import Statement
from shared.history.conversations import change_conversation, delete_conversation
from shared.history.search import Found, Segment, first_words, search_conversations
from tests.integration.history.conftest import ActingAs

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.platform import Relays
    from shared.db import Database
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person
    from tests.integration.history.conftest import Reader


def turn(reader: Reader, question: str, answer: str = "See the manual.") -> None:
    conversation_id, message_id, _ = reader.ask(question)
    reader.answer(conversation_id, message_id, answer)


def search(reader: Reader, words: str, limit: int = 50) -> list[Found]:
    return search_conversations(reader.db, words, limit=limit)


def titles(reader: Reader, words: str) -> list[str]:
    return [each.conversation.title for each in search(reader, words)]


def matches(found: Found) -> list[str]:
    """What is marked in the snippet."""
    return [each.text for each in found.snippet if each.match]


def test_a_word_that_stands_in_an_answer_alone_is_found(ada: Reader) -> None:
    turn(ada, "How do I start?", "Turn the potentiometer to the left.")
    turn(ada, "And then?")
    [found] = search(ada, "potentiometer")
    [_, answer] = ada.open(found.conversation.id).messages
    assert (found.conversation.title, found.message_id) == ("How do I start?", answer.id)
    assert matches(found) == ["potentiometer"]
    assert "".join(each.text for each in found.snippet) == "Turn the potentiometer to the left"
    assert search(ada, "oscilloscope") == []


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("calibrating arms", "Calibrate the arm."),
        ("LIBRARY", "a set of libraries"),
        ("the who", "The Who are a band"),
        ("running", "it runs"),
        ('"inverse kinematics"', "solved by inverse kinematics"),
        ("kinematics -forward", "inverse kinematics"),
        ("gripper or claw", "the claw closes"),
        ("café", "Das Café am Platz"),
        ("größe", "Die Größe der Motoren"),
        ("двигатель", "Как работает двигатель?"),
        ("मोटर", "यह मोटर है"),
        ("روبوٹ", "روبوٹ کیا ہے؟"),
        ("كيا", "روبوٹ کیا ہے؟"),
        ("مدد", "مُدَد چاہیے"),
        ("ROS 2", "ROS ۲ کیا ہے؟"),
        ("\ufb01rmware", "the firmware"),
        ("so-101", "the SO-101 arm"),
        ("iostream", "#include <iostream>"),
        ("电机", "如何启动电机控制器。"),
        ("ROS2节点 启动", "怎样启动一个ROS2节点"),
        ("控制 -电池", "如何启动电机控制器。"),
        ("制御", "モーターを制御する"),
        ("ﾓｰﾀｰ", "モーターを制御する"),
        ("모터", "모터를 제어한다"),
        ("ทำงาน", "การทำงานของมอเตอร์"),
        ("เตอร์", "การทำงานของมอเตอร์"),
        ("calib", "Calibrate the arm."),
        ("calibrati", "The calibration takes a minute."),
        ("starting the cal", "start the calibration"),
        ('"inverse kine', "solved by inverse kinematics"),
        ("claw or grip", "the gripper"),
        ("-forward kine", "inverse kinematics"),
        ("GRÖ", "größer als ein Motor"),
        ("двиг", "Как работает двигатель?"),
        ("a b c d e f g gripper nowhere", "a b c d e f g gripper"),
    ],
)
def test_words_are_found_as_people_write_them(ada: Reader, words: str, text: str) -> None:
    turn(ada, "one", text)
    turn(ada, "two", "nothing of the kind")
    assert titles(ada, words) == ["one"]


@pytest.mark.parametrize(
    "words",
    [
        '"kinematics inverse"',
        "kinematics -inverse",
        "inverse potentiometer",
        "!!!",
        "' or 1=1 --",
        "%",
        "<->",
        "\\",
        '"',
        "kine ",
        '"inverse kine"',
        "verse",
        "a b c d e f g grip nowhere",
        "\ufdd0",
    ],
)
def test_what_does_not_stand_there_is_not_found_and_breaks_nothing(ada: Reader, words: str) -> None:
    turn(ada, "one", "solved by inverse kinematics")
    assert titles(ada, words) == []


def test_a_word_of_a_script_without_spaces_is_its_letters_in_their_order_and_marked_as_one(ada: Reader) -> None:
    turn(ada, "灯", "电池要充满电。然后启动电机控制器。机器就动了。")
    turn(ada, "二", "机电一体化")
    [found] = search(ada, "电机")
    assert (found.conversation.title, matches(found)) == ("灯", ["电机"])
    assert "".join(each.text for each in found.snippet).startswith("电池要充满电。然后启动电机控制器")
    [found] = search(ada, "灯")
    assert found.title == [Segment("灯", match=True)]


def test_the_beginning_of_the_last_word_is_marked_as_the_word_that_it_began(ada: Reader) -> None:
    turn(ada, "one", "Turn the potentiometer to the left.")
    [found] = search(ada, "turn the poten")
    assert matches(found) == ["Turn", "potentiometer"]


def test_an_exclusion_that_is_only_begun_excludes_nothing_yet(ada: Reader) -> None:
    turn(ada, "one", "inverse kinematics")
    assert titles(ada, "inverse -kine") == ["one"]


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        ("one", "one"),
        (" 1 2 3 4 5 6 7 8", " 1 2 3 4 5 6 7 8"),
        ("1 2 3 4 5 6 7 8 9 10", "1 2 3 4 5 6 7 8 "),
        ('"1 2  3" 4 5 6 7 -8\t9', '"1 2  3" 4 5 6 7 -8 '),
    ],
)
def test_eight_words_of_a_search_count(words: str, counted: str) -> None:
    assert first_words(words) == counted


def test_titles_count_more_than_messages_and_words_that_stand_together_more_than_others(ada: Reader) -> None:
    turn(ada, "Servo motors", "See the manual.")
    turn(ada, "What moves the arm?", "It is moved by servo motors.")
    turn(ada, "And the hand?", "A motor that is not a servo moves it.")
    assert titles(ada, "servo motors") == ["Servo motors", "What moves the arm?", "And the hand?"]


def test_a_new_title_is_found_and_the_old_one_is_not(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask("What?")
    change_conversation(ada.db, conversation_id, title="Gearboxes")
    [found] = search(ada, "gearbox")
    assert (found.message_id, found.snippet) == (None, [])
    assert [(each.text, each.match) for each in found.title] == [("Gearboxes", True)]


def test_what_was_deleted_is_not_found(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask("What is a gearbox?")
    delete_conversation(ada.db, conversation_id)
    assert search(ada, "gearbox") == []


def test_each_conversation_is_found_once_and_no_more_than_asked_for(ada: Reader) -> None:
    for n in range(4):
        conversation_id, _, _ = ada.ask(f"gearbox {n}")
        ada.ask("gearbox gearbox", conversation_id=conversation_id)
    assert len(search(ada, "gearbox")) == 4
    assert len(search(ada, "gearbox", limit=3)) == 3


def test_a_long_message_is_shown_around_the_match(ada: Reader) -> None:
    turn(ada, "one", f"{'before ' * 2000} gearbox {'after ' * 2000}")
    [found] = search(ada, "gearbox")
    assert matches(found) == ["gearbox"]
    assert len("".join(each.text for each in found.snippet)) < 500


def test_markup_in_a_message_stays_text_and_marks_in_it_are_no_marks(ada: Reader) -> None:
    turn(ada, "one", "<img src=x onerror=alert(1)> \ufdd0not a match\ufdd1 gearbox <b>bold</b>")
    [found] = search(ada, "gearbox")
    assert matches(found) == ["gearbox"]
    assert "<b>bold" in "".join(each.text for each in found.snippet)


def test_nobody_finds_what_is_somebody_elses(ada: Reader, bob: Reader, database: Database) -> None:
    turn(ada, "What is a gearbox?", "Ada's gearbox.")
    turn(bob, "What is a gearbox?", "Bob's gearbox.")
    assert ["".join(each.text for each in found.snippet) for found in search(bob, "gearbox bob")] == ["Bob's gearbox"]
    assert search(bob, "ada") == []
    with_no_session = ActingAs(database, None)
    assert search_conversations(with_no_session, "gearbox", limit=50) == []
    everybodys = Statement("select * from found_messages(search_query('gearbox'), 50)")
    assert with_no_session.run(everybodys)[0].values == ()
    assert len(bob.db.run(everybodys)[0].values) == 1


def test_the_list_is_searched_in_one_round_trip(
    person: Person, new_person: Callable[[], Person], relays: Relays, transport: Transport
) -> None:
    created = person.api.post("/api/conversations", json={"title": "Arms"}).json()["conversation"]
    turn_of_it = {"messages": [{"role": "assistant", "content": "Calibrate <b>the</b> arm."}]}
    person.api.post(f"/api/conversations/{created['id']}/messages", json=turn_of_it)
    person.api.get("/api/conversations")
    with relays.database(transport).count() as counted:
        answer = person.api.get("/api/conversations", params={"search": "calibrating"})
    [found] = answer.json()["conversations"]
    assert (counted.flights, answer.json()["nextCursor"]) == (1, None)
    assert found["match"]["title"] == [{"text": "Arms", "match": False}]
    assert found["match"]["snippet"] == [
        {"text": "Calibrate", "match": True},
        {"text": " <b>the</b> arm", "match": False},
    ]
    assert "match" not in person.api.get("/api/conversations").json()["conversations"][0]
    assert new_person().api.get("/api/conversations", params={"search": "arm"}).json()["conversations"] == []
    for bad in ({"search": " "}, {"search": "x" * 201}, {"search": "\x00"}, {"search": "x", "cursor": "x"}):
        refused = person.api.get("/api/conversations", params=bad)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_searching_without_a_live_session_is_refused(person: Person) -> None:
    assert person.api.post("/api/auth/sign-out").status_code == 200
    assert person.api.get("/api/conversations", params={"search": "arm"}).status_code == 401


SAME_WORDS: Final = """
    select strip(ts_delete(search_words($1::text || ' \u00fc'), '\u00fc')) = strip(search_words($1::text)) as same,
           search_words($1::text) = to_tsvector('english', folded($1::text)) || to_tsvector('simple', folded($1::text))
           as both
"""


@pytest.mark.parametrize(
    "text",
    [
        "Calibrate the arm, then run `robotctl home --axis=3`.",
        "if a<b and c>d: see <em>the</em> page https://book.example.com/a/b?c=d#e or write to ada@example.com",
        "version 1.2.3-rc1 costs $5.00, 10% less; don't re-run it",
        "tab\there\nand a line\r\n\x7f",
        "",
    ],
)
def test_plain_letters_have_the_words_that_they_have_beside_others(database: Database, text: str) -> None:
    """They are folded by a way of their own, and what was stored before must stay as it is."""
    [rows] = database.run(Statement(SAME_WORDS, (text,)))
    assert rows.values == ((True, True),)
