"""specs/security-events.md lists the events that the code tells, and says how long the log keeps them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import yaml

from shared.observability import Event

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "specs/security-events.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ") and line.endswith(" |")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def sources() -> str:
    found = [*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]
    return "\n".join(each.read_text(encoding="utf-8") for each in found)


def test_every_event_is_seen_by_a_test() -> None:
    tests = [*ROOT.glob("tests/integration/**/*.py"), *ROOT.glob("tests/unit/**/*.py")]
    seen = {word for each in tests for word in re.findall(r'\("(\w+)", "\w+"', each.read_text(encoding="utf-8"))}
    assert set(get_args(Event)) <= seen


def test_the_table_has_every_event_once() -> None:
    assert sorted(name.strip("`") for name, _, _ in table("Events")) == sorted(get_args(Event))


def test_every_event_is_told_somewhere() -> None:
    told = set(re.findall(r'(?:(?<!\.)\btell\(|event=)"(\w+)"', sources()))
    assert told == set(get_args(Event))


def test_the_words_that_the_code_gives_as_reasons_are_in_the_table() -> None:
    reasons = {name.strip("`"): said for name, _, said in table("Events")}
    given = re.findall(r'\btell\("(\w+)", "(\w+)"(?: if [^,)]+ else "(\w+)")?\)', sources())
    assert len(given) > 12
    assert not [
        (event, word) for event, *words in given for word in words if word and f"`{word}`" not in reasons[event]
    ]


def test_they_stay_as_long_as_the_log_groups_say() -> None:
    parameters = yaml.load((ROOT / "serverless.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["params"]
    said = {stage: int(days) for _, stage, days in table("How long they stay")}
    kept = {
        "any" if stage == "default" else f"`{stage}`": each["logRetention"]
        for stage, each in parameters.items()
        if "logRetention" in each
    }
    assert said == kept
