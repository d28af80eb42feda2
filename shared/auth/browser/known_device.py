"""A cookie that says: from this browser somebody has been let into this account before (OWASP's device cookie).

Guesses from such a browser are counted apart, so that strangers who guess a password do not keep its owner out
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies). It is worth nothing but that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.auth.browser.cookies import read_signed, sign
from shared.auth.identifiers import new_identifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.auth.browser.session_cookies import SessionCookies

LIFETIME: Final = timedelta(days=365)


def remembering(cookies: SessionCookies, account: str) -> str:
    """A `Set-Cookie` value for a browser that has just been let in.

    Args:
        cookies: Of the deployment.
        account: What the limit of attempts calls it; whose it is cannot be read out of that.
    """
    value = sign(f"{account} {new_identifier()}", cookies.secret)
    return cookies.attributes.written(_name(cookies), value, int(LIFETIME.total_seconds()))


def recognised(cookies: SessionCookies, sent: Mapping[str, str], account: str) -> str | None:
    """What the browser is called, if it has been let into this account before."""
    whose, _, device = (read_signed(sent.get(_name(cookies), ""), cookies.secret) or "").rpartition(" ")
    return device if whose == account else None


def _name(cookies: SessionCookies) -> str:
    return cookies.named("known_device")
