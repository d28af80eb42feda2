"""What one deployment holds to: its cookies, the sites it trusts, how it hashes, which tokens of a request it takes.

A token is taken only with this deployment's signature, so a forged one costs no database.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.auth.browser.cookies import decoded, read_signed
from shared.auth.browser.origins import TrustedOrigins
from shared.auth.browser.session_cookies import Attributes, SessionCookies
from shared.auth.identifiers import Pseudonyms
from shared.auth.tokens.jwks import Keys
from shared.auth.tokens.jwt import NotToken, Verifier, looks_like
from shared.errors import Misconfigured
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.settings.accounts import AuthSettings, Bearer, PasswordScheme

BEARER = "bearer "
RAW_TOKEN = re.compile(r"[A-Za-z0-9]+")


@record
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


@record
class KnownUser:
    """Who somebody was when that could last be checked: good for keeping a turn until the database is back, no more.

    Attributes:
        session_id: The session that showed it. None for a user whom another server vouches for.
    """

    user_id: str
    session_id: str | None


def identity_without_database(token: str | None, cookies: Mapping[str, str], rules: AuthRules) -> KnownUser | None:
    """Whose session token it is, as the signed cookie cache says; None where that cannot be known.

    Args:
        token: One of what `presented_tokens` found.
        cookies: Of a request that may use them.
        rules: Of this deployment; `SESSION_CACHE_SECONDS` bounds how old the knowledge may be.
    """
    cached = rules.cookies.cached(token, cookies) if token else None
    return KnownUser(cached.user_id, cached.session_id) if cached else None


def bearer_token(headers: Mapping[str, str], rules: AuthRules) -> str | None:
    """The token of `Authorization: Bearer <token>.<signature>`, if this deployment signed it.

    A token without a signature, as it stands in the database, counts where `BEARER_TOKENS` is `raw`.
    """
    authorization = headers.get("authorization", "")
    if rules.bearer == "off" or not authorization.lower().startswith(BEARER):
        return None
    token = decoded(authorization[len(BEARER) :].strip())
    if rules.bearer == "raw" and RAW_TOKEN.fullmatch(token):
        return token
    return read_signed(token, rules.cookies.secret)


def user_of_jwt(headers: Mapping[str, str], rules: AuthRules) -> str | None:
    """Id of the user whom `Authorization: Bearer <JWT>` names, if it is a token of the server that we believe.

    Raises:
        Unavailable: Its keys cannot be fetched, so nobody can say.
    """
    authorization = headers.get("authorization", "")
    token = authorization[len(BEARER) :].strip()
    if rules.jwt is None or not authorization.lower().startswith(BEARER) or not looks_like(token):
        return None
    try:
        return rules.jwt.subject(token)
    except NotToken:
        return None


def presented_tokens(headers: Mapping[str, str], cookies: Mapping[str, str], rules: AuthRules) -> list[str]:
    """The session tokens that came with a request: the bearer's, else those of its cookies.

    After `COOKIE_DOMAIN` changes, browsers keep two.
    """
    bearer = bearer_token(headers, rules)
    return [bearer] if bearer else rules.cookies.tokens(cookies)
