"""Signing in: POST /api/auth/sign-in/email and /username, then /two-factor/verify-totp or /verify-backup-code.

Two round trips each: hashing lies between what is read and what is written, and so does looking at a code; three by
username, whose address is read first. A second factor is one that a Better Auth server has set up on the same database.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from functions.dependencies.defaults import Safer
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts.challenges import Challenge, forgotten, presented
from shared.auth.accounts.credentials import (
    SecondFactorNeeded,
    SigningIn,
    Unverified,
    accepts_anybody,
    refuse_unverified,
)
from shared.auth.accounts.options import Options, same_time_to_refuse
from shared.auth.accounts.second_factor import Meeting
from shared.auth.browser.known_device import recognised, remembering
from shared.auth.identity.rules import AuthRules
from shared.auth.limits.in_container import Limit
from shared.auth.limits.in_postgres import LimitedDatabase
from shared.auth.models import Session
from shared.auth.refusals import INVALID_CHALLENGE, TOO_MANY_ATTEMPTS, Refused
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import FLAG, TEXT, USER, YES, a_list, an_object, documented
from shared.auth.requests.parsing import FORM, JSON, Received, received
from shared.auth.requests.usernames import SIGN_IN_BY_NAME, SignInByName
from shared.auth.requests.validation import SIGN_IN, Field, SignIn, checked, text
from shared.auth.rows.users import email_of_username, refuse_without_usernames
from shared.auth.wire import answer, in_ascii, user_json
from shared.clock import now
from shared.observability import name_user, note, tell
from shared.record import record
from shared.web import APIRouter, Request, Response

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.auth.accounts.second_factor import Also
    from shared.auth.models import SignedInUser, User

SIGNED_IN: Final = an_object(redirect=FLAG, token=TEXT, user=USER)
CHALLENGED: Final = an_object(twoFactorRedirect=YES, twoFactorMethods=a_list(TEXT))
ANSWER: Final = {"anyOf": [SIGNED_IN, CHALLENGED]}

WITHOUT_NAMES: Final = "No server with the username plug-in uses the database"

VERIFY: Final = (Field("code", required=True), Field("trustDevice", bool))
ENTERED: Final = an_object(token=TEXT, user=USER)

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/sign-in/email", openapi_extra=documented(ANSWER, SIGN_IN))
async def sign_in_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer) -> Response:
    """Better Auth's `signInEmail`; where a second factor is needed the answer says so, and there is no session."""
    sent = await received(request, rules.origins, FORM, JSON)
    wanted = SignIn.read(sent.body)
    rules.origins.refuse_foreign_login(sent.headers)
    async with same_time_to_refuse(options.floor if safer else 0):
        return _Door(database, rules, options, sent, safer).by_email(wanted)


@router.post("/api/auth/sign-in/username", openapi_extra=documented(ANSWER, SIGN_IN_BY_NAME, absent=WITHOUT_NAMES))
async def sign_in_username(
    request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer
) -> Response:
    """The username plug-in's `signInUsername`; a 404 where no server has made its column."""
    sent = await received(request, rules.origins, JSON)
    try:
        wanted = SignInByName.read(sent.body)
        rules.origins.refuse_foreign_login(sent.headers)
    except Refused:
        refuse_without_usernames(database)
        raise
    async with same_time_to_refuse(options.floor if safer else 0):
        return _Door(database, rules, options, sent, safer).by_username(wanted)


