"""A stand-in for Neon's SQL over HTTP, in front of any Postgres or PgBouncer: `python -m infra.local.neon_sql`.

It follows the public source of Neon's proxy (github.com/neondatabase/neon, proxy/src/serverless) in what a client can
see: the extended protocol with untyped text parameters, the shape of results and errors, transactions, limits, sessions
that are reset between requests, queries that are cancelled when the client goes away. It differs in three things: the
host of the connection string does not choose the server, there are no JSON Web Tokens, and values are given as raw text
only (`Neon-Raw-Text-Output: true`, as every current driver asks for).

`PUT /faults` makes it fail in the ways that Neon can (faults.py); `GET /ready` answers 204 once it listens.
"""
