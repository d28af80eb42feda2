"""The queue of the deployment, made once a container; nothing is connected before it is used."""

from __future__ import annotations

from functools import cache

from shared.outbox.queue import Queue
from shared.settings.database import OutboxSettings


@cache
def outbox_queue() -> Queue | None:
    """Where turns wait, if this deployment has such a queue."""
    url = OutboxSettings.read().queue_url
    return Queue(url) if url else None