@record
class _Door:
    """What one request to sign in comes with."""

    database: LimitedDatabase
    rules: AuthRules
    options: Options
    sent: Received
    safer: bool

    def by_email(self, wanted: SignIn) -> Response:
        note(account=self.rules.pseudonyms.of_account(wanted.email))
        return self._enter(wanted, wanted.email)

    def by_username(self, wanted: SignInByName) -> Response:
        """One more round trip: guesses count at the account's address, so that a name makes none of them free."""
        note(account=self.rules.pseudonyms.of_account(wanted.username))
        return self._enter(wanted, email_of_username(self.database, wanted.username) or wanted.username)

    def _enter(self, wanted: SignIn | SignInByName, name: str) -> Response:
        account = Limit.of_account(name, self.rules.cookies.secret)
        attempts = self._attempts(account)
        self.database.count(attempts)
        also = self.database.forgiving(attempts)
        accepts = accepts_anybody if self.options.account.require_email_verification == "off" else refuse_unverified
        replaced = self.rules.cookies.tokens(self.sent.cookies) if self.safer else ()
        signing_in = SigningIn(self.database, self.sent.client, self.rules.password_scheme, also, replaced, accepts)
        try:
            by_email = isinstance(wanted, SignIn)
            somebody = signing_in.by_email(wanted) if by_email else signing_in.by_username(wanted)
        except Unverified as unverified:
            self._ask_for_verification(unverified.user, wanted.callback or "")
            raise
        except SecondFactorNeeded as needed:
            challenge = Challenge.start(self.database, needed, replaced)
            return self._challenged(challenge, remember=wanted.remember)
        return self._signed_in(somebody, wanted, account)

    def _attempts(self, account: Limit) -> Limit:
        """Guesses from a browser that the account's owner uses are counted apart from those of strangers."""
        device = recognised(self.rules.cookies, self.sent.cookies, account.key) if self.safer else None
        return Limit.of_device(device, self.rules.cookies.secret) if device else account

    def _ask_for_verification(self, user: User, callback: str) -> None:
        if not self.safer or self.database.allows(Limit.of_mailbox("verify", user.email, self.rules.cookies.secret)):
            self.options.send_verification(user, callback)

    def _challenged(self, challenge: Challenge, *, remember: bool) -> Response:
        tell("second_factor_asked", "password")
        cookies = challenge.cookies(self.rules.cookies, self.sent.cookies, remember=remember)
        return answer({"twoFactorRedirect": True, "twoFactorMethods": challenge.methods}, cookies=cookies)

    def _signed_in(self, somebody: SignedInUser, wanted: SignIn | SignInByName, account: Limit) -> Response:
        name_user(self.rules.pseudonyms.of_user(somebody.user.id))
        tell("signed_in", "password")
        cookies = self.rules.cookies.for_signed_in(somebody, self.sent.cookies, remember=wanted.remember)
        known = [remembering(self.rules.cookies, account.key)] if self.safer and wanted.remember else []
        return answer(
            _rendered(somebody, wanted.callback),
            headers={"location": in_ascii(wanted.callback)} if wanted.callback else None,
            cookies=[*cookies, *known],
        )


def _rendered(somebody: SignedInUser, callback: str | None) -> dict[str, object]:
    body: dict[str, object] = {"redirect": bool(callback), "token": somebody.session.token}
    address = {} if callback is None else {"url": callback}
    return body | address | {"user": user_json(somebody.user)}


@router.post("/api/auth/two-factor/verify-totp", openapi_extra=documented(ENTERED, VERIFY))
async def verify_totp(request: Request, database: LimitedDb, rules: Rules, safer: Safer) -> Response:
    """The two-factor plug-in's `verifyTotp`, for somebody who is signing in."""
    step = _Step(await received(request, rules.origins, JSON), database, rules, safer=safer)
    with step.keeping_the_browser_informed():
        meeting = Meeting.begin(database, step.challenge)
        return step.answer(meeting.by_authenticator(step.code, rules.cookies.secret, step.session, step.also))


@router.post("/api/auth/two-factor/verify-backup-code", openapi_extra=documented(ENTERED, VERIFY))
async def verify_backup_code(request: Request, database: LimitedDb, rules: Rules, safer: Safer) -> Response:
    """The two-factor plug-in's `verifyBackupCode`, for somebody who is signing in."""
    step = _Step(await received(request, rules.origins, JSON), database, rules, safer=safer)
    with step.keeping_the_browser_informed():
        meeting = Meeting.begin(database, step.challenge)
        return step.answer(meeting.by_backup_code(step.code, rules.cookies.secret, step.session, step.also))


class _Step:
    """What one request to show a second factor comes with."""

    def __init__(self, sent: Received, database: LimitedDatabase, rules: AuthRules, *, safer: bool) -> None:
        self._sent = sent
        self._database = database
        self._cookies = rules.cookies
        self._pseudonyms = rules.pseudonyms
        self.code = text(checked(sent.body, VERIFY), "code")
        self.challenge = presented(rules.cookies, sent.cookies)
        self._safer = safer
        self._remember = not rules.cookies.is_forgetful(sent.cookies)

    def session(self, user_id: str) -> Session:
        return Session.new(user_id, self._sent.client, now(), remember=self._remember)

    @property
    def also(self) -> Also:
        """Forgives the attempts at the account."""
        return lambda email: self._database.forgiving(Limit.of_account(email, self._cookies.secret))

    @contextmanager
    def keeping_the_browser_informed(self) -> Generator[None]:
        """A block whose refusals forget a challenge that nobody can meet any more."""
        try:
            yield
        except Refused as refused:
            over = refused.refusal in {INVALID_CHALLENGE, TOO_MANY_ATTEMPTS} and self.challenge
            raise Refused(refused.refusal, [forgotten(self._cookies)] if over else []) from None

    def answer(self, somebody: SignedInUser) -> Response:
        name_user(self._pseudonyms.of_user(somebody.user.id))
        tell("signed_in", "second_factor")
        cookies = self._cookies.for_signed_in(somebody, self._sent.cookies, remember=self._remember)
        body = {"token": somebody.session.token, "user": user_json(somebody.user)}
        account = Limit.of_account(somebody.user.email, self._cookies.secret)
        known = [remembering(self._cookies, account.key)] if self._safer and self._remember else []
        return answer(body, cookies=[*cookies, forgotten(self._cookies), *known])


handler = build_handler(router)
