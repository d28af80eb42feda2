"""Somebody signs up, changes a name and leaves, as the functions' role, in a transaction that is undone.

What is in a catalogue tells much, but not what triggers, checks and policies of the site's own will say to our rows.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import Rollback

from shared.auth.rows.users import SIGN_UP

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

ROLE: Final = "docs_app"
MAKE_ROLE: Final = "create role docs_app nologin"
HAS_ROLE: Final = "select exists (select from pg_roles where rolname = 'docs_app')"
IS_ROLE: Final = "select current_user = 'docs_app'"
RENAME: Final = """update "user" set name = 'Nobody', "updatedAt" = $2::timestamptz where id = $1::text returning id"""
REMEMBER: Final = """
    insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
    values ($1::text, $2::text, $1::text, $3::timestamptz, $3::timestamptz, $3::timestamptz)
"""
LEAVE: Final = """delete from "user" where id = $1::text returning id"""
HAS_VERIFICATIONS: Final = "select to_regclass('verification') is not null"

TRIGGERS: Final = """
    select distinct tgfoid::regprocedure::text from pg_trigger join pg_proc on pg_proc.oid = tgfoid
     where tgrelid::regclass::text in ('"user"', 'session', 'account', 'verification')
       and not tgisinternal and not prosecdef order by 1
"""
FORBIDDEN: Final = "42501"
ABOUT_TRIGGERS: Final = "-- Triggers do as their owner what they did for the server, whoever signs up."

LETTERS: Final = 32
ADDRESS: Final = "2001:0db8:0000:0000:0000:0000:0000:0000"
PROGRAM: Final = "Mozilla/5.0 (of a rehearsal) ".ljust(255, "x")
HASH: Final = f"{'0' * 32}:{'0' * 128}"


class Failed(Exception):
    """What Postgres said; whether it was that the functions' role lacks a right."""

    def __init__(self, said: str, *, forbidden: bool = False) -> None:
        super().__init__(said)
        self.forbidden = forbidden


def rehearse(connection: Connection, prepare: Callable[[], None], say: Callable[[str], None]) -> None:
    """Raise `Failed` where it fails; nothing stays.

    Args:
        connection: Of the role that owns the tables.
        prepare: Gives the functions' role its rights; undone, too.
        say: Told where this server does not let its owner act as another role.
    """
    with connection.transaction():
        if not _one(connection, HAS_ROLE):
            connection.execute(MAKE_ROLE)
        prepare()
        if _has_become_role(connection):
            _act(connection)
        else:
            say(f"note: nothing was rehearsed, because {connection.info.user} may not act as {ROLE}")
        raise Rollback


def _has_become_role(connection: Connection) -> bool:
    for statement in ("set local role docs_app", "grant docs_app to current_user; set local role docs_app"):
        try:
            with connection.transaction():
                connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            continue
        return _one(connection, IS_ROLE)
    return False


def _act(connection: Connection) -> None:
    moment, somebody = datetime.now(UTC), secrets.token_hex(LETTERS // 2)
    ids = [secrets.token_hex(LETTERS // 2) for _ in range(3)]
    address = f"{somebody}@rehearsal.invalid"
    joined = [somebody, "Nobody", address, None, moment, ids[0], HASH, ids[1], ids[2], moment, ADDRESS, PROGRAM]
    try:
        cursor = psycopg.RawCursor(connection)
        _expect(cursor.execute(SIGN_UP, joined).fetchall())
        _expect(cursor.execute(RENAME, [somebody, moment]).fetchall())
        if _one(connection, HAS_VERIFICATIONS):
            cursor.execute(REMEMBER, [somebody, f"reset-password:{somebody}", moment])
        _expect(cursor.execute(LEAVE, [somebody]).fetchall())
    except psycopg.Error as error:
        raise Failed(_told(error), forbidden=error.sqlstate == FORBIDDEN) from error


def _expect(rows: list[tuple[object, ...]]) -> None:
    if not rows:
        raise Failed("rows that were written cannot be seen, so a rule or a policy hides them")


def _told(error: psycopg.Error) -> str:
    context = (error.diag.context or "").partition("\n")[2] or error.diag.context
    where = f" ({context.splitlines()[-1]})" if context else ""
    return f"{error.diag.message_primary or error}{where}"


def _one(connection: Connection, question: str) -> bool:
    [answer] = connection.execute(question.encode()).fetchone() or [False]
    return bool(answer)


def owners_rights_for_triggers(connection: Connection) -> list[str]:
    """Statements by which a site's triggers act with their owner's rights, as they did for the server."""
    functions = connection.execute(TRIGGERS.encode()).fetchall()
    return [f"alter function {name} security definer set search_path from current;" for (name,) in functions]
