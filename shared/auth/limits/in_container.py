"""How often a client may ask: Better Auth's rules (its `api/rate-limiter`), and ours for each account and session.

A limit is a window that begins anew with every request that is let through: after `most` of them there must be silence
for `seconds`. Each container counts; that costs nothing, refuses a flood before a password is hashed, and is all there
is while the database is away. What in_postgres.py counts as well holds for all containers.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from shared.auth.refusals import Refused, too_many_requests
from shared.auth.tokens.encoding import to_base64url
from shared.observability import tell
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

About = Literal["reset", "verify", "change", "delete"]
"""What mails to an address that somebody named may be about."""

UNKNOWN_ADDRESS: Final = "no-trusted-ip"
REMEMBERED: Final = 10_000
"""Keys that a container counts at once; the oldest give way."""


@record
class Rule:
    """How many requests are let through.

    Attributes:
        seconds: Of silence after which counting begins anew.
        most: Requests until then.
        here: Counted in the container.
        stored: Counted in Postgres, for all containers together.
    """

    seconds: int
    most: int
    here: bool = True
    stored: bool = True


GENERAL: Final = Rule(10, 100, stored=False)
"""Better Auth stores this count, too. We do not: reading a session would become a write, to spare a cheap read."""

CREDENTIALS: Final = Rule(10, 3)
MAIL: Final = Rule(60, 3)
ACCOUNT: Final = Rule(15 * 60, 10, here=False)
"""Ours: attempts on one account, from wherever they come; signing in forgives them."""

MAILBOX: Final = Rule(60 * 60, 5, here=False)
"""Ours: mails to one address that somebody asked for, whoever asks and from wherever."""

LOOK_AGAIN_SECONDS: Final = 10
"""After which a container asks Postgres anew about what was refused there: it may have been forgiven."""

BY_PREFIX: Final = (
    ("/sign-in", CREDENTIALS),
    ("/sign-up", CREDENTIALS),
    ("/two-factor/", CREDENTIALS),
    ("/change-password", CREDENTIALS),
    ("/change-email", CREDENTIALS),
    ("/forget-password", MAIL),
)
"""Unknown paths that begin so are held to the rule as well."""

GUESSING: Final = frozenset({"/verify-password", "/change-password", "/change-email", "/delete-user"})
"""Routes that tell whoever has a session whether a password is right, or do without one what should need it."""

BY_PATH: Final = {"/request-password-reset": MAIL, "/send-verification-email": MAIL}


@record
class Limit:
    """One counter.

    Attributes:
        by_address: Whether it says who is asking by nothing but an address, which many may share.
    """

    key: str
    rule: Rule
    by_address: bool = False

    def refusing(self, seconds: float) -> Refused:
        """The error that refuses a request for so many seconds more; the log says whose limit it was, and no key."""
        tell("limit_reached", "address" if self.by_address else self.key.partition("|")[0])
        return Refused(too_many_requests(math.ceil(seconds)))

    @classmethod
    def of_client(cls, address: str, path: str) -> Limit:
        """Of one address on one route; all unknown addresses share one.

        Args:
            address: As `normalised_ip` gives it.
            path: Below /api/auth, with its leading slash; slashes at its end do not count.
        """
        counted = path.rstrip("/") or "/"
        by_prefix = (rule for prefix, rule in BY_PREFIX if counted.startswith(prefix))
        rule = BY_PATH.get(counted) or next(by_prefix, GENERAL)
        return cls(f"{address or UNKNOWN_ADDRESS}|{counted}", rule, by_address=True)

    @classmethod
    def of_account(cls, email: str, secret: str) -> Limit:
        """Of attempts to sign in as somebody, whether or not there is such a user; the key does not tell whom."""
        return cls(f"account|{_hidden(email.lower(), secret)}", ACCOUNT)

    @classmethod
    def of_device(cls, device: str, secret: str) -> Limit:
        """Of attempts from a browser that has been let in before: strangers cannot use them up."""
        return cls(f"device|{_hidden(device, secret)}", ACCOUNT)

    @classmethod
    def of_mailbox(cls, about: About, email: str, secret: str) -> Limit:
        """Of mails to an address, whether or not anybody has it.

        Counted apart for each subject: nobody is kept from a link to reset by requests that send none.
        """
        return cls(f"mail|{about}|{_hidden(email.lower(), secret)}", MAILBOX)

    @classmethod
    def of_session(cls, token: str, secret: str) -> Limit:
        """Of attempts to guess the password of whoever is signed in: a stolen session makes none of them free."""
        return cls(f"session|{_hidden(token, secret)}", ACCOUNT)


def _hidden(text: str, secret: str) -> str:
    return to_base64url(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))


class LocalCounts:
    """What one container has counted.

    Args:
        clock: Seconds since 1970; wall-clock time also passes while Lambda freezes the container.
        addresses: Whether what is known by its address alone is counted: not where readers share one.
    """

    def __init__(self, clock: Callable[[], float] = time.time, *, addresses: bool = True) -> None:
        self._clock = clock
        self._addresses = addresses
        self._counts: dict[str, tuple[int, float]] = {}
        self._refused: dict[str, tuple[float, float]] = {}

    def holds(self, limit: Limit) -> bool:
        """Whether the limit holds in this deployment."""
        return self._addresses or not limit.by_address

    def count(self, limit: Limit) -> None:
        """Count a request, if its limit holds.

        Raises:
            Refused: It is one too many.
        """
        if not self.holds(limit):
            return
        now, rule = self._clock(), limit.rule
        self._refuse_again(limit, now)
        count, latest = self._counts.get(limit.key, (0, 0.0))
        if not 0 <= now - latest < rule.seconds:
            count = 0
        if count >= rule.most:
            raise limit.refusing(latest + rule.seconds - now)
        if rule.here:
            self._remember(limit.key, count + 1, now)

    def fill(self, limit: Limit, seconds: int) -> None:
        """Refuse it here, too, while Postgres would; what could be forgiven there, only for a while."""
        now = self._clock()
        patience = seconds if limit.rule.here else min(seconds, LOOK_AGAIN_SECONDS)
        _put(self._refused, limit.key, (now + seconds, now + patience))

    def _refuse_again(self, limit: Limit, now: float) -> None:
        until, look_again = self._refused.get(limit.key, (0.0, 0.0))
        if now < look_again <= now + limit.rule.seconds:
            raise limit.refusing(until - now)

    def _remember(self, key: str, count: int, latest: float) -> None:
        _put(self._counts, key, (count, latest))


def _put(remembered: dict[str, T], key: str, value: T) -> None:
    remembered.pop(key, None)
    remembered[key] = value
    if len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
