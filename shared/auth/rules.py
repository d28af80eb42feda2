"""What one deployment holds to: its cookies, the sites it trusts, how it hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.auth.cookies import Attributes, SessionCookies
from shared.auth.origins import TrustedOrigins

if TYPE_CHECKING:
    from shared.settings import AuthSettings, Bearer, PasswordScheme


@dataclass(frozen=True, slots=True)
class AuthRules:
    """The settings of a deployment, in the shape in which requests need them."""

    cookies: SessionCookies
    origins: TrustedOrigins
    password_scheme: PasswordScheme
    bearer: Bearer
    limited: bool

    @classmethod
    def of(cls, settings: AuthSettings) -> AuthRules:
        """Cookies are `Secure`, and named so, where the public address is https."""
        return cls(
            SessionCookies(
                settings.secret,
                Attributes(secure=settings.base_url.startswith("https://")),
                timedelta(seconds=settings.session_cache_seconds),
            ),
            TrustedOrigins((settings.base_url, *settings.trusted_origins)),
            settings.password_scheme,
            settings.bearer,
            settings.rate_limits == "on",
        )
