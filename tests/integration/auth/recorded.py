"""The people whom recorded answers presuppose, put in place: each request is asked alone, not in the recorded order."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from shared.auth.accounts.passwords import hashed
from shared.auth.tokens.email_tokens import EmailToken

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

GONE: Final = {"UNAUTHORIZED", "FAILED_TO_GET_USER_INFO"}
NOT_FRESH: Final = {"SESSION_NOT_FRESH", "SESSION_EXPIRED"}
NOBODY: Final = {"USER_NOT_FOUND"}
JWT: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request and its answer, taken apart."""

    asked: dict[str, Any]
    expected: dict[str, Any]
    meta: dict[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        return _object(json.loads(self.asked["body"] or "{}"))

    @property
    def answer(self) -> Any:  # noqa: ANN401 (JSON holds anything)
        return json.loads(self.expected["body"] or "null")

    @property
    def code(self) -> str | None:
        return _object(self.answer).get("code")

    @property
    def path(self) -> str:
        return urlsplit(str(self.asked["path"])).path.removeprefix("/api/auth")

    @property
    def token(self) -> str | None:
        """Of the session."""
        found = re.search(r"session_token=(\w{32})", self.asked["headers"].get("cookie", ""))
        return found[1] if found and self.code not in GONE else None

    @property
    def claims(self) -> dict[str, Any]:
        """Of the link that is followed."""
        found = JWT.search(self.asked["path"])
        if found is None:
            return {}
        part = found[0].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    @property
    def succeeds(self) -> bool:
        return self.expected["status"] < 400 and "error=" not in dict(self.expected["headers"]).get("location", "")


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def prepare(server: Routes, meta: dict[str, Any], asked: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """Put people in place; the request as it has to be sent today, because links expire."""
    told = Recorded(asked, expected, meta)
    user_id, email = _user(server, told)
    _account(server, told, user_id)
    _sessions(server, told, user_id)
    _verification(server, told, user_id)
    _others(server, told, email)
    return asked | {"path": _renewed(told)}


def _user(server: Routes, told: Recorded) -> tuple[str, str]:
    user_id = told.claims.get("userId") or uuid4().hex
    if told.code == "INVALID_TOKEN" and told.claims:
        user_id = uuid4().hex  # the link is somebody else's
    shown = _object(_object(told.answer).get("user"))
    email = told.claims.get("email") or shown.get("email") or _own_email(told) or f"{user_id}@example.com"
    verified = shown.get("emailVerified", told.code == "EMAIL_ALREADY_VERIFIED")
    emails = [email, told.claims.get("updateTo") or email]
    server.rows('delete from "user" where email = any(%s) or id = %s', emails, user_id)
    if told.code not in NOBODY:
        values = [user_id, shown.get("name", "n"), email, verified, shown.get("image")]
        server.rows('insert into "user" (id, name, email, "emailVerified", image) values (%s, %s, %s, %s, %s)', *values)
    return user_id, email


def _own_email(told: Recorded) -> str | None:
    own = {"/send-verification-email": "email", "/request-password-reset": "email"}
    if told.path == "/change-email" and told.answer == {"message": "Email is the same"}:
        return told.body["newEmail"].lower()
    if told.path not in own or told.code in {"EMAIL_MISMATCH", "VALIDATION_ERROR"}:
        return None
    return str(told.body[own[told.path]]).lower()


def _account(server: Routes, told: Recorded, user_id: str) -> None:
    if told.code in {"CREDENTIAL_ACCOUNT_NOT_FOUND", *NOBODY}:
        return
    password = told.meta["password"]
    if told.succeeds:
        password = told.body.get("currentPassword") or told.body.get("password") or password
    server.rows(
        """insert into account (id, "accountId", "providerId", "userId", password, "updatedAt")
        values (%s, %s, 'credential', %s, %s, now())""",
        *[user_id] * 3,
        _hash_of(password),
    )


@cache
def _hash_of(password: str) -> str:
    return hashed(password, "bcrypt")


def _sessions(server: Routes, told: Recorded, user_id: str) -> None:
    if told.token is None:
        return
    alone = [{"token": told.token}]
    listed = cast("list[dict[str, Any]]", told.answer) if told.expected["body"].startswith("[") else alone
    for session in listed:
        server.rows("delete from session where token = %s", session["token"])
        age = "25 hours" if told.code in NOT_FRESH else "0 hours"
        server.rows(
            """insert into session
                (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
            values (%s, %s, %s, now() + interval '7 days', now() - %s::interval, now(), %s, %s)""",
            *[session["token"], session["token"], user_id, age],
            *[session.get("ipAddress"), session.get("userAgent")],
        )


def _verification(server: Routes, told: Recorded, user_id: str) -> None:
    if not told.succeeds:
        return
    query = parse_qs(urlsplit(str(told.asked["path"])).query)
    token = told.body.get("token") or (query.get("token") or [told.path.rpartition("/")[2]])[0]
    kind = {"/reset-password": "reset-password:", "/delete-user": "delete-account-"}
    for path, prefix in kind.items():
        if told.path.startswith(path):
            server.rows("delete from verification where identifier = %s", prefix + token)
            server.rows(
                """insert into verification (id, identifier, value, "expiresAt")
                values (%s, %s, %s, now() + interval '1 hour')""",
                *[uuid4().hex, prefix + token, user_id],
            )


def _others(server: Routes, told: Recorded, email: str) -> None:
    """Nobody has the address that a success presupposes to be free."""
    wanted = str(told.body.get("newEmail", "")).lower()
    if wanted and wanted != email:
        server.rows('delete from "user" where email = %s', wanted)


def _renewed(told: Recorded) -> str:
    claims, path = told.claims, told.asked["path"]
    if not claims or told.code == "TOKEN_EXPIRED" or "TOKEN_EXPIRED" in str(told.expected["headers"]):
        return path
    secret = "a secret that is not theirs" if told.code == "INVALID_TOKEN" and "userId" not in claims else None
    token = EmailToken(claims["email"], claims.get("userId"), claims.get("updateTo"), claims.get("requestType")).signed(
        secret or told.meta["secret"]
    )
    return JWT.sub(token, path)
