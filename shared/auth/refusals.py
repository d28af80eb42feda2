"""What Better Auth answers instead of a result: status, message, code (its `core/src/error/codes.ts`)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from shared.errors import StatementFailed
from shared.observability import tell
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from contextlib import AbstractContextManager

    from shared.observability import Event


@record
class Refusal:
    """One answer of Better Auth's; some have no code, and one has no body at all, for which the message is empty."""

    status: int
    message: str
    code: str | None = None
    retry_after: int | None = None
    """Seconds, where trying again later helps."""
    event: Event | None = None
    """What the log calls it, where it may be an attack (specs/security-events.md)."""

    def tell(self) -> None:
        """Put it on the line of the running request."""
        if self.event:
            tell(self.event, self.code or self.message)


class Refused(Exception):
    """Ends a request under /api/auth with a refusal; `shared/auth/requests/errors.py` renders it.

    It stands beside `shared.errors.AppError`, not under it: these codes are not ours, and its body has no request id.

    Attributes:
        refusal: What is answered.
        cookies: `Set-Cookie` values that go along.
    """

    def __init__(self, refusal: Refusal, cookies: Sequence[str] = ()) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.cookies = cookies


INVALID_JSON: Final = Refusal(400, "Invalid JSON in request body", "BAD_REQUEST")
BODY_TOO_LARGE: Final = Refusal(413, "The request body is too large", "PAYLOAD_TOO_LARGE")
"""Ours: Better Auth leaves it to its host, and Express, for one, answers 413 beyond 100 KiB."""

MISSING_OR_NULL_ORIGIN: Final = Refusal(
    403, "Missing or null Origin", "MISSING_OR_NULL_ORIGIN", event="foreign_page_refused"
)
INVALID_ORIGIN: Final = Refusal(403, "Invalid origin", "INVALID_ORIGIN", event="foreign_page_refused")
CROSS_SITE_LOGIN: Final = Refusal(
    403,
    "Cross-site navigation login blocked. This request appears to be a CSRF attack.",
    "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
    event="foreign_page_refused",
)
INVALID_CALLBACK_URL: Final = Refusal(403, "Invalid callbackURL", "INVALID_CALLBACK_URL", event="foreign_page_refused")
INVALID_REDIRECT_URL: Final = Refusal(403, "Invalid redirectURL", "INVALID_REDIRECT_URL", event="foreign_page_refused")
INVALID_ERROR_CALLBACK_URL: Final = Refusal(
    403, "Invalid errorCallbackURL", "INVALID_ERROR_CALLBACK_URL", event="foreign_page_refused"
)
INVALID_NEW_USER_CALLBACK_URL: Final = Refusal(
    403, "Invalid newUserCallbackURL", "INVALID_NEW_USER_CALLBACK_URL", event="foreign_page_refused"
)

INVALID_EMAIL: Final = Refusal(400, "Invalid email", "INVALID_EMAIL")
PASSWORD_TOO_SHORT: Final = Refusal(400, "Password too short", "PASSWORD_TOO_SHORT")
PASSWORD_TOO_LONG: Final = Refusal(400, "Password too long", "PASSWORD_TOO_LONG")
PASSWORD_COMPROMISED: Final = Refusal(
    400, "Everybody tries this password first. Please choose a different one.", "PASSWORD_COMPROMISED"
)
"""The code of Better Auth's haveIBeenPwned plug-in."""

INVALID_EMAIL_OR_PASSWORD: Final = Refusal(
    401, "Invalid email or password", "INVALID_EMAIL_OR_PASSWORD", event="sign_in_refused"
)
USER_ALREADY_EXISTS: Final = Refusal(
    422, "User already exists. Use another email.", "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", event="sign_up_refused"
)
FAILED_TO_CREATE_USER: Final = Refusal(422, "Failed to create user", "FAILED_TO_CREATE_USER", event="sign_up_refused")
UNAUTHORIZED: Final = Refusal(401, "Unauthorized", "UNAUTHORIZED", event="session_refused")
SESSION_NOT_FRESH: Final = Refusal(403, "Session is not fresh", "SESSION_NOT_FRESH", event="session_refused")
SESSION_EXPIRED: Final = Refusal(
    400, "Session expired. Re-authenticate to perform this action.", "SESSION_EXPIRED", event="session_refused"
)
SIGN_UP_DISABLED: Final = Refusal(
    400, "Email and password sign up is not enabled", "EMAIL_PASSWORD_SIGN_UP_DISABLED", event="sign_up_refused"
)
EMAIL_NOT_VERIFIED: Final = Refusal(403, "Email not verified", "EMAIL_NOT_VERIFIED", event="sign_in_refused")
BANNED_USER: Final = Refusal(
    403,
    "You have been banned from this application. Please contact support if you believe this is an error.",
    "BANNED_USER",
    event="ban_enforced",
)
NO_USERNAMES: Final = Refusal(404, "")
INVALID_USERNAME_OR_PASSWORD: Final = Refusal(
    401, "Invalid username or password", "INVALID_USERNAME_OR_PASSWORD", event="sign_in_refused"
)
USERNAME_TOO_SHORT: Final = Refusal(422, "Username is too short", "USERNAME_TOO_SHORT")
USERNAME_TOO_LONG: Final = Refusal(422, "Username is too long", "USERNAME_TOO_LONG")
INVALID_USERNAME: Final = Refusal(422, "Username is invalid", "INVALID_USERNAME")
TOTP_NOT_ENABLED: Final = Refusal(400, "TOTP not enabled", "TOTP_NOT_ENABLED", event="sign_in_refused")
BACKUP_CODES_NOT_ENABLED: Final = Refusal(
    400, "Backup codes aren't enabled", "BACKUP_CODES_NOT_ENABLED", event="sign_in_refused"
)
INVALID_CODE: Final = Refusal(401, "Invalid code", "INVALID_CODE", event="sign_in_refused")
INVALID_BACKUP_CODE: Final = Refusal(401, "Invalid backup code", "INVALID_BACKUP_CODE", event="sign_in_refused")
INVALID_CHALLENGE: Final = Refusal(
    401, "Invalid two factor cookie", "INVALID_TWO_FACTOR_COOKIE", event="sign_in_refused"
)
TOO_MANY_ATTEMPTS: Final = Refusal(
    400, "Too many attempts. Please request a new code.", "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", event="sign_in_refused"
)
SECOND_FACTOR_LOCKED: Final = Refusal(
    429,
    "Too many failed verification attempts. Your account is temporarily locked. Please try again later.",
    "ACCOUNT_TEMPORARILY_LOCKED",
    event="sign_in_refused",
)
INVALID_PASSWORD: Final = Refusal(400, "Invalid password", "INVALID_PASSWORD", event="password_refused")
CREDENTIAL_ACCOUNT_NOT_FOUND: Final = Refusal(
    400, "Credential account not found", "CREDENTIAL_ACCOUNT_NOT_FOUND", event="password_refused"
)

