"""Users and sessions, spoken as Better Auth 1.7.25 speaks: its wire, its cookies, its rows.

Its rooms, each of which imports only from those below it:

    accounts          signing up and in, passwords, links in mail, what a deployment allows
    identity          who is asking
    requests          what comes in: read, checked, documented, refused
    limits, browser   how often; cookies and origins
    tokens, rows      what is signed or encrypted; what Postgres holds

and the floor on which they stand: users and sessions (`models`), what is refused (`refusals`), JSON (`wire`), addresses
and identifiers.

What this speaks was read in, and is held to, https://github.com/better-auth/better-auth at 1.7.25.
"""
