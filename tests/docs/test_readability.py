from __future__ import annotations

import pytest

from tests.docs.prose import ROOT, prose_of, readability, syllables

PAGES = [ROOT / "README.md", *sorted((ROOT / "specs").rglob("*.md"))]
HARDEST = 10.0


def test_the_prose_of_all_pages_together_reads_below_grade_ten() -> None:
    """Together, as no single page should have to trade a plain word for a long one, or the other way round."""
    measured = readability([paragraph for page in PAGES for paragraph in prose_of(page.read_text(encoding="utf-8"))])
    assert measured.words > 5_000
    assert measured.grade < HARDEST


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
