"""What the functions need of Better Auth's tables, and what they use of its plug-ins where it is there.

The tables are those of infra/migrations/0001_better_auth.sql; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TEXT: Final = "text"
BOOLEAN: Final = "boolean"
TIME: Final = "timestamp with time zone"
USER: Final = "user"


@dataclass(frozen=True, slots=True)
class NeededColumn:
    """A column that must be there, or must look like this if it is.

    Attributes:
        nullable: It holds nothing for rows that were made without it, so it can be added at any time.
        fill: SQL of the value that rows get which were made without it; None where nobody can say.
        unique: No two rows may have the same.
        of_user: It names the row's user, with whom the row has to go.
        of_plugin: It belongs to a plug-in or to some versions: it need not be there, and we never write it.
        default: SQL of what our rows have to hold in a column that we never write.
    """

    name: str
    type: str = TEXT
    nullable: bool = False
    fill: str | None = None
    unique: bool = False
    of_user: bool = False
    of_plugin: bool = False
    default: str | None = None


@dataclass(frozen=True, slots=True)
class NeededTable:
    """A table that must be there, or must look like this if it is.

    Attributes:
        marks: Names of columns by which it is told from any other table, whatever it is called.
        of_plugin: It belongs to a plug-in that is not ours: we never make it.
    """

    name: str
    marks: frozenset[str]
    columns: tuple[NeededColumn, ...]
    of_plugin: bool = False


def _plugin(name: str, kind: str = TEXT, default: str | None = None) -> NeededColumn:
    return NeededColumn(name, kind, nullable=True, of_plugin=True, default=default)


ID: Final = NeededColumn("id", unique=True)
OF_USER: Final = NeededColumn("userId", of_user=True)
CREATED: Final = NeededColumn("createdAt", TIME, fill="current_timestamp")
UPDATED: Final = NeededColumn("updatedAt", TIME, fill="current_timestamp")
EXPIRES: Final = NeededColumn("expiresAt", TIME)


def _nullable(*names: str, kind: str = TEXT) -> tuple[NeededColumn, ...]:
    return tuple(NeededColumn(name, kind, nullable=True) for name in names)


CORE: Final = (
    NeededTable(
        USER,
        frozenset({"id", "email", "emailVerified"}),
        (
            ID,
            NeededColumn("name", fill="''"),
            NeededColumn("email", unique=True),
            NeededColumn("emailVerified", BOOLEAN, fill="false"),
            *_nullable("image"),
            CREATED,
            UPDATED,
            *(_plugin(name) for name in ("banReason", "username", "displayUsername")),
            *(_plugin("role", default="'user'"), _plugin("banned", BOOLEAN, "false")),
            _plugin("twoFactorEnabled", BOOLEAN, "false"),
            _plugin("banExpires", TIME),
        ),
    ),
    NeededTable(
        "session",
        frozenset({"token", "userId", "expiresAt"}),
        (
            *(ID, EXPIRES, NeededColumn("token", unique=True), CREATED, UPDATED),
            *_nullable("ipAddress", "userAgent"),
            OF_USER,
            *(_plugin(name) for name in ("impersonatedBy", "activeOrganizationId", "activeTeamId")),
        ),
    ),
    NeededTable(
        "account",
        frozenset({"accountId", "providerId", "userId"}),
        (
            *(ID, NeededColumn("accountId"), NeededColumn("providerId"), OF_USER),
            *_nullable("accessToken", "refreshToken", "idToken"),
            *_nullable("accessTokenExpiresAt", "refreshTokenExpiresAt", kind=TIME),
            *_nullable("scope", "password"),
            *(CREATED, UPDATED),
            _plugin("issuer", default="'local:credential'"),  # Better Auth 1.7.0 to 1.7.2, which look accounts up by it
        ),
    ),
)
"""By which a Better Auth server's database is known."""

FURTHER: Final = (
    NeededTable(
        "verification",
        frozenset({"identifier", "value", "expiresAt"}),
        (ID, NeededColumn("identifier"), NeededColumn("value"), EXPIRES, CREATED, UPDATED),
    ),
    NeededTable(
        "jwks",
        frozenset({"publicKey", "privateKey"}),
        (
            *(ID, NeededColumn("publicKey"), NeededColumn("privateKey"), CREATED),
            *_nullable("expiresAt", kind=TIME),
            *_nullable("alg", "crv"),
        ),
    ),
    NeededTable(
        "rateLimit",
        frozenset({"key", "count", "lastRequest"}),
        (ID, NeededColumn("key", unique=True), NeededColumn("count", "integer"), NeededColumn("lastRequest", "bigint")),
    ),
    NeededTable(
        "twoFactor",
        frozenset({"secret", "backupCodes", "userId"}),
        (
            *(ID, NeededColumn("secret"), NeededColumn("backupCodes"), OF_USER),
            _plugin("verified", BOOLEAN),
            _plugin("failedVerificationCount", "integer"),
            _plugin("lockedUntil", TIME),
        ),
        of_plugin=True,
    ),
)

PLUGINS: Final = {
    "organization": frozenset({"name", "slug"}),
    "member": frozenset({"organizationId", "userId", "role"}),
    "invitation": frozenset({"organizationId", "email", "inviterId"}),
    "team": frozenset({"organizationId", "name"}),
    "teamMember": frozenset({"teamId", "userId"}),
    "organizationRole": frozenset({"organizationId", "role", "permission"}),
    "twoFactor": frozenset({"secret", "backupCodes", "userId"}),
    "passkey": frozenset({"publicKey", "userId", "counter"}),
    "apikey": frozenset({"key", "prefix", "enabled"}),
    "deviceCode": frozenset({"deviceCode", "userCode"}),
    "walletAddress": frozenset({"userId", "address", "chainId"}),
    "ssoProvider": frozenset({"issuer", "providerId"}),
    "oauthApplication": frozenset({"clientId", "clientSecret"}),
    "oauthAccessToken": frozenset({"accessToken", "clientId"}),
    "oauthConsent": frozenset({"clientId", "scopes"}),
    "oauthClient": frozenset({"clientId", "clientSecret"}),
    "oauthRefreshToken": frozenset({"token", "clientId"}),
}
"""Tables of Better Auth's plug-ins, and columns that tell them from others of that name."""


def folded(name: str) -> str:
    """The same for every way to write a name: `emailVerified`, `email_verified`, `EMAILVERIFIED`."""
    return name.replace("_", "").lower()
