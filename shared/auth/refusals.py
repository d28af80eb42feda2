"""What Better Auth answers instead of a result: status, message, code (its `core/src/error/codes.ts`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer of Better Auth's; some have no code."""

    status: int
    message: str
    code: str | None = None
    retry_after: int | None = None
    """Seconds, where trying again later helps."""


class Refused(Exception):
    """Ends a request under /api/auth with a refusal; `shared/auth/endpoint.py` renders it.

    It stands beside `shared.errors.AppError`, not under it: these codes are not ours, and its body has no request id.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


INVALID_JSON: Final = Refusal(400, "Invalid JSON in request body", "BAD_REQUEST")
BODY_TOO_LARGE: Final = Refusal(413, "The request body is too large", "PAYLOAD_TOO_LARGE")
"""Ours: Better Auth leaves it to its host, and Express, for one, answers 413 beyond 100 KiB."""

MISSING_OR_NULL_ORIGIN: Final = Refusal(403, "Missing or null Origin", "MISSING_OR_NULL_ORIGIN")
INVALID_ORIGIN: Final = Refusal(403, "Invalid origin", "INVALID_ORIGIN")
CROSS_SITE_LOGIN: Final = Refusal(
    403,
    "Cross-site navigation login blocked. This request appears to be a CSRF attack.",
    "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
)
INVALID_CALLBACK_URL: Final = Refusal(403, "Invalid callbackURL", "INVALID_CALLBACK_URL")
INVALID_REDIRECT_URL: Final = Refusal(403, "Invalid redirectURL", "INVALID_REDIRECT_URL")
INVALID_ERROR_CALLBACK_URL: Final = Refusal(403, "Invalid errorCallbackURL", "INVALID_ERROR_CALLBACK_URL")
INVALID_NEW_USER_CALLBACK_URL: Final = Refusal(403, "Invalid newUserCallbackURL", "INVALID_NEW_USER_CALLBACK_URL")

INVALID_EMAIL: Final = Refusal(400, "Invalid email", "INVALID_EMAIL")
PASSWORD_TOO_SHORT: Final = Refusal(400, "Password too short", "PASSWORD_TOO_SHORT")
PASSWORD_TOO_LONG: Final = Refusal(400, "Password too long", "PASSWORD_TOO_LONG")
INVALID_EMAIL_OR_PASSWORD: Final = Refusal(401, "Invalid email or password", "INVALID_EMAIL_OR_PASSWORD")
USER_ALREADY_EXISTS: Final = Refusal(
    422, "User already exists. Use another email.", "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"
)
FAILED_TO_CREATE_USER: Final = Refusal(422, "Failed to create user", "FAILED_TO_CREATE_USER")
POST_NEEDS_DEFERRED_REFRESH: Final = Refusal(
    405,
    "POST method requires deferSessionRefresh to be enabled in session config",
    "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
)


def too_many_requests(seconds: int) -> Refusal:
    """Over a rate limit, for so many seconds more; it has no code."""
    return Refusal(429, "Too many requests. Please try again later.", retry_after=seconds)


def media_type_refused(content_type: str, allowed: tuple[str, ...]) -> Refusal:
    """A body that is neither JSON nor, where that is allowed, a form."""
    message = f'Content-Type "{content_type}" is not allowed. Allowed types: {", ".join(allowed)}'
    return Refusal(415, message, "UNSUPPORTED_MEDIA_TYPE")


def not_a_text(field: str) -> Refusal:
    """A callback address that is no text."""
    return Refusal(400, f"Invalid {field}: expected a string")


def invalid_body(complaints: list[str]) -> Refusal:
    """What zod complains about, as Better Auth joins it."""
    return Refusal(400, "; ".join(complaints), "VALIDATION_ERROR")
