from __future__ import annotations

import pytest

from shared.answering.conversation.follow_up import FollowUp, may_refer_back, refers_back, understood
from shared.answering.models import Said

ANSWER = """There are three types of joint: [1]

- **Revolute**: turns about an axis [1]
- **Prismatic**: slides along an axis [1]
- **Continuous** - turns without limits [1]

```bash
1. no item
```
"""


def conversation(*questions: str, answer: str = "An answer. [1]") -> list[Said]:
    return [said for each in questions for said in (Said("user", each), Said("assistant", answer))]


def meant(*questions: str, answer: str = "An answer. [1]") -> FollowUp:
    *before, message = questions
    follow_up = understood(message, conversation(*before, answer=answer))
    assert follow_up is not None
    return follow_up


@pytest.mark.parametrize(
    "message",
    [
        "Why?",
        "price?",
        "How much?",
        "And on Windows?",
        "What about the gripper?",
        "How do I stop it?",
        "on Windows?",
        "What does that mean?",
        "Which one must I not buy?",
        "When should I use one?",
        "give me an example",
        "explain",
        "explain the third one",
        "the second?",
        "shorter please",
        "more",
        "Is there something better for training?",
        "Any alternatives?",
        "Which is cheaper?",
        "What are its limitations?",
        "How long does it take?",
        "the other one?",
        "what is the default?",
        "and then?",
        "anything else?",
        "mehr dazu",
        "短一点",
        "who invented it?",
        "How do I install?",
    ],
)
def test_a_message_that_does_not_say_what_it_is_about_refers_back(message: str) -> None:
    assert refers_back(message)


@pytest.mark.parametrize(
    "message",
    [
        "How do I calibrate the SO-101 arm?",
        "What is ROS?",
        "Can I use a model that I trained?",
        "Which GPU do I need?",
        "What is the command to build only one package?",
        "How long does it take to train ACT on an RTX 4090?",
        "Can I use a MacBook for this course?",
        "If the service hangs, how do I stop it?",
        "explain the learning rate",
        "What is ROS 2 and how do I install it?",
        "Is it possible to run on a CPU?",
        "What is the first step of the setup?",
        "Which is faster, DDS or Zenoh?",
        "Is a Jetson better than a Raspberry Pi?",
        "Which motors does this robot arm use when its gripper closes around heavy objects?",
    ],
)
def test_a_question_that_stands_on_its_own_does_not(message: str) -> None:
    assert not refers_back(message)


def test_the_question_before_says_what_a_message_is_about() -> None:
    follow_up = meant("What is in the Student Kit?", "How much does it cost?")

    assert follow_up == FollowUp("How much does it cost? student kit", focus="cost", points=True)


@pytest.mark.parametrize("message", ["can I change that?", "How do I override it?", "can it be disabled"])
def test_what_is_to_be_changed_is_searched_as_it_was_found(message: str) -> None:
    asked = meant("How long are payloads kept?", message)

    assert asked.question == f"How long are payloads kept {asked.focus}"
    assert asked.points


def test_all_of_the_last_turns_count() -> None:
    follow_up = meant("What is in the Student Kit?", "How much does it cost?", "Which one must I not buy?")

    assert follow_up.question == "Which one must I not buy? cost student kit"
    assert follow_up.focus == "buy"


def test_a_question_of_its_own_ends_what_was_before_it() -> None:
    follow_up = meant("What is in the Student Kit?", "Which GPU do I need?", "price?")

    assert follow_up.question == "price? gpu"


@pytest.mark.parametrize(
    ("before", "message", "question"),
    [
        ("How do I install Gazebo?", "and Isaac Sim?", "How do I install Isaac Sim"),
        ("How do I install ROS 2 on Ubuntu?", "and on Windows?", "How do I install ROS 2 on Windows"),
        ("How much does the kit cost?", "And the camera?", "How much does the kit cost the camera"),
        ("How do I calibrate the follower arm?", "and the leader arm?", "How do I calibrate the leader arm"),
        ("how do i install gazebo", "what about unity", "how do i install gazebo unity"),
    ],
)
def test_what_a_message_names_takes_the_place_of_its_like(before: str, message: str, question: str) -> None:
    assert meant(before, message).question == question


