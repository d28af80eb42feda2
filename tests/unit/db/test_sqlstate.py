"""The one table of failures: what each means to the caller, and whether the batch may be sent again."""

from __future__ import annotations

import pytest

from shared.db.sqlstate import Meaning, Retry, Verdict, judge_state, judge_status, judge_text

SAFE, MAYBE, NEVER = Retry.SAFE, Retry.IF_IDEMPOTENT, Retry.NEVER
REFUSED, BUSY, AWAY = Meaning.REFUSED, Meaning.BUSY, Meaning.AWAY


@pytest.mark.parametrize(
    ("sqlstate", "severity", "text", "meaning", "retry"),
    [
        ("40001", "ERROR", "could not serialize access", BUSY, SAFE),
        ("40P01", "ERROR", "deadlock detected", BUSY, SAFE),
        ("55P03", "ERROR", "canceling statement due to lock timeout", BUSY, SAFE),
        ("57014", "ERROR", "canceling statement due to statement timeout", BUSY, NEVER),
        ("53100", "ERROR", "could not extend file", BUSY, NEVER),
        ("25006", "ERROR", "cannot execute INSERT in a read-only transaction", BUSY, NEVER),
        ("53300", "FATAL", "sorry, too many clients already", AWAY, SAFE),
        ("57P03", "FATAL", "the database system is starting up", AWAY, SAFE),
        ("57P01", "FATAL", "terminating connection due to administrator command", AWAY, MAYBE),
        ("57P02", "FATAL", "terminating connection because of crash of another server process", AWAY, MAYBE),
        ("08006", "ERROR", "connection failure", AWAY, MAYBE),
        ("08001", "ERROR", "sqlclient unable to establish sqlconnection", AWAY, SAFE),
        ("28P01", "FATAL", "password authentication failed", AWAY, NEVER),
        ("3D000", "FATAL", "database does not exist", AWAY, NEVER),
        ("08P01", "ERROR", "bind message supplies 1 parameters", REFUSED, NEVER),
        ("08P01", "FATAL", "query_wait_timeout", AWAY, SAFE),
        ("08P01", "FATAL", "server login has been failing, try again later (server_login_retry)", AWAY, SAFE),
        ("08P01", "FATAL", "server conn crashed?", AWAY, MAYBE),
        ("XX000", "PANIC", "something broke", AWAY, MAYBE),
        ("XX000", "ERROR", "[NEON_SMGR] [shard 0] request failed too many times, cancelling query", BUSY, NEVER),
        ("XX000", "ERROR", "tuple concurrently updated", BUSY, SAFE),
        ("08P01", None, "Query cancelled, connection was terminated", AWAY, MAYBE),
        ("23505", "ERROR", "duplicate key", REFUSED, NEVER),
        ("22P02", "ERROR", "invalid input syntax", REFUSED, NEVER),
        ("42P01", "ERROR", "relation does not exist", REFUSED, NEVER),
        ("P0001", None, "raised", REFUSED, NEVER),
    ],
)
def test_a_sqlstate_has_one_meaning(
    sqlstate: str, severity: str | None, text: str, meaning: Meaning, retry: Retry
) -> None:
    assert judge_state(sqlstate, severity, text) == Verdict(meaning, retry)


@pytest.mark.parametrize(
    ("status", "text", "meaning", "retry"),
    [
        (400, "password authentication failed for user 'x'", AWAY, NEVER),
        (400, "connection closed", AWAY, MAYBE),
        (400, "error communicating with the server: EOF", AWAY, MAYBE),
        (400, "This IP address is not allowed", AWAY, NEVER),
        (400, "could not parse the HTTP request body: EOF", REFUSED, NEVER),
        (413, "request is too large (max is 67108864 bytes)", REFUSED, NEVER),
        (507, "response is too large (max is 67108864 bytes)", REFUSED, NEVER),
        (500, "Control plane request failed", AWAY, SAFE),
        (500, "Couldn't connect to compute node", AWAY, SAFE),
        (500, "Too many connections to this endpoint. Please try again later.", AWAY, SAFE),
        (500, "Your account or project has exceeded the compute time quota.", AWAY, NEVER),
        (500, "could not parse postgres response", REFUSED, NEVER),
        (429, "slow down", AWAY, SAFE),
        (502, None, AWAY, MAYBE),
        (504, None, AWAY, MAYBE),
        (525, None, AWAY, MAYBE),
        (404, None, AWAY, NEVER),
        (200, None, AWAY, NEVER),
    ],
)
def test_an_error_of_neons_proxy_has_one_meaning(status: int, text: str | None, meaning: Meaning, retry: Retry) -> None:
    assert judge_status(status, text) == Verdict(meaning, retry)


@pytest.mark.parametrize(
    ("text", "retry"),
    [
        ("FATAL:  SASL authentication failed", NEVER),
        ('FATAL:  password authentication failed for user "x"', NEVER),
        ('FATAL:  role "x" does not exist', NEVER),
        ("FATAL:  no such database: x", NEVER),
        ("SSL error: certificate verify failed", NEVER),
        ("FATAL:  no more connections allowed (max_client_conn)", SAFE),
        ("Connection refused", SAFE),
    ],
)
def test_a_failed_login_is_judged_by_its_text(text: str, retry: Retry) -> None:
    assert judge_text(text, otherwise=Verdict(AWAY, SAFE)) == Verdict(AWAY, retry)


@pytest.mark.parametrize(
    ("retry", "idempotent", "allowed"),
    [(NEVER, True, False), (SAFE, False, True), (MAYBE, False, False), (MAYBE, True, True)],
)
def test_what_may_have_been_committed_is_sent_again_only_if_idempotent(
    retry: Retry, *, idempotent: bool, allowed: bool
) -> None:
    assert Verdict(AWAY, retry).allows_retry(idempotent=idempotent) is allowed
