"""How a model fails. All are `ModelUnavailable` to whoever only wants an answer; the log tells them apart.

    ModelUnavailable
    ├── KeyRefused      401, 403: the owner's key or its rights
    ├── Unpaid          402, or 429 that names a balance or a budget: no more is written until somebody pays
    ├── UnknownModel    404: no such address or model
    ├── RequestRefused  400 and others: this request will not be answered, the next one may be
    ├── RateLimited     429: says when to come back
    ├── Overloaded      408, 5xx
    ├── Unanswered      no connection, or it broke off before a word
    ├── Late            no first word, or no further one, in time
    ├── Broken          it broke off among its words
    ├── Garbage         what came is no chat completion
    ├── NothingSaid     it is one, and holds no text
    ├── WrongLanguage   it writes in another language than was asked for
    ├── Unfinished      its time or its tokens ended before anything of it could be shown
    ├── Unchecked       a fault of ours while what it wrote was compared with the sources
    └── AwayNow         the circuit breaker asks nobody

What a failure is called stands in the log; what the provider wrote about it does not.
"""

from __future__ import annotations

import re
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar, Final

from shared.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PAUSE: Final = 2.0
"""Seconds that a reader may be kept waiting because a provider says `Retry-After`."""


class ModelFailed(ModelUnavailable):
    """The model gave no answer.

    Attributes:
        again: Asking once more may help.
        away: It is the model that is away, not this request that is wrong.
        after: Seconds until it is worth asking again, where it said so.
    """

    again: ClassVar[bool] = False
    away: ClassVar[bool] = True
    after: float | None = None


class KeyRefused(ModelFailed):
    """The key is wrong, or may not use this model: somebody has to mend it."""


class Unpaid(ModelFailed):
    """The balance or a budget at the provider is used up: somebody has to mend it."""


class UnknownModel(ModelFailed):
    """There is nothing at this address, or no model of this name: somebody has to mend it."""


class RequestRefused(ModelFailed):
    """The model will not answer this request."""

    away = False


class RateLimited(ModelFailed):
    """The provider lets nobody in for now.

    Args:
        after: Seconds after which it will.
    """

    again = True

    def __init__(self, after: float | None = None) -> None:
        super().__init__()
        self.after = after


class Overloaded(ModelFailed):
    """The provider has trouble of its own."""

    again = True


class Unanswered(ModelFailed):
    """No connection, or it broke off before a word."""

    again = True


class Late(ModelFailed):
    """No word in time."""


class Broken(ModelFailed):
    """It broke off in the middle."""


class Garbage(ModelFailed):
    """What came is no chat completion."""


class NothingSaid(ModelFailed):
    """A chat completion without any text: empty, a call of a tool, or withheld by the provider."""

    away = False


class WrongLanguage(ModelFailed):
    """It writes in another language than was asked for."""

    away = False


class Unfinished(ModelFailed):
    """Its time or its tokens ended before anything of it could be shown."""

    away = False


class Unchecked(ModelFailed):
    """A fault of ours, while what it wrote was compared with the sources: nobody may see that then."""

    away = False


class AwayNow(ModelFailed):
    """It was away a moment ago."""


MENDED_BY_SOMEBODY: Final = (KeyRefused, Unpaid, UnknownModel)
"""What no waiting cures."""

MONEY: Final = re.compile(
    r"insufficient_(?:quota|balance|credit|funds)|credit_balance_|_(?:spend|usage)_limit_|billing_"
)
"""Codes in the body of a 429 that no waiting cures; what people are told in words says "billing" of either kind."""
CAPACITY: Final = 498
"""Groq's, where its flexible tier is full."""


def of_status(status: int, after: float | None = None, said: str = "") -> ModelFailed:
    """What a status other than 200 means.

    Args:
        status: Of the reply, or the code in an error that came inside a stream.
        after: Seconds after which it may be asked again, where it says so.
        said: The reply's body, as far as it was read.
    """
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return KeyRefused()
    if status == HTTPStatus.NOT_FOUND:
        return UnknownModel()
    if status == HTTPStatus.PAYMENT_REQUIRED or (status == HTTPStatus.TOO_MANY_REQUESTS and MONEY.search(said)):
        return Unpaid()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(after)
    if status in {HTTPStatus.REQUEST_TIMEOUT, CAPACITY} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Overloaded()
    return RequestRefused()


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What a reply says about when to come back: RFC 9110, section 10.2.3, and OpenAI's own header in milliseconds.

    A date is compared with the one that the reply itself bears, because clocks differ; with ours where it bears none.
    """
    after, milliseconds = headers.get("retry-after", ""), headers.get("retry-after-ms")
    try:
        return max(0.0, float(milliseconds) / 1000 if milliseconds else float(after))
    except ValueError:
        return _seconds_between(headers.get("date") or formatdate(usegmt=True), after)


def _seconds_between(now: str, then: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds())
    except (TypeError, ValueError):
        return None
