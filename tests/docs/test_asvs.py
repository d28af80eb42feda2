"""specs/asvs.md names tests that are there, or says why a requirement is not met."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "specs/asvs.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if re.match(r"\| \d", line)
]
NAMED = re.compile(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`")


def test_each_test_that_shows_something_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 25
    missing = [
        (path, function)
        for path, function in named
        if not (ROOT / path).is_file()
        or not re.search(rf"^def {function}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert not missing


def test_each_requirement_is_shown_or_says_why_not() -> None:
    assert len(ROWS) > 35
    for number, asks_for, shown in ROWS:
        assert re.fullmatch(r"\d+\.\d+\.\d+(, \d+\.\d+\.\d+)*", number), number
        assert asks_for
        assert NAMED.search(shown) or len(shown.split()) > 4, number
