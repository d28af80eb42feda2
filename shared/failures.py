"""What is logged and told of an error, whether a status or an event carries it (specs/errors.md)."""

from __future__ import annotations

from typing import Final

from shared.errors import AppError, NotFound, NotSignedIn, NotThroughHost, TooManyRequests, Unavailable
from shared.observability import count_without, log, note, tell, user_is_named

SERVER_ERROR: Final = 500


def body_of(error: AppError, request_id: str) -> dict[str, object]:
    """`{"message", "code", "requestId"}` and what else the error says."""
    return {"message": error.message, "code": error.code, "requestId": request_id, **error.details}


def foreseen(error: AppError) -> None:
    """Log one of ours; where the client is to blame, only what may be an attack."""
    _tell_refusal(error)
    if error.status >= SERVER_ERROR:
        note(error=error.code)
        if isinstance(error, Unavailable):
            count_without(error.component)
        log.error("answered %s", error.code, exc_info=error)


def _tell_refusal(error: AppError) -> None:
    match error:
        case NotSignedIn():
            tell("session_refused", error.code)
        case NotFound() if user_is_named():  # nobody's or somebody else's: row-level security shows no difference
            tell("foreign_id_asked", error.code)
        case TooManyRequests():
            tell("limit_reached", error.of)
        case NotThroughHost():
            tell("host_bypassed", error.code)
        case _:
            pass


def unforeseen() -> AppError:
    """Log what nobody foresaw, while it is handled; what the client is told of it."""
    log.exception("unforeseen error")
    return AppError()
