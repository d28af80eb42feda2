"""A heading becomes the question that its section answers, or none."""

from __future__ import annotations

import pytest

from infra.ingestion.questions import question_of

ASKED = {
    "How to install the kettle": "How do I install the kettle?",
    "Installing your kettle": "How do I install my kettle?",
    "Install the kettle": "How do I install the kettle?",
    "Configure motors.": "How do I configure motors?",
    "Setting up a stage": "How do I set up a stage?",
    "Running the tests": "How do I run the tests?",
    "Step 3: Connect the arm": "How do I connect the arm?",
    "1.2 Run the tests": "How do I run the tests?",
    "When to use bcrypt": "When should I use bcrypt?",
    "What is URDF": "What is URDF?",
    "Why is it slow?": "Why is it slow?",
    "The Brindlewood kettle": "What is the Brindlewood kettle?",
    "The two commands": "What are the two commands?",
    "Search the index": "How do I search the index?",
    "Fix errors of the build": "How do I fix errors of the build?",
    "Handling timeouts": "How do I handle timeouts?",
}
NONE = [
    "Installation",
    "Search index",
    "Record files",
    "Errors",
    "`make run`",
    "Training",
    "",
    "?",
    "Known issues",
    "Build errors with custom interfaces",
    "Q7: Connect timeouts",
    "Installing problems",
    "v1.2",
]
OF_ANY_LANGUAGE = ["Wie installiere ich das?", "如何安装？", "كيف أعاير الذراع؟", "¿Cómo lo instalo?"]  # noqa: RUF001 (so they are written)


@pytest.mark.parametrize(("heading", "question"), ASKED.items())
def test_a_heading_that_tells_what_it_answers_becomes_a_question(heading: str, question: str) -> None:
    assert question_of(heading) == question


@pytest.mark.parametrize("heading", [*NONE, "Install " + "very " * 10 + "much", "x" * 500 + "?"])
def test_one_that_does_not_becomes_none(heading: str) -> None:
    assert question_of(heading) is None


@pytest.mark.parametrize("heading", OF_ANY_LANGUAGE)
def test_a_question_stays_one_in_any_language(heading: str) -> None:
    assert question_of(heading, "xx") == heading


@pytest.mark.parametrize("heading", ["Installing the kettle", "Die Installation", "How to Bausatz"])
def test_english_rules_are_for_english_books(heading: str) -> None:
    assert question_of(heading, "de") is None
