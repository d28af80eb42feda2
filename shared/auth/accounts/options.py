"""What a deployment lets people do with their accounts, and how it writes to them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from shared.auth.accounts.mail import open_mailer
from shared.auth.accounts.messages import written
from shared.auth.addresses import BASE_PATH, encode_uri_component
from shared.auth.refusals import Refused
from shared.auth.tokens.email_tokens import CONFIRMATION, VERIFICATION, EmailToken
from shared.observability import log
from shared.record import record

if TYPE_CHECKING:
    from shared.auth.accounts.mail import Mailer
    from shared.auth.accounts.messages import Kind, Notice
    from shared.auth.models import User
    from shared.settings.accounts import AccountSettings, AuthSettings, MailSettings

SAME_TIME_SECONDS: Final = 0.5
"""Better Auth's own floor: an answer that comes sooner would tell whether there was anybody to write to."""


@record
class Options:
    """The settings of a deployment, in the shape in which account routes need them.

    Attributes:
        account: What people may do.
        origin: Public origin of the API, to which links in mails lead.
        secret: Signs those links.
        mailer: None where the deployment sends no mail.
        floor: Seconds that a refused sign-in takes at least, and so does whatever may send a mail.
    """

    account: AccountSettings
    origin: str
    secret: str
    mailer: Mailer | None
    floor: float = SAME_TIME_SECONDS

    @classmethod
    def of(cls, auth: AuthSettings, account: AccountSettings, mail: MailSettings) -> Options:
        """From the settings."""
        return cls(account, auth.base_url, auth.secret, open_mailer(mail))

    @property
    def host(self) -> str:
        """What the deployment is called."""
        return urlsplit(self.origin).hostname or self.origin

    def prepare(self) -> None:
        """See `Mailer.prepare`."""
        if self.mailer:
            self.mailer.prepare()

    def send(self, kind: Kind, recipient: str, path: str, callback: str, *, address: str = "") -> None:
        """Send a link to a route of ours; failures are logged, because an answer must not tell who has an account.

        Args:
            kind: What the mail is about.
            recipient: Whom it goes to.
            path: Of the route, below the base path, with its query up to the callback.
            callback: Where the route shall send the browser afterwards.
            address: A new e-mail address, where the mail is about one.
        """
        if self.mailer is None:
            return
        self._send(
            kind, recipient, f"{self.origin}{BASE_PATH}{path}callbackURL={encode_uri_component(callback)}", address
        )

    def tell(self, kind: Notice, recipient: str) -> None:
        """Tell somebody what happened to their account; nothing is asked of them, so there is no link."""
        if self.mailer is not None:
            self._send(kind, recipient, "", "")

    def _send(self, kind: Kind | Notice, recipient: str, link: str, address: str) -> None:
        assert self.mailer is not None  # noqa: S101 (both callers have looked)
        try:
            self.mailer.send(written(kind, recipient, link, site=self.host, address=address))
        except Exception:  # noqa: BLE001 (boto3 raises whatever it likes; nobody can do anything about it now)
            log.exception("a mail was not sent: %s", kind)

    def send_verification(self, user: User, callback: str) -> None:
        """Ask whether the user reads the mail of this address."""
        self._send_token("verify_email", user.email, EmailToken(user.email, user.id), callback)

    def send_confirmation(self, user: User, new_email: str, callback: str) -> None:
        """Ask at the old address whether the user wants the new one."""
        token = EmailToken(user.email, user.id, new_email, CONFIRMATION)
        self._send_token("confirm_new_email", user.email, token, callback, address=new_email)

    def send_new_verification(self, user: User, new_email: str, callback: str) -> None:
        """Ask at the new address whether the user reads it."""
        token = EmailToken(user.email, user.id, new_email, VERIFICATION)
        self._send_token("verify_new_email", new_email, token, callback)

    def _send_token(self, kind: Kind, recipient: str, token: EmailToken, callback: str, *, address: str = "") -> None:
        path = f"/verify-email?token={token.signed(self.secret)}&"
        self.send(kind, recipient, path, callback or "/", address=address)


class same_time:  # noqa: N801 (used as a word of the language: `async with same_time():`)
    """A block that takes so many seconds, or twice or three times as many: the clock does not tell what it does."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def __aenter__(self) -> None:
        """Look at the clock."""
        self._began = time.monotonic()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the rest."""
        if self._seconds:
            await asyncio.sleep((self._began - time.monotonic()) % self._seconds)


class same_time_to_refuse(same_time):  # noqa: N801 (as above)
    """The same where it ends in a `Refused`; whoever is let in does not wait."""

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the rest."""
        if kind is not None and issubclass(kind, Refused):
            await super().__aexit__(kind)
