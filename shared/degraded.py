"""What a response can do without, and the one visible line with which a use-case says so.

Stores raise; use-cases tolerate, by name. Nothing returns `None` or an empty list for "could not look".
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from shared.observability import count_without, log

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.errors import AppError


class Missing(StrEnum):
    """The words of the `degraded` list (specs/degraded-mode.md)."""

    DATABASE = "database"
    RETRIEVAL = "retrieval"
    MODEL = "model"


@contextmanager
def tolerate(error: type[AppError], missing: Missing, noted: set[Missing]) -> Generator[None]:
    """Leave the block quietly when `error` is raised in it, and note what the answer had to do without."""
    try:
        yield
    except error as caught:
        noted.add(missing)
        count_without(missing.value)
        log.warning("answering without %s", missing.value, exc_info=caught)
