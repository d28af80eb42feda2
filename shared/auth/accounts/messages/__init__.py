"""What we write to people, from templates in this folder: `<kind>.txt`, first line the subject, and `<kind>.html`.

A template knows `$site`, `$link` and `$address`. Nothing that somebody typed stands in a mail, a name least of all: it
would let strangers send words of their own to anybody's mailbox, in ours.
"""

from __future__ import annotations

import html
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Final, Literal

from shared.record import record

FOLDER: Final = Path(__file__).parent

Kind = Literal[
    "reset_password",
    "verify_email",
    "confirm_new_email",
    "verify_new_email",
    "delete_account",
]
"""Of mails that ask for something, by a link."""

Notice = Literal["password_changed", "email_changed"]
"""Of mails that tell what happened."""


@record
class Mail:
    """One mail to one address, as plain text and as HTML."""

    recipient: str
    subject: str
    text: str
    html: str
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))


def written(kind: Kind | Notice, recipient: str, link: str, *, site: str, address: str = "") -> Mail:
    """Fill in the templates of one kind.

    Args:
        kind: Which.
        recipient: Whom it goes to.
        link: What following it does is what the mail is about; a notice has none.
        site: Host name of this deployment.
        address: A new e-mail address, where the mail is about one.
    """
    values = {"link": link, "site": site, "address": address}
    plain = Template((FOLDER / f"{kind}.txt").read_text(encoding="utf-8")).substitute(values)
    subject, _, text = plain.partition("\n")
    escaped = {name: html.escape(value) for name, value in values.items()}
    rich = Template((FOLDER / f"{kind}.html").read_text(encoding="utf-8")).substitute(escaped)
    return Mail(recipient, subject, text.lstrip(), rich)
