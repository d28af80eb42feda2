"""The error that ends a migration before it has changed anything."""

from __future__ import annotations


class MigrationRefused(RuntimeError):
    """The database or the files are not what they must be; nothing was changed by this step.

    Attributes:
        mending: SQL that the owner can run so that the next try is not refused; empty where there is none.
    """

    def __init__(self, message: str, mending: str = "") -> None:
        super().__init__(message)
        self.mending = mending
