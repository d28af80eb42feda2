"""The keys of tokens for other services, in Postgres. One round trip each; one more, once, to make the first key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.auth.tokens.issuing import STILL_PUBLISHED, SigningKey, UnreadableKey, published
from shared.clock import now
from shared.db import Statement
from shared.observability import log

if TYPE_CHECKING:
    from shared.auth.identity.visitors import Visitor
    from shared.auth.tokens.issuing import Issuer
    from shared.db import Database, Rows

SIGNING_KEY: Final = """
select id, "privateKey" from jwks
where coalesce(alg, 'EdDSA') = 'EdDSA' and ("expiresAt" is null or "expiresAt" > $1::timestamptz)
order by "createdAt" desc, id
limit 1
"""

ADD_KEY: Final = """
insert into jwks (id, "publicKey", "privateKey", "createdAt", alg, crv)
values ($1::text, $2::text, $3::text, $4::timestamptz, $5::text, $6::text)
on conflict do nothing
"""

PUBLISHED_KEYS: Final = """
select id, "publicKey", alg, crv from jwks
where "expiresAt" is null or "expiresAt" > $1::timestamptz
order by "createdAt", id
"""


def signed_token(visitor: Visitor, database: Database, issuer: Issuer) -> str:
    """A token that says who asks; `Refused` where nobody is signed in."""
    [found] = visitor.run(Statement(SIGNING_KEY, (visitor.moment,)))
    key = _readable(found, issuer) or _new_key(database, issuer)
    return key.signed(issuer.claims(visitor.user, visitor.moment))


def published_keys(database: Database, issuer: Issuer) -> list[dict[str, Any]]:
    """The public keys, those of other servers on this database included (RFC 7517)."""
    question = Statement(PUBLISHED_KEYS, (now() - STILL_PUBLISHED,))
    [found] = database.run(question, idempotent=True)
    if not found.values:
        _new_key(database, issuer)
        [found] = database.run(question, idempotent=True)
    return [published(*row) for row in found.values]


def _readable(found: Rows, issuer: Issuer) -> SigningKey | None:
    """The key, unless it was encrypted with another secret: then a new one takes its place, and it stays published."""
    for name, stored in found.values:
        try:
            return SigningKey.read(name, stored, issuer.secret)
        except UnreadableKey as error:
            log.warning("the newest signing key cannot be read", exc_info=error)
    return None


def _new_key(database: Database, issuer: Issuer) -> SigningKey:
    key = SigningKey.new()
    database.run(Statement(ADD_KEY, key.row(now(), issuer.secret)), idempotent=True)
    return key
