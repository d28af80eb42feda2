"""Users, sessions and accounts in Postgres."""
