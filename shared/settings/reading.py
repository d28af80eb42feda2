"""How a setting is read: the only place that looks at the environment.

No secret has a default. A missing or senseless value raises `Misconfigured`; the log names the variable, the client
does not learn which. `specs/settings.md` is compared with the fields of all settings by a test.
"""

from __future__ import annotations

import math
import os
from dataclasses import MISSING, Field, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from shared.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

Switch = Literal["on", "off"]


def setting(name: str, *, default: Any = MISSING, secret: bool = False, read: Callable[[str], Any] = str) -> Any:  # noqa: ANN401 (as dataclasses.field)
    """Make a field of a setting: the variable it is read from, and how."""
    return field(default=default, repr=not secret, metadata={"name": name, "read": read, "secret": secret})


def choice(kind: object) -> Callable[[str], str]:
    """Take one of the values of a `Literal`."""

    def read(text: str) -> str:
        if text not in get_args(kind):
            raise ValueError
        return text

    return read


def http_url(text: str) -> str:
    """Take an address of http or https, without the slash at its end."""
    if not (urlsplit(text).scheme in {"http", "https"} and urlsplit(text).hostname):
        raise ValueError
    return text.rstrip("/")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Take a whole number from `least` to `most`."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return read


def price(text: str) -> float:
    """Take a price of a million tokens, in whatever currency."""
    number = float(text)
    if not 0 <= number < math.inf:
        raise ValueError
    return number


def origin_list(text: str) -> tuple[str, ...]:
    """Take several, with commas between them."""
    return tuple(origin.strip() for origin in text.split(",") if origin.strip())


def refuse_half(**given: object) -> None:
    """Refuse what means nothing by half.

    Args:
        given: Values by their variables; None where one is not set.

    Raises:
        Misconfigured: Some are set and others are not.
    """
    absent = [name for name, value in given.items() if value is None]
    if absent and len(absent) < len(given):
        present = [name for name in given if name not in absent]
        raise Misconfigured from KeyError(f"{', '.join(absent)} is not set, but {', '.join(present)} is")


def _value(each: Field[Any], environ: Mapping[str, str]) -> object:
    name = each.metadata["name"]
    text = environ.get(name, "").strip()
    if not text:
        if each.default is MISSING:
            raise Misconfigured from KeyError(f"{name} is not set")
        return each.default
    try:
        return each.metadata["read"](text)
    except ValueError:
        # "from None": the original text would show the value, and the value may be a secret
        raise Misconfigured from ValueError(f"{name} makes no sense (its value is not shown)").with_traceback(None)


class FromEnvironment:
    """Reads a dataclass whose fields were made by `setting`."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Build the object from the environment.

        Raises:
            Misconfigured: A required variable is missing, or a value makes no sense.
        """
        return cls(**{each.name: _value(each, environ) for each in fields(cls)})  # pyright: ignore[reportArgumentType] (cls is always a dataclass: only the subclasses below exist)
