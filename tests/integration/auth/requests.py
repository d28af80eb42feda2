"""A request that makes sense to each route under /api/auth that asks the database."""

from __future__ import annotations

from typing import Final

from shared.auth.tokens.email_tokens import EmailToken
from tests.integration.auth.conftest import PASSWORD, SECRET

REQUESTS: Final[list[tuple[str, str, dict[str, str] | None]]] = [
    ("POST", "/sign-up/email", {"name": "Ann", "email": "ann@example.com", "password": PASSWORD}),
    ("POST", "/sign-in/email", {"email": "ann@example.com", "password": PASSWORD}),
    ("POST", "/sign-in/username", {"username": "ann", "password": PASSWORD}),
    ("POST", "/sign-out", {}),
    ("GET", "/get-session", None),
    ("GET", "/list-sessions", None),
    ("POST", "/revoke-session", {"token": "x" * 32}),
    ("POST", "/revoke-sessions", {}),
    ("POST", "/revoke-other-sessions", {}),
    ("POST", "/update-user", {"name": "Ann"}),
    ("GET", "/list-accounts", None),
    ("POST", "/change-password", {"currentPassword": PASSWORD, "newPassword": PASSWORD}),
    ("POST", "/verify-password", {"password": PASSWORD}),
    ("POST", "/request-password-reset", {"email": "ann@example.com"}),
    ("GET", "/reset-password/some-token?callbackURL=/new", None),
    ("POST", "/reset-password", {"newPassword": PASSWORD, "token": "some-token"}),
    ("POST", "/change-email", {"newEmail": "ann2@example.com"}),
    ("POST", "/send-verification-email", {"email": "ann@example.com"}),
    ("GET", "/verify-email?token={link}", None),
    ("GET", "/verify-email?token={link}&callbackURL=/done", None),
    ("POST", "/delete-user", {}),
    ("POST", "/delete-user", {"password": PASSWORD}),
    ("GET", "/delete-user/callback?token=some-token", None),
    ("GET", "/token", None),
    ("GET", "/jwks", None),
]

NAMES: Final = [f"{number}-{method}-{path.partition('?')[0]}" for number, (method, path, _) in enumerate(REQUESTS)]


def linked(path: str) -> str:
    """With a link that is good for an hour from now, where the path has one."""
    return path.replace("{link}", EmailToken("ann@example.com").signed(SECRET))
