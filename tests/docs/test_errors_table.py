from __future__ import annotations

from shared.errors import AppError
from tests.docs.prose import table_rows


def every(error: type[AppError]) -> set[type[AppError]]:
    return {error}.union(*(every(child) for child in error.__subclasses__()))


def test_the_table_of_errors_names_every_code_with_its_status_and_sentence() -> None:
    documented = {
        (int(row[1]), row[0].strip("`"), row[2]) for row in table_rows("specs/errors.md", "## Codes of every route")
    }
    ours = {error for error in every(AppError) if error.__module__ == "shared.errors"}
    assert documented == {(error.status, error.code, error.sentence) for error in ours}
