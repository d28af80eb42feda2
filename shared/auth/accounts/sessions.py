"""The sessions of the user who asks. One round trip each: finding the session and listing or ending travel together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.identifiers import new_identifier
from shared.auth.models import Session
from shared.auth.refusals import SESSION_NOT_FRESH
from shared.db import Statement
from shared.observability import tell

if TYPE_CHECKING:
    from shared.auth.identity.visitors import Visitor

LIST_SESSIONS: Final = """
select
    id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent",
    further_fields('session', to_jsonb(s))
from session s
where "userId" = signed_in_user() and "expiresAt" > $1::timestamptz and to_jsonb(s) ->> 'impersonatedBy' is null
order by "createdAt", id
"""
"""Those that an administrator of the admin plug-in has opened are left out, as it does."""

END_OWN_SESSION: Final = """
delete from session where "userId" = signed_in_user() and token = $1::text
"""

END_OWN_SESSIONS: Final = """
delete from session where "userId" = signed_in_user()
"""

END_OTHER_SESSIONS: Final = """
delete from session where "userId" = signed_in_user() and token <> $1::text
"""

END_LINKS: Final = """
with thrown_out as (
    select signed_in_user() as id
    where $3::text is null or exists (select from session where "userId" = signed_in_user() and token = $3::text)
), forgotten as (
    delete from verification v using thrown_out t
    where v.value = t.id and v.identifier similar to '(2fa-|delete-account-)%'
)
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
select $1::text, 'links-ended:' || id, '', $2::timestamptz + interval '1 hour', $2::timestamptz, $2::timestamptz
from thrown_out
where id is not null
on conflict do nothing
"""
"""Ends what somebody may have begun in sessions that are ended, all or this one of the user's: see BOUND_USER.

Links to choose another password stay: they went to the user's own address.
"""


def list_sessions(visitor: Visitor) -> list[Session]:
    """All that live, with their tokens; so who asks must have signed in within a day, else they are `Refused`."""
    [sessions] = visitor.run(Statement(LIST_SESSIONS, (visitor.moment,)))
    if not visitor.is_fresh:
        raise visitor.refused(SESSION_NOT_FRESH)
    return [Session(*row) for row in sessions.values]


def end_session(visitor: Visitor, token: str, *, ends_links: bool) -> None:
    """End the session of this token, if it is one of theirs.

    Args:
        visitor: Who asks.
        token: Of the session.
        ends_links: Whether links are over that somebody may have asked for in it; not where it is the one that asks.
    """
    own, named = token == visitor.token, token.replace("\0", "")
    links = _ending_links(visitor, named) if ends_links and not own else []
    visitor.run(*links, Statement(END_OWN_SESSION, (named,)), idempotent=not own)
    tell("sessions_ended", "this" if own else "one")
    if own:
        visitor.leave()


def end_sessions(visitor: Visitor, *, ends_links: bool) -> None:
    """Sign them out everywhere, here too."""
    links = _ending_links(visitor) if ends_links else []
    visitor.run(*links, Statement(END_OWN_SESSIONS), idempotent=False)
    tell("sessions_ended", "all")
    visitor.leave()


def end_other_sessions(visitor: Visitor, *, ends_links: bool) -> None:
    """Sign them out everywhere but here."""
    links = _ending_links(visitor) if ends_links else []
    visitor.run(*links, Statement(END_OTHER_SESSIONS, (visitor.token,)))
    tell("sessions_ended", "others")


def _ending_links(visitor: Visitor, token: str | None = None) -> list[Statement]:
    return [Statement(END_LINKS, (new_identifier(), visitor.moment, token))]
