"""What one deployment holds to: its cookies, the sites it trusts, how it hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.auth.browser.cookies import Attributes, SessionCookies
from shared.auth.browser.origins import TrustedOrigins
from shared.auth.tokens.jwks import Keys
from shared.auth.tokens.jwt import Verifier
from shared.errors import Misconfigured
from shared.observability import Pseudonyms

if TYPE_CHECKING:
    from shared.settings.accounts import AuthSettings, Bearer, PasswordScheme


@dataclass(frozen=True, slots=True)
class AuthRules:
    """The settings of a deployment, in the shape in which requests need them."""

    cookies: SessionCookies
    origins: TrustedOrigins
    password_scheme: PasswordScheme
    bearer: Bearer
    jwt: Verifier | None
    pseudonyms: Pseudonyms

    @classmethod
    def of(cls, settings: AuthSettings) -> AuthRules:
        """Cookies are `Secure`, and named so, where the public address is https.

        Raises:
            Misconfigured: There are keys of a token server, but it has no name.
        """
        return cls(
            SessionCookies(
                settings.secret,
                Attributes(
                    secure=settings.base_url.startswith("https://"),
                    same_site=settings.same_site,
                    domain=settings.cookie_domain,
                    partitioned=settings.partitioned == "on",
                    host=urlsplit(settings.base_url).hostname or "",
                ),
                timedelta(seconds=settings.session_cache_seconds),
            ),
            TrustedOrigins((settings.base_url, *settings.trusted_origins)),
            settings.password_scheme,
            settings.bearer,
            _verifier(settings),
            Pseudonyms.of(settings.secret),
        )


def _verifier(settings: AuthSettings) -> Verifier | None:
    if settings.jwks_url is None:
        return None
    if settings.jwt_issuer is None:
        raise Misconfigured from KeyError("JWT_ISSUER is not set, but JWT_JWKS_URL is")
    return Verifier(Keys(settings.jwks_url), settings.jwt_issuer, settings.jwt_audience or settings.jwt_issuer)
