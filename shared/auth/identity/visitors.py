"""Somebody who asks a route that needs a session: found, prolonged and served in one round trip.

Better Auth's session middleware (its `api/routes/session.ts`) tells what to do about cookies.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from shared.auth.browser.cookies import sent_cookies
from shared.auth.identity.rules import presented_tokens
from shared.auth.models import FRESH, SignedInUser
from shared.auth.refusals import UNAUTHORIZED, Refused
from shared.auth.requests.parsing import asked_for
from shared.auth.rows import sessions
from shared.auth.wire import answer
from shared.clock import now
from shared.observability import name_user
from shared.settings.accounts import DefaultsSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from shared.auth.identity.rules import AuthRules
    from shared.auth.models import Session, User
    from shared.auth.refusals import Refusal
    from shared.db import Database, Rows, Statement


class Visitor:
    """Who sent one request, and which cookies its answer sets.

    Attributes:
        moment: When the request came, in whole milliseconds.
        sent: The request's cookies.
        somebody: The session and its user, once a batch has found them.
    """

    def __init__(self, request: Request, database: Database, rules: AuthRules) -> None:
        self.moment = now()
        self.sent: Mapping[str, str] = sent_cookies(request)
        self._tokens = presented_tokens(request.headers, self.sent, rules)
        self.somebody: SignedInUser | None = None
        self._database = database
        self._rules = rules
        self._prolong = not (rules.cookies.is_forgetful(self.sent) or asked_for(request, "disableRefresh"))
        self._cookies = [] if rules.cookies.cached_for else rules.cookies.ended_cache(self.sent)

    @cached_property
    def token(self) -> str | None:
        """The session token that counts, if this deployment signed it; one round trip where the browser sends several.

        Of several people who are signed in none is; the answer then removes all of their cookies.
        """
        if len(self._tokens) <= 1:
            return next(iter(self._tokens), None)
        chosen = sessions.chosen_token(self._database, self._tokens, self.moment)
        if chosen is None:
            self._cookies = self._rules.cookies.ended(self.sent)
        return chosen

    @property
    def signed_in(self) -> SignedInUser:
        """Who it is.

        Raises:
            Refused: Nobody who is signed in.
        """
        if self.somebody is None:
            raise Refused(UNAUTHORIZED, self._cookies)
        return self.somebody

    @property
    def user(self) -> User:
        """As `signed_in`."""
        return self.signed_in.user

    @property
    def is_fresh(self) -> bool:
        """Whether the session began less than a day ago, so that it may do what cannot be undone."""
        return self.moment - self.signed_in.session.created_at < FRESH

    def run(self, *statements: Statement, idempotent: bool = True) -> list[Rows]:
        """Find the session and run the statements, in one round trip; they know the user as `signed_in_user()`.

        Raises:
            Refused: There is no live session. Then `signed_in_user()` is null, and they must have done nothing.
        """
        if self.token is None:
            raise Refused(UNAUTHORIZED, self._cookies)
        results = self.run_as_anybody(*statements, idempotent=idempotent)
        _ = self.signed_in
        return results

    def run_as_anybody(self, *statements: Statement, idempotent: bool = True) -> list[Rows]:
        """As `run`, for routes that guests may ask too."""
        if self.token is None:
            return self._database.run(*statements, idempotent=idempotent) if statements else []
        longest = DefaultsSettings.read().longest_session
        look_up = sessions.looking_up(self.token, self.moment, prolong=self._prolong, longest=longest)
        found, *results = self._database.run(look_up, *statements, idempotent=idempotent)
        self._recognise(sessions.found_session(found))
        return results

    def _recognise(self, found: sessions.Found | None) -> None:
        if found is None:
            self.somebody = None
            self._cookies = self._rules.cookies.ended(self.sent)
            return
        self.somebody = found.signed_in
        name_user(self._rules.pseudonyms.of_user(found.signed_in.user.id))
        if found.prolonged or len(self._tokens) > 1:
            remember = not self._rules.cookies.is_forgetful(self.sent)
            self._cookies += self._rules.cookies.for_session(found.signed_in.session, self.sent, remember=remember)

    def keep(self, session: Session, user: User | None = None) -> None:
        """Set the session's cookies with the answer, for as long as they were meant to last.

        Args:
            session: What they name.
            user: As it is now, where this request has changed it.
        """
        remember = not self._rules.cookies.is_forgetful(self.sent)
        somebody = SignedInUser(user or self.user, session)
        self._cookies += self._rules.cookies.for_session(session, self.sent, remember=remember)
        if self._rules.cookies.cached_for:
            self._cookies += self._rules.cookies.for_cache(somebody, self.sent, remember=remember)

    def leave(self) -> None:
        """Expire all cookies with the answer."""
        self._cookies += self._rules.cookies.ended(self.sent)

    def refused(self, refusal: Refusal) -> Refused:
        """The error that refuses this request without forgetting its cookies."""
        return Refused(refusal, self._cookies)

    @contextmanager
    def keeping_cookies(self) -> Generator[None]:
        """A block whose refusals do not forget this request's cookies."""
        try:
            yield
        except Refused as refused:
            raise self.refused(refused.refusal) from None

    def answer(self, body: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
        """An answer with all cookies that came up."""
        return answer(body, status, headers=headers, cookies=self._cookies)

    @property
    def cookies(self) -> Iterable[str]:
        """`Set-Cookie` values for the answer."""
        return self._cookies