def test_two_replacements_leave_nothing_of_the_first() -> None:
    assert meant("How do I install Gazebo?", "and Isaac Sim?", "and Unity?").question == "How do I install Unity"


@pytest.mark.parametrize(
    ("message", "focus", "question"),
    [
        ("explain the third one", "Continuous", "explain Continuous urdf joint types"),
        ("What about the last?", "Continuous", "What about Continuous? urdf joint types"),
        ("How strong is option 2?", "Prismatic", "How strong is Prismatic? urdf joint types"),
        ("and the 1st one?", "Revolute", "and Revolute? urdf joint types"),
    ],
)
def test_an_item_of_the_last_answer_is_known_by_its_place(message: str, focus: str, question: str) -> None:
    follow_up = meant("URDF joint types", message, answer=ANSWER)

    assert (follow_up.focus, follow_up.question) == (focus, question)


def test_rows_of_a_table_are_items_and_its_head_is_none() -> None:
    table = "| Robot | Price |\n|---|---|\n| TonyPi | $569 |\n| Unitree G1 | $16,000 |"

    assert meant("Which robots are there?", "the second one?", answer=table).focus == "Unitree G1"


def test_of_several_lists_the_one_is_meant_that_answers_what_was_asked() -> None:
    answer = "Solution:\n\n1. Check the file\n2. Start again\n\nJoint types:\n\n- Fixed: no motion\n- Revolute: turns"

    assert meant("URDF joint types", "the second one?", answer=answer).focus == "Revolute"
    assert meant("How do I repair it? The solution", "the second one?", answer=answer).focus == "Start again"


def test_an_item_that_is_not_there_is_not_made_up() -> None:
    assert meant("URDF joint types", "explain the fifth one", answer=ANSWER).focus == ""


@pytest.mark.parametrize(("message", "wish"), [("shorter", "shorter"), ("tell me more", "more"), ("TL;DR", "shorter")])
def test_a_wish_is_about_the_question_before(message: str, wish: str) -> None:
    follow_up = meant("What is URDF?", "Why?", message)

    assert (follow_up.wish, follow_up.question) == (wish, "Why? urdf")


def test_small_talk_in_between_is_passed_over() -> None:
    assert meant("Hello!", "What is URDF?", "thanks", "give me an example").question == "give me an example urdf"


@pytest.mark.parametrize("said", [[], conversation("hi"), [Said("assistant", "Hello!")]])
def test_without_a_question_before_there_is_nothing_to_refer_to(said: list[Said]) -> None:
    assert understood("Why?", said) is None


def test_what_a_client_claims_was_said_stays_bounded() -> None:
    follow_up = meant("What is " + " ".join(f"word{n}" for n in range(500)), "why?")

    assert len(follow_up.question.split()) <= 21


@pytest.mark.parametrize(("message", "short"), [("How do I open the port?", True), ("word " * 7, True)])
def test_only_a_short_message_is_worth_another_search(message: str, *, short: bool) -> None:
    assert may_refer_back(message) is short
    assert not may_refer_back("Which camera, light, lens, tripod, cable, screen and desk are in the list?")


@pytest.mark.parametrize("message", ["are people signed out then?", "show me the training command", "give me the code"])
def test_what_comes_of_it_and_what_there_is_of_many_things_refer_back(message: str) -> None:
    assert refers_back(message)


def test_a_name_as_programs_write_them_takes_the_place_of_another() -> None:
    asked = meant("How much VRAM do I need to train smolvla", "what about pi0?")
    assert asked.question == "How much VRAM do I need to train pi0"
