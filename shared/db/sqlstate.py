"""What a failure means to the caller and whether the batch may be sent again: one table for both transports.

| meaning | the caller gets | and |
|---|---|---|
| REFUSED | `StatementFailed` | the statement is at fault; a defect, or a constraint that did its work |
| BUSY | `DatabaseUnavailable` | the batch was undone, the database itself is well |
| SLOW | `DatabaseUnavailable` | it was sent, and no answer came in time; the circuit breaker looks whether it is away |
| AWAY | `DatabaseUnavailable` | there is no session to be had; the circuit breaker (breaker.py) remembers |

The principle: what keeps us from having a session with Postgres is AWAY, be it a refused port or a wrong password;
what Postgres says about a statement is REFUSED; what it says about itself is BUSY. SQLSTATEs are those of PostgreSQL's
Appendix A (specs/sqlstates.md goes through them); the texts are PgBouncer's, libpq's and Neon's, for failures that have
no SQLSTATE of their own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from shared.record import record


class Retry(StrEnum):
    """Whether a batch may be sent again."""

    NEVER = "never"
    SAFE = "safe"
    """It was certainly not executed, or certainly undone."""
    IF_IDEMPOTENT = "if idempotent"
    """It may have been committed."""


class Meaning(StrEnum):
    """Whose fault it is (see the module)."""

    REFUSED = "refused"
    BUSY = "busy"
    SLOW = "slow"
    AWAY = "away"


@record
class Verdict:
    """What a failure means, and whether to try again."""

    meaning: Meaning
    retry: Retry

    def allows_retry(self, *, idempotent: bool) -> bool:
        """Whether the batch may be sent again."""
        return self.retry is Retry.SAFE or (idempotent and self.retry is Retry.IF_IDEMPOTENT)


REFUSED: Final = Verdict(Meaning.REFUSED, Retry.NEVER)
UNDONE: Final = Verdict(Meaning.BUSY, Retry.SAFE)
BUSY: Final = Verdict(Meaning.BUSY, Retry.NEVER)
NOT_RUN: Final = Verdict(Meaning.AWAY, Retry.SAFE)
MAYBE_RUN: Final = Verdict(Meaning.AWAY, Retry.IF_IDEMPOTENT)
SLOW: Final = Verdict(Meaning.SLOW, Retry.NEVER)
AWAY: Final = Verdict(Meaning.AWAY, Retry.NEVER)

_BY_STATE: Final = {
    "08": MAYBE_RUN,  # connection exceptions
    "08001": NOT_RUN,
    "08004": NOT_RUN,
    "08P01": REFUSED,  # a protocol violation; what says so without being Postgres is told apart below
    "25": UNDONE,  # the session is in a state that is none of ours: another client of the pooler left it so
    "25006": BUSY,  # read-only transaction: a standby answered, or storage is used up
    "25P03": MAYBE_RUN,  # idle_in_transaction_session_timeout
    "26": UNDONE,  # a prepared statement that this session has not got, as 25
    "28": AWAY,  # wrong password, unknown role
    "3D": AWAY,  # no such database
    "40": UNDONE,  # serialization failure, deadlock
    "40002": REFUSED,  # a deferred constraint did its work
    "40003": MAYBE_RUN,  # statement completion unknown
    "53": BUSY,  # disk full, out of memory
    "53300": NOT_RUN,  # too many connections
    "55": BUSY,  # an object, or the server, is not in the state for it just now
    "55P02": REFUSED,  # a setting that cannot be set
    "55P03": UNDONE,  # lock_timeout
    "55P04": REFUSED,  # a value added to an enumeration in the same transaction
    "57": BUSY,  # somebody intervened
    "57P01": MAYBE_RUN,  # terminated by an administrator: Neon suspends or restarts the compute
    "57P02": MAYBE_RUN,  # another backend crashed
    "57P03": NOT_RUN,  # starting up or shutting down
    "57P04": AWAY,  # the database was dropped
    "57P05": MAYBE_RUN,  # idle_session_timeout
    "58": BUSY,  # the server's own disk, or Neon's storage
    "72": UNDONE,  # snapshot too old
    "F0": BUSY,  # the server's configuration
    "XX": BUSY,  # what went wrong inside: Neon's compute says so while its storage is away
}
"""By SQLSTATE, else by its class (the first two characters), else REFUSED. specs/sqlstates.md is compared with it."""

_PASSING: Final = ("tuple concurrently", "cache lookup failed")
"""Internal errors of class XX that two sessions make which are changing the same schema or row of a catalogue."""

INTERNAL: Final = "XX"
UNDEFINED_FUNCTION: Final = "42883"
PROTOCOL_VIOLATION: Final = "08P01"

HOPELESS: Final = frozenset({"22", "23", "44"})
"""Classes in which the values themselves are refused. Whatever else is refused, such as a column that is not there yet
or a right that was not granted, a later migration or deployment makes possible."""

_BY_TEXT: Final = (
    # PgBouncer
    ("query_wait_timeout", NOT_RUN),
    ("no more connections allowed", NOT_RUN),
    ("server login has been failing", NOT_RUN),
    # a login that will fail the next time too
    ("authentication failed", AWAY),  # "password ..." or PgBouncer's "SASL ..."
    ("no pg_hba.conf entry", AWAY),
    ("does not exist", AWAY),
    ("no such database", AWAY),
    ("certificate verify failed", AWAY),
    ("does not match host name", AWAY),
    ("unsupported startup parameter", AWAY),
    # Neon's proxy, in front of the compute
    ("quota", AWAY),
    ("endpoint is disabled", AWAY),
    ("endpoint cannot be found", AWAY),
    ("blocked network", AWAY),
    ("Query cancelled", MAYBE_RUN),
    ("query was cancelled while stuck trying to connect", NOT_RUN),
    ("connection closed", MAYBE_RUN),
    ("error communicating with the server", MAYBE_RUN),
    ("unexpected message from server", MAYBE_RUN),
    ("error parsing response from server", MAYBE_RUN),
    ("error encoding message to server", MAYBE_RUN),
    ("timeout waiting for server", MAYBE_RUN),
    ("could not read the HTTP request body", NOT_RUN),
    ("could not parse the HTTP request body", REFUSED),
    ("invalid isolation level", REFUSED),
    ("could not parse postgres response", REFUSED),
    ("string contains embedded null", REFUSED),
    ("is too large", REFUSED),
)
"""By a part of the message, for failures without a SQLSTATE of their own; the first that fits."""

_BY_STATUS: Final = {
    413: REFUSED,
    408: NOT_RUN,
    429: NOT_RUN,
    500: NOT_RUN,  # control plane, rate limit: the proxy gave up before it had a connection
    507: REFUSED,
}
"""By HTTP status, for error bodies of Neon's proxy that say nothing closer; else AWAY."""