NO_FIELDS: Final = Refusal(400, "No fields to update")
EMAIL_CAN_NOT_BE_UPDATED: Final = Refusal(400, "Email can not be updated", "EMAIL_CAN_NOT_BE_UPDATED")
FAILED_TO_UPDATE_USER: Final = Refusal(422, "Failed to update user", "FAILED_TO_UPDATE_USER")
"""Where Better Auth ends in a 500 without a body, because Postgres cannot hold what was sent."""

CHANGE_EMAIL_DISABLED: Final = Refusal(400, "Change email is disabled", "CHANGE_EMAIL_DISABLED")
SAME_EMAIL: Final = Refusal(400, "Email is the same")
NO_MAILER: Final = Refusal(400, "Verification email isn't enabled")
VERIFICATION_EMAIL_NOT_ENABLED: Final = Refusal(
    400, "Verification email isn't enabled", "VERIFICATION_EMAIL_NOT_ENABLED"
)
EMAIL_MISMATCH: Final = Refusal(400, "Email mismatch", "EMAIL_MISMATCH")
EMAIL_ALREADY_VERIFIED: Final = Refusal(400, "Email is already verified", "EMAIL_ALREADY_VERIFIED")

INVALID_LINK: Final = Refusal(401, "Invalid token", "INVALID_TOKEN", event="link_refused")
EXPIRED_LINK: Final = Refusal(401, "Token expired", "TOKEN_EXPIRED", event="link_refused")
NOBODYS_LINK: Final = Refusal(401, "User not found", "USER_NOT_FOUND", event="link_refused")
SOMEBODY_ELSES_LINK: Final = Refusal(401, "Invalid user", "INVALID_USER", event="link_refused")
EMAIL_TAKEN_MEANWHILE: Final = Refusal(
    401, "User already exists. Use another email.", "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", event="link_refused"
)
"""Where Better Auth ends in a 500 without a body, because the column is unique."""

RESET_PASSWORD_DISABLED: Final = Refusal(400, "Reset password isn't enabled", "RESET_PASSWORD_DISABLED")
INVALID_RESET: Final = Refusal(400, "Invalid token", "INVALID_TOKEN", event="link_refused")
NOBODYS_RESET: Final = Refusal(400, "User not found", "USER_NOT_FOUND", event="link_refused")

DELETION_DISABLED: Final = Refusal(404, "")
DELETION_LINK_DISABLED: Final = Refusal(404, "Not found", "NOT_FOUND")
NOBODY_TO_DELETE: Final = Refusal(404, "Failed to get user info", "FAILED_TO_GET_USER_INFO", event="link_refused")
STILL_REFERRED_TO: Final = Refusal(
    409,
    "Other data of the site belongs to this account. Ask the site to delete it.",
    "ACCOUNT_STILL_REFERRED_TO",
)
"""Ours: where a table of the site's own refers to its users without `on delete cascade`."""

INVALID_DELETION: Final = Refusal(404, "Invalid token", "INVALID_TOKEN", event="link_refused")

POST_NEEDS_DEFERRED_REFRESH: Final = Refusal(
    405,
    "POST method requires deferSessionRefresh to be enabled in session config",
    "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
)

UNSTORABLE: Final = ("22", "54")
"""SQLSTATE classes of a value that Postgres cannot hold: data exception, program limit exceeded."""

UNIQUE_VIOLATION: Final = "23505"
OVER_LIMIT: Final = "RL429"
"""SQLSTATE of `count_request` and `count_use` (infra/migrations/0020_rate_limit.sql, 0090_uses.sql)."""


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


def refusing_unstorable(refusal: Refusal) -> AbstractContextManager[None]:
    """A block in which a value that Postgres cannot hold ends in this refusal."""
    return _refusing(UNSTORABLE, refusal)


def refusing_duplicates(refusal: Refusal) -> AbstractContextManager[None]:
    """A block in which a value that is there already, and must be unique, ends in this refusal."""
    return _refusing((UNIQUE_VIOLATION,), refusal)


@contextmanager
def _refusing(states: tuple[str, ...], refusal: Refusal) -> Generator[None]:
    try:
        yield
    except StatementFailed as error:
        if (error.sqlstate or "").startswith(states):
            raise Refused(refusal) from error
        raise
