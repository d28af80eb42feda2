"""The data layer: one batch, one transaction, one round trip.

    db = open_database(DatabaseSettings.read())  # shared/db/opening.py
    inserted, counted = db.run(
        Statement("insert into note values ($1::uuid, $2::text) on conflict do nothing", (uuid4(), "text")),
        Statement("select count(*) as notes from note"),
        idempotent=True,
    )
    inserted.count, counted.columns, counted.values  # 1, ("notes",), ((1,),)

**A batch** is all statements of one `run`: all of them happen, or none, and a later one sees what an earlier one did.
There is no interactive transaction anywhere: what decides on an earlier result is written in SQL. That is what both
transports can do: `http` (Neon's SQL over HTTP, http.py) costs a cold function the least, `pooled` (a pipeline through
PgBouncer, pooled.py) is for sites that ask more often than Neon's rate limit allows. Each keeps its connection from one
invocation to the next and checks it before use, without a round trip.

`transaction=Transaction("serializable", read_only=True, deferrable=True)` runs a batch in another kind of transaction.

**Parameters** are `$1`, `$2`, each cast where it stands (`$1::uuid`): they travel as text, and the cast is their type.
`None`, bool, int, float, Decimal, str, bytes, UUID, datetime, date, time and timedelta have one; a list is a Postgres
array, anything meant as JSON is wrapped in `Json`. Values come back as the same types (values.py has the table); what
Python cannot hold exactly is an error.

**Errors** are two, for both transports alike. `StatementFailed`: Postgres refused a statement; `.sqlstate` and
`.constraint` say why. `DatabaseUnavailable`: there was no session, no answer in time, or nothing but conflicts with
others. Their cause, for the log, holds no value of a parameter and no connection string.

**Again**: what was certainly not executed, or was undone (deadlock, serialization failure, lock timeout), is tried up
to three times more, with pauses of at most 50, 100 and 200 ms. What may have been committed is tried again only if the
batch is `idempotent`; so give every write an id of the client's making and `on conflict do nothing`, and say so.

**Time**: a batch with all its attempts takes at most 3 s, or what is left of `shared.deadline`. A port that is closed
or does not shake hands is found out within 1.2 s; a server that has accepted is waited for, as a suspended Neon compute
needs seconds for its first answer. Who cannot wait for that runs the batch `with deadline.within(1.2)`. After a failure
to reach the database, calls fail at once for 2 s, growing to 15 s, until one batch has found it again (breaker.py).

**Limits** such as `statement_timeout` belong on the role, and `set_config(..., true)` is the only setting that a batch
may make: the next batch may run on another server connection.
"""

from __future__ import annotations

from shared.db.batch import USUAL, Database, Isolation, Json, Rows, Statement, Transaction

__all__ = ["USUAL", "Database", "Isolation", "Json", "Rows", "Statement", "Transaction"]
