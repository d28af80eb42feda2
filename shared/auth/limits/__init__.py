"""How often: counted in the container, and in Postgres in the same round trip as the request."""
