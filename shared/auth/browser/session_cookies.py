"""The cookies of a session: what they are called, what browsers are told of them, and what they hold."""

from __future__ import annotations

import re
from dataclasses import field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.auth.browser import session_cache
from shared.auth.browser.cookies import SentCookies, read_signed, sign
from shared.auth.models import SESSION_LIFETIME
from shared.clock import now
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.auth.browser.session_cache import CachedSession
    from shared.auth.models import Session, SignedInUser
    from shared.settings.accounts import SameSite

TRUE: Final = "true"
REMEMBERED: Final = int(SESSION_LIFETIME.total_seconds())
ENDED: Final = 0
"""A `Max-Age` that makes the browser forget the cookie."""

LARGEST: Final = 4050
"""Characters of a whole `Set-Cookie` that every browser keeps (Better Auth's MAX_COOKIE_SIZE)."""


@record
class Attributes:
    """What a browser is told about each cookie.

    Attributes:
        secure: Send it over https only, and name it so that no insecure page can set it.
        same_site: Browsers take `None` only together with `Secure`, which is then written whatever `secure` says.
        domain: Also send it to subdomains of this one.
        partitioned: One jar for each embedding site (CHIPS).
        host: What browsers know this deployment by.
    """

    secure: bool
    same_site: SameSite = "Lax"
    domain: str | None = None
    partitioned: bool = False
    host: str = ""

    @property
    def other_forms(self) -> list[Attributes]:
        """What cookies of this host may have been set with before its settings changed: for it, or a domain above."""
        labels = self.host.split(".") if not self.host.replace(".", "").isdigit() else []
        domains = [".".join(labels[start:]) for start in range(len(labels) - 1)]
        own = (self.domain or "").lstrip(".")
        return [replace(self, domain=each) for each in (None, *domains) if (each or "") != own]

    def written(self, name: str, value: str, max_age: int | None) -> str:
        """A `Set-Cookie` value, attributes in better-call's order; no `max_age` (seconds): it ends with the browser."""
        parts = [
            f"{name}={value}",
            "" if max_age is None else f"Max-Age={max_age}",
            f"Domain={self.domain}" if self.domain else "",
            "Path=/",
            "HttpOnly",
            "Secure" if self.secure or self.same_site == "None" or self.partitioned else "",
            f"SameSite={self.same_site}",
            "Partitioned" if self.partitioned else "",
        ]
        return "; ".join(part for part in parts if part)


