"""Whatever the element says, it says in each of its languages, with the same values in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from infra.local.program import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = PROJECT / "functions/widget/source"
LANGUAGES = sorted((SOURCE / "languages").glob("*.js"))
FOR_DEVELOPERS = {"origin"}
"""Names settings, and is said to whoever builds the site."""

ENTRY = re.compile(r'^  (\w+): (".*"),$', re.MULTILINE)


def words(path: Path) -> dict[str, str]:
    return {key: json.loads(text) for key, text in ENTRY.findall(path.read_text("utf-8"))}


ENGLISH = {
    key: text
    for name in ("words.js", "more/more.js", "accounts/words.js")
    for key, text in words(SOURCE / name).items()
}
CODE = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.js") if path.parent.name != "languages")


def test_there_are_eight_languages() -> None:
    assert [path.stem for path in LANGUAGES] == ["ar", "de", "es", "fr", "hi", "ur", "zh"]


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_language_says_everything_with_the_same_values(path: Path) -> None:
    said = words(path)
    assert set(said) == set(ENGLISH) - FOR_DEVELOPERS
    values = {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in ENGLISH.items() if key in said}
    assert {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in said.items()} == values
    assert [key for key, text in said.items() if not text.strip() or text != text.strip()] == []


def test_every_sentence_is_said_somewhere() -> None:
    unsaid = [key for key in ENGLISH if not re.search(rf'"{key}"', CODE)]
    assert unsaid == []


def test_whatever_is_said_is_written_down() -> None:
    asked = set(re.findall(r'\bsay\("(\w+)"|\btell\("(\w+)"|\bact\("(\w+)"|\bbutton\("(\w+)"', CODE))
    assert {key for each in asked for key in each if key} - set(ENGLISH) == set()
