"""The sessions of the user who asks. One round trip each: finding the session and listing or ending travel together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth.identifiers import new_identifier
from shared.auth.models import Session
from shared.auth.refusals import SESSION_NOT_FRESH
from shared.auth.rows import queries
from shared.db import Statement
from shared.observability import tell

if TYPE_CHECKING:
    from shared.auth.identity.visitors import Visitor


def list_sessions(visitor: Visitor) -> list[Session]:
    """All that live, with their tokens; so who asks must have signed in within a day, else they are `Refused`."""
    [sessions] = visitor.run(Statement(queries.LIST_SESSIONS, (visitor.moment,)))
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
    visitor.run(*links, Statement(queries.END_OWN_SESSION, (named,)), idempotent=not own)
    tell("sessions_ended", "this" if own else "one")
    if own:
        visitor.leave()


def end_sessions(visitor: Visitor, *, ends_links: bool) -> None:
    """Sign them out everywhere, here too."""
    links = _ending_links(visitor) if ends_links else []
    visitor.run(*links, Statement(queries.END_OWN_SESSIONS), idempotent=False)
    tell("sessions_ended", "all")
    visitor.leave()


def end_other_sessions(visitor: Visitor, *, ends_links: bool) -> None:
    """Sign them out everywhere but here."""
    links = _ending_links(visitor) if ends_links else []
    visitor.run(*links, Statement(queries.END_OTHER_SESSIONS, (visitor.token,)))
    tell("sessions_ended", "others")


def _ending_links(visitor: Visitor, token: str | None = None) -> list[Statement]:
    return [Statement(queries.END_LINKS, (new_identifier(), visitor.moment, token))]
