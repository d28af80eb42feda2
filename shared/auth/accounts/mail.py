"""Mail that leaves through Amazon SES, or lands in a folder on a developer's machine."""

from __future__ import annotations

import email.message
import email.policy
import uuid
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from shared.observability import log

if TYPE_CHECKING:
    from shared.auth.accounts.messages import Mail
    from shared.settings.accounts import MailSettings

CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 5
ATTEMPTS: Final = 2


class Mailer(Protocol):
    """Sends mail."""

    def prepare(self) -> None:
        """Get ready, so that sending takes little longer than not sending, which would tell who has an account."""
        ...

    def send(self, mail: Mail) -> None:
        """Send it; whatever goes wrong is raised."""
        ...


class SesMailer:
    """Sends from an address that Amazon SES knows. boto3 is imported when the first mail is due: 0.2 s, from Lambda."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 (boto3 makes its clients at run time)
        import boto3  # noqa: PLC0415 (no other request shall pay for it) # pyright: ignore[reportMissingTypeStubs] (it has none)
        from botocore.config import Config  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

        retries = {"total_max_attempts": ATTEMPTS}
        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=retries)
        return cast("Any", boto3).client("sesv2", config=config)

    def prepare(self) -> None:
        """Import boto3, and read its description of SES."""
        _ = self._client

    def send(self, mail: Mail) -> None:
        """One call (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html)."""
        body = {"Text": _utf8(mail.text), "Html": _utf8(mail.html)}
        self._client.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [mail.recipient]},
            Content={"Simple": {"Subject": _utf8(mail.subject), "Body": body}},
        )


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


class FolderMailer:
    """Puts each mail into a file of a folder, which any mail program opens, and says so in the log."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def prepare(self) -> None:
        """There is nothing to do."""

    def send(self, mail: Mail) -> None:
        """Write `<folder>/<number>.eml`; later files sort after earlier ones."""
        written = email.message.EmailMessage(policy=email.policy.SMTPUTF8)
        written["To"], written["Subject"] = mail.recipient, mail.subject
        written.set_content(mail.text)
        written.add_alternative(mail.html, subtype="html")
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{mail.moment:%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}.eml"
        path.write_bytes(written.as_bytes())
        log.info("mail for %s: %s", mail.recipient, path)


def open_mailer(settings: MailSettings) -> Mailer | None:
    """SES where a sender is set, else the folder, else none."""
    if settings.sender:
        return SesMailer(settings.sender)
    return FolderMailer(settings.folder) if settings.folder else None
