"""Bodies checked as zod checks them in Better Auth, down to the words of its complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from shared.auth.addresses import is_email
from shared.auth.refusals import Refused, invalid_body

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Undefined:
    """The type of `UNDEFINED`."""


UNDEFINED: Final = Undefined()
"""JavaScript's `undefined`: there was no body, or no such field."""

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | float | bool | None"
Body: TypeAlias = "JsonValue | Undefined"

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


@dataclass(frozen=True, slots=True)
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


def _checked(body: Body, fields: Sequence[Field], kinds: Sequence[str] = ("object",)) -> dict[str, JsonValue]:
    if not isinstance(body, dict):
        raise Refused(invalid_body([f"[body] {_expected(kind, body)}" for kind in kinds]))
    problems = [(field.name, field.problem(body.get(field.name, UNDEFINED))) for field in fields]
    complaints = [f"[body.{name}] {problem}" for name, problem in problems if problem]
    if complaints:
        raise Refused(invalid_body(complaints))
    return body


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody signs up with."""

    name: str
    email: str
    password: str
    image: str | None
    remember: bool

    @classmethod
    def read(cls, body: Body) -> SignUp:
        """Raises `Refused` with everything that is wrong; fields nobody knows are passed over."""
        fields = _checked(body, SIGN_UP, ("object", "record"))
        return cls(
            cast("str", fields["name"]),
            cast("str", fields["email"]),
            cast("str", fields["password"]),
            cast("str | None", fields.get("image")),
            remember=fields.get("rememberMe") is not False,
        )


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody signs in with; `callback` is where the browser shall go afterwards."""

    email: str
    password: str
    callback: str | None
    remember: bool

    @classmethod
    def read(cls, body: Body) -> SignIn:
        """Raises `Refused` with everything that is wrong."""
        fields = _checked(body, SIGN_IN)
        return cls(
            cast("str", fields["email"]),
            cast("str", fields["password"]),
            cast("str | None", fields.get("callbackURL")),
            remember=fields.get("rememberMe") is not False,
        )


def check_sign_out(body: Body) -> None:
    """Raises `Refused`; there need not be a body."""
    if not isinstance(body, Undefined):
        _checked(body, SIGN_OUT)
