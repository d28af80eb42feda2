"""Bodies checked as zod checks them in Better Auth, down to the words of its complaints."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from shared.auth.addresses import is_email
from shared.auth.refusals import (
    EMAIL_CAN_NOT_BE_UPDATED,
    FAILED_TO_UPDATE_USER,
    NO_FIELDS,
    Refused,
    invalid_body,
)
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from shared.auth.models import User
    from shared.auth.refusals import Refusal


class Undefined:
    """The type of `UNDEFINED`."""


UNDEFINED: Final = Undefined()
"""JavaScript's `undefined`: there was no body, or no such field."""

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | float | bool | None"
Body: TypeAlias = "JsonValue | Undefined"

LARGEST_PLAIN: Final = 1e21
"""From here on JavaScript writes numbers with an exponent."""

NAMES: Final = {
    Undefined: "undefined",
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


@record
class Field:
    """One field of a body.

    Attributes:
        kind: What it must be.
        required: Whether it must be there.
        complaint: Says what else is wrong with a text, or None.
    """

    name: str
    kind: type[str | bool] = str
    required: bool = False
    complaint: Callable[[str], str | None] | None = None

    def problem(self, value: Body) -> str | None:
        """What is wrong with the value, or None."""
        if isinstance(value, Undefined) and not self.required:
            return None
        if type(value) is not self.kind:
            return _expected(NAMES[self.kind], value)
        return self.complaint(value) if self.complaint and isinstance(value, str) else None


def _expected(kind: str, value: Body) -> str:
    return f"Invalid input: expected {kind}, received {NAMES[type(value)]}"


def _email_complaint(text: str) -> str | None:
    return None if is_email(text) else "Invalid email address"


def _empty_complaint(text: str) -> str | None:
    return None if text else "Too small: expected string to have >=1 characters"


SIGN_UP: Final = (
    Field("name", required=True),
    Field("email", required=True, complaint=_email_complaint),
    Field("password", required=True, complaint=_empty_complaint),
    Field("image"),
    Field("callbackURL"),
    Field("rememberMe", bool),
)
SIGN_IN: Final = (
    Field("email", required=True),
    Field("password", required=True),
    Field("callbackURL"),
    Field("rememberMe", bool),
)
SIGN_OUT: Final = (Field("callbackURL"), Field("disableRedirect", bool), Field("state"))
GET_SESSION: Final = (Field("disableRefresh"), Field("disableCookieCache"))
REVOKE_SESSION: Final = (Field("token", required=True),)
CHANGE_PASSWORD: Final = (
    Field("newPassword", required=True),
    Field("currentPassword", required=True),
    Field("revokeOtherSessions", bool),
)
VERIFY_PASSWORD: Final = (Field("password", required=True),)
CHANGE_EMAIL: Final = (Field("newEmail", required=True, complaint=_email_complaint), Field("callbackURL"))
SEND_VERIFICATION_EMAIL: Final = (Field("email", required=True, complaint=_email_complaint), Field("callbackURL"))
VERIFY_EMAIL: Final = (Field("token", required=True), Field("callbackURL"))
REQUEST_PASSWORD_RESET: Final = (Field("email", required=True, complaint=_email_complaint), Field("redirectTo"))
RESET_PASSWORD: Final = (Field("newPassword", required=True), Field("token"))
RESET_PASSWORD_CALLBACK: Final = (Field("callbackURL", required=True),)
UPDATE_USER: Final = (Field("name"), Field("image"))
"""As documented; Better Auth itself takes any value, see `UserChange`."""

DELETE_USER: Final = (Field("callbackURL"), Field("password"), Field("token"))
DELETE_USER_CALLBACK: Final = (Field("token", required=True), Field("callbackURL"))


def checked(
    body: Body, fields: Sequence[Field], *, kinds: Sequence[str] = ("object",), part: str = "body"
) -> dict[str, JsonValue]:
    """The body (or another `part` of the request) as an object whose fields are what they must be.

    Raises:
        Refused: It is no object, or some fields are wrong: each is named.
    """
    if not isinstance(body, dict):
        raise Refused(invalid_body([f"[{part}] {_expected(kind, body)}" for kind in kinds]))
    problems = [(field.name, field.problem(body.get(field.name, UNDEFINED))) for field in fields]
    complaints = [f"[{part}.{name}] {problem}" for name, problem in problems if problem]
    if complaints:
        raise Refused(invalid_body(complaints))
    return body


def text(fields: dict[str, JsonValue], name: str) -> str:
    """A field that was checked to be a text; empty where an optional one was left out."""
    return cast("str", fields.get(name) or "")


@record
class SignUp:
    """What somebody signs up with; `callback` is where the link in the mail shall lead afterwards."""

    name: str
    email: str
    password: str
    image: str | None
    callback: str | None
    remember: bool

    @classmethod
    def read(cls, body: Body) -> SignUp:
        """Raises `Refused` with everything that is wrong; fields nobody knows are passed over."""
        fields = checked(body, SIGN_UP, kinds=("object", "record"))
        return cls(
            cast("str", fields["name"]),
            cast("str", fields["email"]),
            cast("str", fields["password"]),
            cast("str | None", fields.get("image")),
            cast("str | None", fields.get("callbackURL")),
            remember=fields.get("rememberMe") is not False,
        )


@record
class SignIn:
    """What somebody signs in with; `callback` is where the browser shall go afterwards."""

    email: str
    password: str
    callback: str | None
    remember: bool

    @classmethod
    def read(cls, body: Body) -> SignIn:
        """Raises `Refused` with everything that is wrong."""
        fields = checked(body, SIGN_IN)
        return cls(
            cast("str", fields["email"]),
            cast("str", fields["password"]),
            cast("str | None", fields.get("callbackURL")),
            remember=fields.get("rememberMe") is not False,
        )


def check_sign_out(body: Body) -> None:
    """Raises `Refused`; there need not be a body."""
    if not isinstance(body, Undefined):
        checked(body, SIGN_OUT)


@record
class UserChange:
    """What somebody wants to be called.

    Attributes:
        values: Whether there is a name, the name, whether there is an image, the image.
        refusal: What Better Auth says once it knows who asks, or None.
    """

    values: tuple[bool, str | None, bool, str | None]
    refusal: Refusal | None

    @classmethod
    def read(cls, body: Body) -> UserChange:
        """Raises `Refused` for anything but an object; fields nobody knows are passed over."""
        fields = checked(body, (), kinds=("record",))
        values = ("name" in fields, _as_stored(fields.get("name")), "image" in fields, _as_stored(fields.get("image")))
        return cls(values, _refusal(fields))

    def applied_to(self, user: User, moment: datetime) -> User:
        """The user with it."""
        has_name, name, has_image, image = self.values
        named = user.name if not has_name or name is None else name
        return replace(user, name=named, image=image if has_image else user.image, updated_at=moment)


def _refusal(fields: dict[str, JsonValue]) -> Refusal | None:
    if fields.get("email") or isinstance(fields.get("email"), list | dict):
        return EMAIL_CAN_NOT_BE_UPDATED
    if "name" not in fields and "image" not in fields:
        return NO_FIELDS
    return FAILED_TO_UPDATE_USER if "name" in fields and fields["name"] is None else None


def _as_stored(value: JsonValue) -> str | None:
    """As node-postgres sends a value for a text column: numbers and booleans as JavaScript writes them."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_PLAIN:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
