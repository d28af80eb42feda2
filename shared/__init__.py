"""What two routes need. Never imports `functions`.

The arrow, enforced by import-linter: `answering` -> `auth`, `history`, `retrieval` -> `db` -> `http_client` ->
`observability`, `deadline`, `degraded` -> `settings`, `errors`. `app` stands on top of all of them.
"""
