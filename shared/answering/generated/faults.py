"""A fault of ours while an answer is checked: whoever asked is not told of it, and the log has no text of anybody."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from shared.errors import AppError
from shared.model.failures import Unchecked
from shared.observability import count, log

if TYPE_CHECKING:
    from collections.abc import Generator

NEWEST_CALLS: Final = 12
"""Of the stack; enough of a recursion without an end."""


@contextmanager
def faults_as_failures() -> Generator[None]:
    """Any fault in the block is a model that failed.

    Raises:
        Unchecked: There was one.
    """
    try:
        yield
    except AppError:
        raise
    except Exception as fault:  # noqa: BLE001 (whatever it is, it is ours)
        _tell(fault)
        raise Unchecked from None  # what the fault says may be somebody's text


def _tell(fault: Exception) -> None:
    """Of what kind it is, and where it happened."""
    count("ChecksFailed")
    stack = traceback.format_tb(fault.__traceback__, limit=-NEWEST_CALLS)
    log.error("what a model wrote could not be checked", fault=type(fault).__name__, stack=stack)
