"""When a turn that could not be stored is tried again.

SQS delivers a message a thousand times at most before it goes to the dead letters, and keeps it for 14 days. A turn
whose database is away shall have nearly all of these days: it comes again every two minutes for the first hours, as the
queue says, and every twenty from then on.
"""

from __future__ import annotations

from typing import Final

OFTEN: Final = 100
"""Deliveries, two minutes apart: outages mostly end within hours, and readers then look for their turns."""

LATER_SECONDS: Final = 1200
"""Between any two further ones."""


def seconds_until(delivery: int) -> int | None:
    """How long a turn waits after a delivery; None for as long as the queue says."""
    return LATER_SECONDS if delivery > OFTEN else None


DEPLOYING: Final = 15
"""Deliveries, two minutes apart: a deployment that brings a new secret has told all functions by then."""


def may_be_opened_later(delivery: int) -> bool:
    """Whether what was sealed with another secret may be opened by ours the next time.

    A deployment changes one function after the other, so the chat may seal with a secret that the replay gets later.
    """
    return delivery < DEPLOYING
