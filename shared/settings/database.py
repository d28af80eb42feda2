"""What Postgres keeps and for how long, and where turns wait while it is away."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from shared.record import record
from shared.settings.reading import FromEnvironment, choice, http_url, setting, whole_number

Transport = Literal["http", "pooled"]


def _postgres_url(text: str) -> str:
    parts = urlsplit(text)
    if not (parts.scheme in {"postgres", "postgresql"} and parts.hostname and parts.username):
        raise ValueError
    return text


def _days(text: str) -> int:
    return 0 if text == "0" else whole_number(30, 36_500)(text)


@record
class DatabaseSettings(FromEnvironment):
    """How to reach Postgres.

    Attributes:
        url: `postgresql://role:password@host/database`; the `-pooler` host for both transports.
        transport: `http` (Neon's SQL over HTTP) or `pooled` (psycopg through PgBouncer).
        http_endpoint: Overrides the `/sql` address that is derived from the host of `url`.
        ca_file: Certificate authorities, PEM, to verify the server with; the system's unless set.
    """

    url: str = setting("DATABASE_URL", secret=True, read=_postgres_url)
    transport: Transport = setting("DATABASE_TRANSPORT", default="http", read=choice(Transport))
    http_endpoint: str | None = setting("DATABASE_HTTP_ENDPOINT", default=None, read=http_url)
    ca_file: str | None = setting("DATABASE_CA_FILE", default=None)


@record
class HistorySettings(FromEnvironment):
    """What a user may keep.

    Attributes:
        conversations: How many conversations a user keeps, 1 to 1000; the oldest beyond that are evicted.
    """

    conversations: int = setting("HISTORY_CONVERSATIONS", default=50, read=whole_number(1, 1000))


@record
class RetentionSettings(FromEnvironment):
    """What time does to the history.

    Attributes:
        history_days: Days after its last message when a conversation is deleted, 30 or more; 0 keeps all.
    """

    history_days: int = setting("HISTORY_RETENTION_DAYS", default=0, read=_days)


@record
class OutboxSettings(FromEnvironment):
    """Where turns wait while the database is away.

    Attributes:
        queue_url: Address of the SQS queue; without one, a turn that cannot be stored is not queued.
    """

    queue_url: str | None = setting("OUTBOX_QUEUE_URL", default=None, read=http_url)


@record
class DeadLetterSettings(FromEnvironment):
    """Where queued turns go that cannot be stored at all.

    Attributes:
        url: Address of that SQS queue; without one, such a turn stays in the first.
    """

    url: str | None = setting("OUTBOX_DEAD_LETTER_URL", default=None, read=http_url)
