"""Who may sit at the owner's desk of the platform on this machine."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from shared.errors import Misconfigured
from shared.settings.site import OwnerSettings

if TYPE_CHECKING:
    from collections.abc import Mapping


class NoOwners(Exception):
    """A setting of the desk makes no sense; the message says which."""


def chosen_owners(variables: Mapping[str, str]) -> dict[str, str]:
    """What whoever starts the platform says of it: their OWNERS, OWNER_FEWEST_READERS and so on.

    Raises:
        NoOwners: It is not as specs/settings.md has it.
    """
    names = {each.metadata["name"] for each in fields(OwnerSettings)}
    chosen = {name: value for name, value in variables.items() if name in names and value}
    try:
        OwnerSettings.read(chosen)
    except Misconfigured as error:
        raise NoOwners(f"{error.__cause__}: specs/settings.md says what it may be") from error
    return chosen
