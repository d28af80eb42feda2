"""Who may sit at the owner's desk of the local platform."""

from __future__ import annotations

import pytest

from infra.local.owners import NoOwners, chosen_owners


def test_what_the_shell_says_of_owners_reaches_the_functions_and_nothing_else_does() -> None:
    shell = {"OWNERS": "ada@example.com", "OWNER_FEWEST_READERS": "", "OWNER_SEES_SINGLE_QUESTIONS": "on", "HOME": "/x"}
    assert chosen_owners(shell) == {"OWNERS": "ada@example.com", "OWNER_SEES_SINGLE_QUESTIONS": "on"}


@pytest.mark.parametrize("wrong", [{"OWNERS": "ada"}, {"OWNER_FEWEST_READERS": "1"}])
def test_what_the_functions_would_not_read_stops_the_start_by_its_name(wrong: dict[str, str]) -> None:
    with pytest.raises(NoOwners, match=next(iter(wrong))):
        chosen_owners(wrong)