GATEWAY_STATUSES: Final = range(500, 600)


def judge_state(sqlstate: str, severity: str | None, text: str) -> Verdict:
    """Judge an error that carries a SQLSTATE: Postgres's own or PgBouncer's."""
    verdict = _BY_STATE.get(sqlstate) or _BY_STATE.get(sqlstate[:2], REFUSED)
    if sqlstate == PROTOCOL_VIOLATION and severity != "ERROR":
        return judge_text(text, otherwise=MAYBE_RUN)  # PgBouncer's, or Neon's proxy's
    if sqlstate.startswith(INTERNAL) and any(part in text for part in _PASSING):
        verdict = UNDONE
    if severity in {"FATAL", "PANIC"} and verdict.meaning is not Meaning.AWAY:
        return judge_text(text, otherwise=MAYBE_RUN)  # the connection is gone, whatever the reason
    return verdict


def can_ever_be_stored(sqlstate: str | None) -> bool:
    """Whether what Postgres has refused with this SQLSTATE can be stored some day, although never by trying alone."""
    return sqlstate is None or sqlstate[:2] not in HOPELESS


def judge_text(text: str, *, otherwise: Verdict) -> Verdict:
    """Judge an error by its message alone."""
    return next((verdict for part, verdict in _BY_TEXT if part in text), otherwise)


def judge_status(status: int, text: str | None) -> Verdict:
    """Judge an error of Neon's proxy that has no SQLSTATE.

    Args:
        status: Of the HTTP answer.
        text: The message of its JSON body; None where there is no such body, as from a load balancer.
    """
    if text is None:
        return MAYBE_RUN if status in GATEWAY_STATUSES else _BY_STATUS.get(status, AWAY)
    return judge_text(text, otherwise=_BY_STATUS.get(status, AWAY))