@record
class SessionCookies:
    """The cookies of one deployment: which names it reads, which secret signs them.

    Only the exact name is read: on https a cookie without the `__Secure-` prefix may come from an insecure page.

    Attributes:
        secret: Signs all of them.
        attributes: What browsers are told about each.
        cached_for: How long a cached session is good for; zero: none is written, and none is read.
    """

    secret: str = field(repr=False)
    attributes: Attributes
    cached_for: timedelta = timedelta(0)

    @property
    def token_name(self) -> str:
        """Holds the signed session token."""
        return self.named("session_token")

    @property
    def data_name(self) -> str:
        """Holds a cached session; long ones are cut into `<name>.0`, `<name>.1`, ..."""
        return self.named("session_data")

    @property
    def forgetful_name(self) -> str:
        """Says that the session shall end with the browser."""
        return self.named("dont_remember")

    def named(self, name: str) -> str:
        """What the cookie is called here."""
        return f"{'__Secure-' if self.attributes.secure else ''}better-auth.{name}"

    def token(self, cookies: Mapping[str, str]) -> str | None:
        """The session token, if this deployment signed it."""
        return read_signed(cookies.get(self.token_name, ""), self.secret)

    def tokens(self, cookies: Mapping[str, str]) -> list[str]:
        """As `token`, and further ones behind it, which a browser also keeps."""
        first = self.token(cookies)
        if first is None or not isinstance(cookies, SentCookies):
            return [first] if first else []
        signed = [read_signed(each, self.secret) for each in cookies.every(self.token_name)]
        return [*dict.fromkeys(each for each in signed if each)]

    def strays(self, sent: Mapping[str, str]) -> list[str]:
        """`Set-Cookie` values that remove what a browser keeps in another form, where it sent more than one."""
        if len(self.tokens(sent)) <= 1:
            return []
        names = (self.token_name, self.data_name, self.forgetful_name)
        return [form.written(name, "", ENDED) for name in names for form in self.attributes.other_forms]

    def is_forgetful(self, cookies: Mapping[str, str]) -> bool:
        """Whether the reader asked not to be remembered."""
        return bool(read_signed(cookies.get(self.forgetful_name, ""), self.secret))

    def for_session(self, session: Session, sent: Mapping[str, str], *, remember: bool = True) -> list[str]:
        """`Set-Cookie` values that sign in, for a week or until the browser is closed; `sent` came with the request."""
        max_age = REMEMBERED if remember else None
        written = [self.attributes.written(self.token_name, sign(session.token, self.secret), max_age)]
        if not remember:
            written.append(self.attributes.written(self.forgetful_name, sign(TRUE, self.secret), None))
        elif self.is_forgetful(sent):
            written.append(self._ended(self.forgetful_name))
        return [*written, *self.strays(sent)]

    def for_signed_in(self, somebody: SignedInUser, sent: Mapping[str, str], *, remember: bool = True) -> list[str]:
        """As `for_session`, and the session cached where this deployment does that."""
        cached = self.for_cache(somebody, sent, remember=remember)
        return [*self.for_session(somebody.session, sent, remember=remember), *cached]

    def for_cache(self, somebody: SignedInUser, sent: Mapping[str, str], *, remember: bool = True) -> list[str]:
        """`Set-Cookie` values that replace what is cached in the browser.

        One that is too large for a single cookie is left out: API Gateway refuses requests with more than 10 KiB of
        headers, so a reader with a very long name could ask for nothing any more.
        """
        stale = self.ended_cache(sent)
        if not self.cached_for:
            return stale
        max_age = int(self.cached_for.total_seconds()) if remember else None
        value = session_cache.written(somebody, self.secret, now(), self.cached_for)
        cookie = self.attributes.written(self.data_name, value, max_age)
        if len(cookie) > LARGEST:
            return stale
        return [*(ended for ended in stale if not ended.startswith(f"{self.data_name}=")), cookie]

    def cached(self, token: str, cookies: Mapping[str, str]) -> CachedSession | None:
        """The cached session, if it is that of this very token, is signed, and has not expired."""
        if not self.cached_for:
            return None
        found = session_cache.read(self._pieced_together(cookies), self.secret, now())
        return found if found and found.token == token else None

    def _pieced_together(self, cookies: Mapping[str, str]) -> str:
        """Its value; a Better Auth server cuts a long one into pieces."""
        whole = cookies.get(self.data_name)
        pieces = sorted((name for name in cookies if self._holds_cache(name)), key=lambda name: (len(name), name))
        return whole or "".join(cookies[name] for name in pieces)

    def ended(self, sent: Mapping[str, str]) -> list[str]:
        """`Set-Cookie` values that sign out, the pieces of a cached session included."""
        return [
            self._ended(self.token_name),
            self._ended(self.data_name),
            *self.ended_cache(sent),
            *self.strays(sent),
            self._ended(self.forgetful_name),
        ]

    def ended_cache(self, sent: Mapping[str, str]) -> list[str]:
        """`Set-Cookie` values that remove a cached session."""
        return [self._ended(name) for name in sent if self._holds_cache(name)]

    def _holds_cache(self, name: str) -> bool:
        return re.fullmatch(rf"{re.escape(self.data_name)}(\.(0|[1-9]\d*))?", name) is not None

    def _ended(self, name: str) -> str:
        return self.attributes.written(name, "", ENDED)
