"""What libpq itself says of a batch, without a server."""

from __future__ import annotations

from psycopg import pq

from infra.local.ports import LOOPBACK
from shared.db.pipeline import refusal_in
from shared.db.sqlstate import MAYBE_RUN


def test_what_libpq_says_of_a_connection_that_is_gone_is_a_failure_that_leaves_open_whether_the_batch_was_run() -> None:
    lost = pq.PGconn.connect_start(f"host={LOOPBACK} port=1".encode())
    refusal = refusal_in(
        [lost.make_empty_result(pq.ExecStatus.TUPLES_OK), lost.make_empty_result(pq.ExecStatus.FATAL_ERROR)]
    )
    lost.finish()

    assert refusal is not None
    assert (refusal.verdict, refusal.sqlstate) == (MAYBE_RUN, None)


def test_a_batch_without_an_error_was_not_refused() -> None:
    connection = pq.PGconn.connect_start(f"host={LOOPBACK} port=1".encode())
    assert refusal_in([connection.make_empty_result(pq.ExecStatus.TUPLES_OK)]) is None
    connection.finish()
