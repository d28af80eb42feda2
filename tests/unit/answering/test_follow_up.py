from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.answering.follow_up import completed, refers_back
from shared.history.models import Message, Role


def said(role: Role, content: str) -> Message:
    return Message(UUID(int=1), 1, role, content, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    "question", ["Why?", "And on Windows?", "What about the gripper?", "How do I stop it?", "What does that mean?"]
)
def test_a_short_question_that_names_nothing_refers_back(question: str) -> None:
    assert refers_back(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do I calibrate the SO-101 arm?",
        "What is ROS?",
        "Can I use a model that I trained?",
        "Which motors does this robot arm use when its gripper closes around heavy objects?",
    ],
)
def test_a_question_that_stands_on_its_own_does_not(question: str) -> None:
    assert not refers_back(question)


def test_the_words_of_the_question_before_complete_a_follow_up() -> None:
    window = [said("user", "What is ROS?"), said("assistant", "Software."), said("user", "How do I calibrate the arm?")]

    assert completed("And how long does it take?", window) == "And how long does it take? calibrate arm"


def test_without_a_question_before_nothing_is_added() -> None:
    assert completed("Why?", []) == "Why?"
