"""An owner measures the gate with questions of their own."""

from __future__ import annotations

import json

import pytest

from infra.calibration import CannotCalibrate, Labelled, Measured, best_gate, main, mistakes, read_questions, report
from shared.retrieval.blocks import Paragraph
from shared.retrieval.gate import closeness, judged
from shared.retrieval.models import Passage
from shared.retrieval.vocabulary import Vocabulary
from shared.settings.answers import RetrievalSettings


def measured(inside: list[float], outside: list[float]) -> list[Measured]:
    answered = [Measured(Labelled(f"inside {each}", in_book=True), each) for each in inside]
    return answered + [Measured(Labelled(f"outside {each}", in_book=False), each) for each in outside]


def lines(inside: int, outside: int) -> str:
    both = [True] * inside + [False] * outside
    return "\n".join(json.dumps({"question": f"question {place}", "in_book": each}) for place, each in enumerate(both))


def test_where_both_kinds_lie_apart_the_gate_stands_in_the_middle() -> None:
    gate = best_gate(measured([0.7, 0.8], [0.2, 0.5]))
    assert gate == pytest.approx(0.6, abs=0.011)
    assert mistakes(measured([0.7, 0.8], [0.2, 0.5]), gate) == (0.0, 0.0)


def test_where_they_overlap_the_fewest_mistakes_decide_each_kind_as_a_share_of_its_own() -> None:
    """One of two refused weighs more than one of four answered."""
    given = measured([0.5, 0.9], [0.1, 0.2, 0.3, 0.6])
    assert 0.3 < best_gate(given) <= 0.5
    assert mistakes(given, best_gate(given)) == (0.0, 0.25)


def test_the_report_names_every_question_that_goes_wrong_and_ends_with_the_setting() -> None:
    told = report(measured([0.5, 0.9], [0.1, 0.2, 0.3, 0.6]), current=0.8)
    assert "answered, 0.60: outside 0.6" in told
    assert "With 0.80:\n  refused, 0.50: inside 0.5" in told
    assert "| 0.80 (set) | 50.0% | 0.0% |" in told
    assert told.splitlines()[-1] == f"RETRIEVAL_THRESHOLD={best_gate(measured([0.5, 0.9], [0.1, 0.2, 0.3, 0.6])):.2f}"


def test_what_is_measured_is_what_the_gate_compares() -> None:
    passage = Passage("/a", "a", "Arm", ("Arm",), (Paragraph("It has motors."),), 1.0, cosine=0.3)
    close = closeness("which motors", "which motors", [passage], 0.3, Vocabulary())
    for threshold, on_topic in ((close, True), (close + 0.001, False)):
        settings = RetrievalSettings.read({"QDRANT_URL": "http://127.0.0.1:1", "RETRIEVAL_THRESHOLD": str(threshold)})
        assert judged(settings, ("which motors", "which motors"), (passage,), 0.3, Vocabulary()).on_topic is on_topic


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '"text"', '{"question": "a"}', '{"question": 1, "in_book": true}', '{"question": "a", "in_book": 1}'],
)
def test_a_line_that_is_no_such_question_is_named(line: str) -> None:
    with pytest.raises(CannotCalibrate, match="line 2"):
        read_questions(f"{lines(1, 0)}\n{line}\n{lines(20, 20)}")


@pytest.mark.parametrize(("inside", "outside", "meaning"), [(9, 10, "answers"), (10, 9, "does not answer")])
def test_too_few_questions_of_a_kind_are_refused(inside: int, outside: int, meaning: str) -> None:
    with pytest.raises(CannotCalibrate, match=f"9 questions that .*{meaning}"):
        read_questions(lines(inside, outside))


def test_questions_that_the_gate_does_not_judge_are_left_out() -> None:
    other = json.dumps({"question": "روبوٹ کیا ہے؟", "in_book": True})
    assert len(read_questions(f"{lines(10, 10)}\n\n{other}")) == 20


def test_a_file_that_is_not_there_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["calibration", "no-such-file.jsonl"])
    assert main({}) == 2
    assert "no-such-file.jsonl" in capsys.readouterr().err
