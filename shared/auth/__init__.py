"""Users and sessions, spoken as Better Auth 1.7.25 speaks: its wire, its cookies, its rows.

    cookies, passwords, origins, addresses, identifiers   pure: what a value must look like
    base64url, envelope                                   pure: how bytes become text, how text is encrypted
    validation, requests, refusals, wire                  what comes in, what is refused, what goes out
    models, queries, store                                users and sessions in Postgres
    identity                                              who is asking, in the same round trip as what is asked
    session_cache, jwt, jwks                              who is asking, as a signature says: ours, or another server's
    issuing                                               tokens for others, and the keys to verify them
    limits, rate_limits                                   how often, counted in the same round trip as well

What this speaks was read in, and is held to, https://github.com/better-auth/better-auth at 1.7.25.
"""
