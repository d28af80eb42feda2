"""What is logged and told of an error, whether a status or an event carries it (specs/errors.md)."""

from __future__ import annotations

from typing import Final

from shared.errors import AppError, Unavailable
from shared.observability import count_without, log, note

SERVER_ERROR: Final = 500


def body_of(error: AppError, request_id: str) -> dict[str, object]:
    """`{"message", "code", "requestId"}` and what else the error says."""
    return {"message": error.message, "code": error.code, "requestId": request_id, **error.details}


def foreseen(error: AppError) -> None:
    """Log one of ours, unless the client is to blame for it."""
    if error.status >= SERVER_ERROR:
        note(error=error.code)
        if isinstance(error, Unavailable):
            count_without(error.component)
        log.error("answered %s", error.code, exc_info=error)


def unforeseen() -> AppError:
    """Log what nobody foresaw, while it is handled; what the client is told of it."""
    log.exception("unforeseen error")
    return AppError()
