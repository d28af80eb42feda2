"""What account routes ask for besides the rules: options of accounts, and mail."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from shared.auth.accounts.options import Options
from shared.settings.accounts import AccountSettings, AuthSettings, MailSettings
from shared.web import Depends


async def account_options() -> Options:
    """The container's options of accounts."""
    return _account_options()


@cache
def _account_options() -> Options:
    return Options.of(AuthSettings.read(), AccountSettings.read(), MailSettings.read())


Chosen = Annotated[Options, Depends(account_options)]
