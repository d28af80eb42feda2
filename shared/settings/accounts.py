"""Who signs in, how often, by what, and what they are told by mail."""

from __future__ import annotations

import re
from typing import Literal

from shared.record import record
from shared.settings.reading import FromEnvironment, Switch, choice, http_url, origin_list, setting, whole_number

PasswordScheme = Literal["bcrypt", "scrypt"]
Bearer = Literal["off", "signed", "raw"]
SameSite = Literal["Lax", "Strict", "None"]
EmailChange = Literal["on", "off", "confirm"]
Deletion = Literal["on", "off", "confirm"]
Defaults = Literal["safer", "original"]
CommonPasswords = Literal["refuse", "accept"]
MINIMUM_SECRET_LENGTH = 32
DOMAIN = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def _secret(text: str) -> str:
    if len(text) < MINIMUM_SECRET_LENGTH:
        raise ValueError
    return text


def _secrets(text: str) -> tuple[str, ...]:
    return tuple(_secret(each.strip()) for each in text.split(","))


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise ValueError
    return text


def _seconds(text: str) -> int:
    if (seconds := int(text)) < 0:
        raise ValueError
    return seconds


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise ValueError
    return text


def _session_days(text: str) -> int:
    return 0 if text == "0" else whole_number(7, 3650)(text)


@record
class AuthSettings(FromEnvironment):
    """What Better Auth calls its options.

    Attributes:
        secret: Signs cookies; the same value as the Better Auth server's, 32 characters or more.
        base_url: Public origin of this API; `https://` makes cookies `Secure` and prefixes their names.
        trusted_origins: Further origins that may send credentials, separated by commas.
        password_scheme: How new passwords are hashed.
        session_cache_seconds: How long the cookie `session_data` tells who somebody is while the database is away.
        bearer: Whether a session token may come as a bearer's: signed, as clients get it, or also as it is stored.
        same_site: `None` where the pages are on another site than the API; cookies are then `Secure`.
        cookie_domain: Also sends the cookies to subdomains of this one.
        partitioned: Keeps them apart for each site that embeds the API, as browsers without third-party cookies want.
        jwks_url: Where another server publishes the keys of its JWTs; without it no JWT counts.
        jwt_issuer: What those tokens name as their issuer.
        jwt_audience: For whom they must be; their issuer unless set, as Better Auth makes them.
    """

    secret: str = setting("BETTER_AUTH_SECRET", secret=True, read=_secret)
    base_url: str = setting("BETTER_AUTH_URL", read=http_url)
    trusted_origins: tuple[str, ...] = setting("TRUSTED_ORIGINS", default=(), read=origin_list)
    password_scheme: PasswordScheme = setting("PASSWORD_SCHEME", default="bcrypt", read=choice(PasswordScheme))
    session_cache_seconds: int = setting("SESSION_CACHE_SECONDS", default=3600, read=_seconds)
    bearer: Bearer = setting("BEARER_TOKENS", default="signed", read=choice(Bearer))
    same_site: SameSite = setting("COOKIE_SAME_SITE", default="Lax", read=choice(SameSite))
    cookie_domain: str | None = setting("COOKIE_DOMAIN", default=None, read=_domain)
    partitioned: Switch = setting("COOKIE_PARTITIONED", default="off", read=choice(Switch))
    jwks_url: str | None = setting("JWT_JWKS_URL", default=None, read=http_url)
    jwt_issuer: str | None = setting("JWT_ISSUER", default=None)
    jwt_audience: str | None = setting("JWT_AUDIENCE", default=None)


@record
class HostSettings(FromEnvironment):
    """The site's host, where it passes requests on to this API.

    Attributes:
        secrets: What the host sends in `X-Host-Secret`; two, separated by a comma, while one replaces the other.
        address_header: The header in which it names the reader's address.
        only: Whether requests that come past it are refused.
    """

    secrets: tuple[str, ...] = setting("HOST_SECRET", default=(), secret=True, read=_secrets)
    address_header: str = setting("HOST_ADDRESS_HEADER", default="x-real-ip", read=_header)
    only: Switch = setting("HOST_ONLY", default="off", read=choice(Switch))


@record
class LimitSettings(FromEnvironment):
    """How often clients may ask.

    Attributes:
        rate_limits: Whether requests to accounts are counted.
    """

    rate_limits: Switch = setting("RATE_LIMITS", default="on", read=choice(Switch))


@record
class UseSettings(FromEnvironment):
    """How much one reader may ask of what costs money or time.

    Attributes:
        an_hour: Questions, imports and searches of the own history, each; 0: any number.
    """

    an_hour: int = setting("USES_AN_HOUR", default=720, read=whole_number(0, 1_000_000))


@record
class DefaultsSettings(FromEnvironment):
    """Where Better Auth's own defaults hurt people.

    Attributes:
        defaults: Whether accounts behave safer than a Better Auth server would unless told otherwise, or just as one.
        common_passwords: What happens to new passwords that everybody tries first.
        session_days: Days after signing in when a session ends, however often it was used; 0 prolongs it for ever.
    """

    defaults: Defaults = setting("ACCOUNT_DEFAULTS", default="safer", read=choice(Defaults))
    common_passwords: CommonPasswords = setting("COMMON_PASSWORDS", default="refuse", read=choice(CommonPasswords))
    session_days: int = setting("SESSION_DAYS", default=90, read=_session_days)

    @property
    def safer(self) -> bool:
        """Whether ours hold."""
        return self.defaults == "safer"

    @property
    def refuses_common_passwords(self) -> bool:
        """As the original does not."""
        return self.safer and self.common_passwords == "refuse"

    @property
    def longest_session(self) -> int | None:
        """Days; None as at the original, where sessions that are used do not end."""
        return (self.session_days or None) if self.safer else None


@record
class TokenSettings(FromEnvironment):
    """Tokens for other services.

    Attributes:
        give_out: Whether who is signed in may ask for a JWT.
    """

    give_out: Switch = setting("JWT_GIVE_OUT", default="off", read=choice(Switch))


@record
class AccountSettings(FromEnvironment):
    """What people may do with their accounts.

    Attributes:
        sign_up: Whether anybody may make an account.
        auto_sign_in: Whether who signs up is signed in at once.
        require_email_verification: Whether signing in waits until the e-mail address is verified; needs mail.
        change_email: Whether users may change their address; `confirm` asks at a verified old one first.
        delete_user: Whether users may delete themselves; `confirm` sends a link first.
        reset_ends_sessions: Whether a new password through a link signs the user out everywhere.
    """

    sign_up: Switch = setting("SIGN_UP", default="on", read=choice(Switch))
    auto_sign_in: Switch = setting("AUTO_SIGN_IN", default="on", read=choice(Switch))
    require_email_verification: Switch = setting("REQUIRE_EMAIL_VERIFICATION", default="off", read=choice(Switch))
    change_email: EmailChange = setting("CHANGE_EMAIL", default="on", read=choice(EmailChange))
    delete_user: Deletion = setting("DELETE_USER", default="on", read=choice(Deletion))
    reset_ends_sessions: Switch = setting("RESET_ENDS_SESSIONS", default="on", read=choice(Switch))


@record
class MailSettings(FromEnvironment):
    """How mail leaves; with neither of them, none does, and routes that need it say so.

    Attributes:
        sender: An address that Amazon SES may send from.
        folder: Where mail is put down instead, one file each, on a developer's machine.
    """

    sender: str = setting("MAIL_FROM", default="")
    folder: str = setting("MAIL_FOLDER", default="")
