from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.prose import ROOT, prose_of, readability, syllables

PAGES = sorted(str(page.relative_to(ROOT)) for page in Path(ROOT, "specs/1-neon-db-setup").glob("*.md"))
ENOUGH_WORDS = 120


@pytest.mark.parametrize("page", PAGES)
def test_the_prose_of_the_specification_reads_at_grade_ten_to_twelve(page: str) -> None:
    measured = readability(prose_of((ROOT / page).read_text(encoding="utf-8")))
    if measured.words < ENOUGH_WORDS:
        return  # a page of tables has too little prose to measure
    assert 9.5 <= measured.grade < 12.5, f"{page}: grade {measured.grade:.1f} over {measured.words} words"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("book", 1),
        ("answer", 2),
        ("database", 3),
        ("cached", 1),
        ("waited", 2),
        ("table", 2),
        ("service", 2),
        ("API", 2),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, expected: int) -> None:
    assert syllables(word) == expected


def test_code_tables_and_headings_are_not_prose() -> None:
    page = "# Title\n\nOne `make run` here.\n\n```\nno\n```\n\n| a |\n|---|\n| no |\n"
    assert prose_of(page) == ["One code here."]
