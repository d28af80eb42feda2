"""The files of migrations, and what their first lines say of them.

    -- outside a transaction
    drop index concurrently if exists message_by_mode;
    create index concurrently message_by_mode on message (mode);
    -- again until nothing changes
    update message set mode = 'extractive' where id in (select id from message where mode is null limit 1000);

Outside a transaction each statement is one of its own and ends with a line that ends with a semicolon. It has no time
limit. What was interrupted begins again from the top, so every statement has to bear being run twice. A statement after
`-- again until nothing changes` is run until it affects no row, each time a transaction of its own: a backfill that
holds no lock for long.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.adoption import MigrationRefused

if TYPE_CHECKING:
    from pathlib import Path

OUTSIDE: Final = "-- outside a transaction"
AGAIN: Final = "-- again until nothing changes"
BREAKING: Final = "-- older code cannot work with this"


@dataclass(frozen=True, slots=True)
class Single:
    """A statement of its own, and whether it is run until it affects no row."""

    text: str
    again: bool


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Of the text, whatever the line endings that a checkout gave it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def outside(self) -> bool:
        """Whether it may run in no transaction, as `create index concurrently` may not."""
        return OUTSIDE in self._head

    @property
    def breaking(self) -> bool:
        """Whether code without this migration cannot work with it."""
        return BREAKING in self._head

    @property
    def statements(self) -> list[Single]:
        """Of a migration that is run outside a transaction."""
        found = [part.strip() for part in re.split(r"(?<=;)[ \t]*\n", self.text)]
        return [Single(part, again=AGAIN in part.splitlines()) for part in found if _says_something(part)]

    @property
    def _head(self) -> list[str]:
        lines = self.text.splitlines()
        return lines[: next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))]


def _says_something(part: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in part.splitlines())


def read_migrations(folder: Path) -> list[Migration]:
    """The files of a folder, in their order.

    Raises:
        MigrationRefused: They are not named as they should be, or two have one number.
    """
    files = sorted(folder.glob("*.sql"))
    for file in files:
        if not re.fullmatch(r"\d{4}_[a-z0-9_]+", file.stem):
            raise MigrationRefused(f"{file.name}: migrations are named NNNN_what.sql")
    numbers = [file.name[:4] for file in files]
    if len(set(numbers)) < len(numbers):
        raise MigrationRefused(f"two migrations have the same number: {', '.join(numbers)}")
    return [Migration(file.stem, file.read_text("utf-8")) for file in files]
