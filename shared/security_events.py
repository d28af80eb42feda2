"""What happens to accounts, and what was refused: on the line of its request, with a reason (specs/security-events.md).

A request tells one event, the last: the one that it ended in. Nobody is named but by pseudonyms.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from shared.observability import note

Event: TypeAlias = Literal[
    "address_change_asked",
    "address_changed",
    "address_verified",
    "ban_enforced",
    "foreign_id_asked",
    "foreign_page_refused",
    "host_bypassed",
    "limit_reached",
    "link_refused",
    "password_changed",
    "password_refused",
    "password_reset",
    "reset_asked",
    "second_factor_asked",
    "session_refused",
    "sessions_ended",
    "sign_in_refused",
    "sign_up_refused",
    "signed_in",
    "signed_out",
    "signed_up",
    "user_delete_asked",
    "user_deleted",
]


def tell(event: Event, reason: str) -> None:
    """Put the event on the line of the running request.

    Args:
        event: What happened.
        reason: Why, or by which way, in a fixed word: nothing that somebody sent.
    """
    note(event=event, reason=reason.lower())
