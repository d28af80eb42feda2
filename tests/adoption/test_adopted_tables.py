"""`make migrate` on a database that a Better Auth server uses: what it takes, what it refuses, and the way out.

test_real_servers.py does the same with tables that real servers made, and with the servers themselves.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from infra.adoption.tables import CORE, FURTHER
from infra.migrate import MIGRATIONS, MigrationRefused, main, migrate
from tests.fixtures.databases import drop_database

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from infra.local.postgres import Postgres

BETTER_AUTHS: str = (MIGRATIONS / "0001_better_auth.sql").read_text("utf-8").partition("grant")[0]
ADA = """insert into "user" (id, name, email, "emailVerified") values ('u1', 'Ada', 'ada@example.com', true)"""


@dataclass
class Database:
    """An empty database, and what was said while it was migrated."""

    url: str
    said: list[str]

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def query(self, question: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(question.encode()).fetchall()

    def migrate(self, *, beside: bool = False) -> None:
        migrate(self.url, say=self.said.append, beside=beside)

    def refusal(self) -> MigrationRefused:
        """Why it cannot be migrated; that it was left as it was is seen here as well."""
        before = self.everything()
        with pytest.raises(MigrationRefused) as refused:
            self.migrate()
        assert self.everything() == before
        return refused.value

    def everything(self) -> list[tuple[object, ...]]:
        return self.query("""
            select attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, relacl::text
              from pg_attribute join pg_class on pg_class.oid = attrelid
             where relnamespace = 'public'::regnamespace order by 1, attnum
        """)


@pytest.fixture
def database(postgres: Postgres) -> Generator[Database]:
    name = f"adopted_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield Database(postgres.owner_url.removesuffix("docs") + name, [])
        drop_database(connection, name)


def test_each_of_our_versions_is_brought_to_the_next_and_takes_nothing_of_its_own_for_a_sites(
    database: Database, tmp_path: Path
) -> None:
    files = sorted(MIGRATIONS.glob("*.sql"))
    for file in files:
        (tmp_path / file.name).write_bytes(file.read_bytes())
        migrate(database.url, folder=tmp_path, say=database.said.append)
    assert [each for each in database.said if each.startswith("applied ")] == [f"applied {file.stem}" for file in files]


def test_what_adoption_looks_for_is_what_the_migration_makes(database: Database) -> None:
    database.migrate()
    made = database.query("""
        select relname, attname, format_type(atttypid, atttypmod)
          from pg_attribute join pg_class on pg_class.oid = attrelid
         where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0
    """)
    looked_for = {
        (table.name, column.name, column.type)
        for table in (*CORE, *FURTHER)
        for column in table.columns
        if not (table.of_plugin or column.of_plugin)
    }
    assert looked_for == {row for row in made if row[0] in {name for name, _, _ in looked_for}}


def test_migrating_twice_says_nothing_of_adoption(database: Database) -> None:
    database.migrate()
    database.migrate()
    assert not [line for line in database.said if line.startswith(("adopted", "note"))]


SNAKE = """
    alter table "user" rename "emailVerified" to email_verified; alter table "user" rename "createdAt" to created_at;
    alter table "user" rename "updatedAt" to updated_at;
    alter table session rename "expiresAt" to expires_at; alter table session rename "createdAt" to created_at;
    alter table session rename "ipAddress" to ip_address; alter table session rename "userId" to user_id;
    alter table account rename "accountId" to account_id; alter table account rename "providerId" to provider_id;
    alter table account rename "userId" to user_id;
"""
PLURAL = " ".join(
    f'alter table "{name}" rename to "{name}s";' for name in ("user", "session", "account", "verification")
)
UNKEYED = """
    alter table session drop constraint "session_userId_fkey";
    alter table account drop constraint "account_userId_fkey";
"""
KEYED = """
    alter table session add foreign key ("userId") references "user" (id) on delete cascade;
    alter table account add foreign key ("userId") references "user" (id) on delete cascade;
"""
UUIDS = " ".join(
    [
        UNKEYED,
        *(
            f'alter table "{table}" alter "{column}" type uuid using gen_random_uuid();'
            for table in ("user", "session", "account", "verification")
            for column in (["id", "userId"] if table in {"session", "account"} else ["id"])
        ),
        'alter table "user" alter id set default gen_random_uuid();',
        KEYED,
        'create table post (id uuid primary key references "user" (id), title text);',
        "create table reply (post uuid references post (id) on delete set null);",
    ]
)
SERIAL = " ".join(
    [
        UNKEYED,
        'create sequence ids; alter table "user" alter id type integer using 1;',
        "alter table \"user\" alter id set default nextval('ids');",
        'alter table session alter "userId" type integer using 1;',
        'alter table account alter "userId" type integer using 1;',
        KEYED,
    ]
)

MENDED = {
    "a mandatory column of the site": (
        'alter table "user" add plan text not null default \'\'; alter table "user" alter plan drop default',
        'column "user"."plan" is mandatory and has no default',
    ),
    "a mandatory column of sessions": (
        "alter table session add tenant text not null",
        'column "session"."tenant" is mandatory and has no default',
    ),
    "the mandatory column of Better Auth 1.7.0 to 1.7.2": (
        "alter table account add issuer text not null",
        'column "account"."issuer" is mandatory and has no default',
    ),
    "a mandatory column of a plug-in": (
        'alter table "user" add banned boolean not null default true; alter table "user" alter banned drop default',
        'column "user"."banned" is mandatory and has no default',
    ),
    "a picture that everybody must have": (
        """update "user" set image = ''; alter table "user" alter image set default 'x', alter image set not null""",
        'column "user"."image" is mandatory and has no default',
    ),
    "columns in snake_case": (SNAKE, 'column "account"."account_id" must be called "accountId"'),
    "a plug-in's column in snake_case": (
        'alter table "user" add banned boolean, add ban_expires timestamptz',
        'column "user"."ban_expires" must be called "banExpires"',
    ),
    "tables in the plural": (PLURAL, 'table "users" must be called "user"'),
    "tables in the plural with columns in snake_case": (
        SNAKE + PLURAL,
        'column "users"."email_verified" must be called "emailVerified"',
    ),
    "tables of any other name": (
        'alter table "user" rename to staff; alter table session rename to visit; alter table account rename to login',
        'table "login" must be called "account"',
    ),
    "tables in another schema": (
        "create schema people; "
        + " ".join(f'alter table "{each}" set schema people;' for each in ("user", "session"))
        # apart from each other, so that nothing of the core is where ours would be
        + "alter table account set schema people; alter table verification set schema people",
        'table "people"."user" must be in schema "public"',
    ),
    "times without zone": (
        'alter table session alter "expiresAt" type timestamp, alter "createdAt" type timestamp(3)',
        'column "session"."createdAt" is timestamp(3) without time zone, we need timestamp with time zone',
    ),
    "times in whole seconds": (
        'alter table session alter "expiresAt" type timestamptz(0)',
        'column "session"."expiresAt" is timestamp(0) with time zone, we need timestamp with time zone',
    ),
    "ids that are uuids": (UUIDS, 'column "user"."id" is uuid, we need text'),
    "ids that are numbers": (SERIAL, 'column "session"."userId" is integer, we need text'),
    "an address that is verified since a moment": (
        'alter table "user" alter "emailVerified" type timestamptz using now()',
        'column "user"."emailVerified" is timestamp with time zone, we need boolean',
    ),
    "sessions that keep a user": (
        'alter table session drop constraint "session_userId_fkey", add foreign key ("userId") references "user" (id)',
        'column "session"."userId" keeps its rows when they are deleted from "user"; we need on delete cascade',
    ),
    "accounts that refer to nobody": (
        UNKEYED,
        'column "account"."userId" does not refer to "user"; we need on delete cascade',
    ),
    "a plug-in's table that keeps a user": (
        'create table member (id text primary key, "organizationId" text, role text, "userId" text references "user")',
        'column "member"."userId" keeps its rows when they are deleted from "user"; we need on delete cascade',
    ),
    "addresses that several may have": (
        'alter table "user" drop constraint user_email_key',
        'column "user"."email" is not unique',
    ),
    "users without a name": ('alter table "user" drop name', 'table "user" has no column "name" (text)'),
}


@pytest.mark.parametrize("what", MENDED)
def test_what_does_not_fit_is_refused_by_name_and_the_sql_of_the_refusal_leads_to_adoption(
    database: Database, what: str
) -> None:
    change, complaint = MENDED[what]
    database.execute(BETTER_AUTHS, ADA, change)
    refusal = database.refusal()
    assert f"  - {complaint}\n" in str(refusal)
    assert refusal.mending in str(refusal)
    database.execute(refusal.mending)
    database.migrate()
    assert database.query('select email from "user"') == [("ada@example.com",)]


def test_what_is_mended_means_what_it_meant(database: Database) -> None:
    database.execute(BETTER_AUTHS, ADA, 'alter table "user" alter "createdAt" type timestamp')
    database.execute("""update "user" set "createdAt" = '2026-01-02 03:04:05.678'""")
    database.execute(database.refusal().mending)
    database.migrate()
    told = database.query("""select "createdAt" at time zone 'UTC' = '2026-01-02 03:04:05.678' from "user" """)
    assert told == [(True,)]


def test_everything_that_refers_to_an_id_follows_it(database: Database) -> None:
    database.execute(BETTER_AUTHS, ADA, UUIDS)
    refusal = database.refusal()
    assert 'column "reply"."post" refers to an id and has to be text, too' in str(refusal)
    database.execute(refusal.mending)
    kept = database.query("""
        select pg_get_constraintdef(oid) from pg_constraint where conrelid in ('post'::regclass, 'reply'::regclass)
           and contype = 'f' order by 1
    """)
    assert kept == [
        ('FOREIGN KEY (id) REFERENCES "user"(id)',),
        ("FOREIGN KEY (post) REFERENCES post(id) ON DELETE SET NULL",),
    ]
    database.execute("""insert into "user" (name, email, "emailVerified") values ('Eve', 'eve@example.com', true)""")
    assert database.query("select length(id) from \"user\" where name = 'Eve'") == [(36,)], "defaults stay"


def test_tables_move_to_where_the_functions_look_whatever_the_owners_address_says(database: Database) -> None:
    moved = " ".join(
        f'alter table "{each}" set schema people;' for each in ("user", "session", "account", "verification")
    )
    database.execute(BETTER_AUTHS, ADA, SNAKE, f"create schema people; {moved}")
    database.url += "?options=-c%20search_path%3Dpeople"
    refusal = database.refusal()
    assert 'table "people"."user" must be in schema "public"' in str(refusal)
    assert "take `search_path` out of its options" in refusal.mending
    database.execute(refusal.mending)
    database.migrate()
    made = "select email, to_regclass('public.schema_migration') is not null from public.\"user\""
    assert database.query(made) == [("ada@example.com", True)]


def test_a_server_finds_renamed_tables_under_their_old_names_and_may_do_what_it_could(database: Database) -> None:
    database.execute(BETTER_AUTHS, ADA, SNAKE + PLURAL)
    server = f"server_{uuid.uuid4().hex[:8]}"
    database.execute(f"create role {server} nologin", f"grant select, update on users to {server}")
    try:
        database.execute(database.refusal().mending)
        database.migrate()
        database.execute(
            """
            insert into users (id, name, email, email_verified) values ('u2', 'Eve', 'eve@example.com', true)
            on conflict (id) do nothing;
            update users set email_verified = false where id = 'u1';
            """
        )
        assert database.query('select id, "emailVerified" from "user" order by id') == [("u1", False), ("u2", True)]
        rights = (f"has_table_privilege('{server}', 'users', '{each}')" for each in ("update", "delete"))
        assert database.query("select " + ", ".join(rights)) == [(True, False)]
    finally:
        database.execute(f'revoke all on users, "user" from {server}; drop role {server}')


TWICE = """
    alter table "user" drop constraint user_email_key;
    insert into "user" (id, name, email, "emailVerified") values ('u1', '', 'a', true), ('u2', '', 'a', true)
"""
PARTS = """
    drop table session;
    create table session (id text, token text, "userId" text, "expiresAt" timestamptz, "createdAt" timestamptz,
                          "updatedAt" timestamptz) partition by list (token)
"""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("alter table session drop token", 'table "session" has no column "token" (text)'),
        (
            'alter table "user" rename to person; create view "user" as select * from person',
            '"user" is a view, and foreign keys must refer to a table',
        ),
        (
            'create table people (id text, email text, "emailVerified" boolean); alter table "user" rename to humans',
            'which of "humans", "people" is Better Auth\'s "user"? Rename that one',
        ),
        (
            TWICE,
            'several rows have the same "user"."email"; choose: select "email", count(*) from "user" where',
        ),
        (
            'alter table "user" enable row level security; create policy never on "user" as restrictive using (false)',
            "Postgres refused a sign-up by docs_app that was only tried: new row violates row-level security policy",
        ),
        (
            PARTS,
            '"session"."id" cannot be unique, since Postgres keeps "session" in parts',
        ),
    ],
)
def test_what_no_statement_mends_is_said_to_be_so(database: Database, change: str, complaint: str) -> None:
    database.execute(BETTER_AUTHS, change)
    refusal = database.refusal()
    assert f"No statement can mend this:\n  - {complaint}" in str(refusal)
    assert not refusal.mending


TYPES = """
    create type rank as enum ('reader', 'editor');
    alter table "user" add role rank not null default 'reader',
        alter "emailVerified" type smallint using 1, alter "emailVerified" set default 0,
        alter "createdAt" drop default, alter "createdAt" type bigint using 1767323045678,
        alter "createdAt" set default (extract(epoch from now()) * 1000)::bigint,
        alter "updatedAt" drop default, alter "updatedAt" type text using '2026-01-02 03:04:05+00',
        alter "updatedAt" set default now()::text, alter name type varchar(40);
    alter table account alter "createdAt" drop default, alter "createdAt" type integer using 0,
        alter "updatedAt" type date using '2026-01-02';
    insert into account (id, "accountId", "providerId", "userId", "updatedAt", "createdAt")
        values ('a1', 'u1', 'credential', 'u1', now(), 1767323045);
"""


def test_what_other_types_tell_is_kept_and_so_is_what_rows_hold_that_leave_it_out(database: Database) -> None:
    database.execute(BETTER_AUTHS, ADA, TYPES)
    database.execute(database.refusal().mending)
    database.migrate()
    database.execute("""insert into "user" (id, name, email) values ('u2', 'Eve', 'eve@example.com')""")
    told = database.query("""
        select role, "emailVerified", "createdAt" at time zone 'UTC' = '2026-01-02 03:04:05.678' or id = 'u2',
               "updatedAt" > '2026-01-01', pg_typeof(name)::text
          from "user" order by id
    """)
    assert told == [("reader", True, True, True, "text"), ("reader", False, True, True, "text")]
    assert database.query("""select extract(epoch from "createdAt")::integer from account""") == [(1767323045,)]


DEPENDENTS = """
    alter table "user" alter id type text, alter "createdAt" type timestamp, add day timestamp
        generated always as ("createdAt" + interval '1 day') stored;
    create index by_day on "user" (date_trunc('day', "createdAt"));
    create view people with (security_barrier = true) as select id, "createdAt" from "user";
    create view newest as select max("createdAt") as newest from people;
    create materialized view kept as select id, "createdAt" from "user";
    create unique index kept_once on kept (id);
    grant select on people to public;
    create function nothing() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger watched before update of "createdAt" on "user" for each row execute function nothing();
    alter table "user" enable row level security;
    create policy recent on "user" for select to public using ("createdAt" > '2020-01-01'::timestamp);
"""


def test_what_was_made_of_a_column_is_made_again_or_told_to_whoever_has_to(database: Database) -> None:
    database.execute(BETTER_AUTHS, ADA, DEPENDENTS)
    mending = database.refusal().mending
    for comment in (
        "-- column day was generated always as",
        "-- CREATE INDEX by_day ON",
        '-- create policy recent on "user" as permissive for select to public using',
    ):
        assert f"\n{comment}" in mending
    database.execute(mending)
    database.migrate()
    [made] = database.query("""
        select (select count(*) from newest), (select count(*) from kept), to_regclass('kept_once') is not null,
               has_table_privilege('docs_app', 'people', 'select'),
               (select reloptions from pg_class where oid = 'people'::regclass),
               (select count(*) from pg_trigger where tgname = 'watched')
    """)
    assert made == (1, 1, True, True, ["security_barrier=true"], 1)


def test_rows_that_stand_in_the_way_are_mended_with_their_columns(database: Database) -> None:
    database.execute(
        BETTER_AUTHS,
        ADA,
        UNKEYED,
        'alter table "user" alter name drop not null, alter "emailVerified" drop not null',
        'update "user" set name = null, "emailVerified" = null',
        "insert into session values ('s1', now(), 'token', now(), now(), null, null, 'gone')",
        'alter table account drop "scope"; alter table account add "scope" text generated always as (id) stored',
    )
    refusal = database.refusal()
    assert 'column "user"."name" is empty in some rows' in str(refusal)
    assert 'column "account"."scope" is made of others, and we have to write it' in str(refusal)
    database.execute(refusal.mending)
    database.migrate()
    assert database.query('select name, "emailVerified", (select count(*) from session) from "user"') == [
        ("", False, 0)
    ]


TRIGGER = """
    create table greeting (id bigserial primary key, "to" text);
    create function greet() returns trigger language plpgsql as
        $$ begin insert into greeting ("to") values (new.name); return new; end $$;
    create trigger greeted after insert on "user" for each row execute function greet();
    alter table session add number bigserial;
    revoke all on schema public from public;
"""


def test_a_sign_up_is_rehearsed_with_the_triggers_of_the_site(database: Database) -> None:
    database.execute(BETTER_AUTHS, ADA, TRIGGER)
    refusal = database.refusal()
    assert "sign-up by docs_app that was only tried: permission denied for table greeting (PL/pgSQL" in str(refusal)
    database.execute(refusal.mending)
    database.migrate()
    assert "adopted: grant usage on schema public to docs_app" in database.said
    assert "adopted: grant usage on sequence session_number_seq to docs_app" in database.said
    assert database.query('select count(*), (select count(*) from "user") from greeting') == [(0, 1)], "nothing stays"
    database.execute("grant docs_app to current_user")
    database.execute(
        "set role docs_app;"
        " insert into \"user\" (id, name, email, \"emailVerified\") values ('u2', 'Eve', 'eve@example.com', true);"
        " insert into session values ('s1', now(), 'token', now(), now(), null, null, 'u2')"
    )
    assert database.query('select "to" from greeting') == [("Eve",)]


def test_names_that_the_site_has_taken_are_refused_before_anything_is_made(database: Database) -> None:
    database.execute(
        "create table conversation (id serial primary key, topic text)",
        "insert into conversation (topic) values ('mine')",
        "create table elsewhere (id int)",
        "create index message_words on elsewhere (id)",
        "create function is_banned(text) returns int language sql return 1",
        "create view asked as select 1",
    )
    refusal = database.refusal()
    for complaint in (
        "table conversation is none of ours, and we make something of that name",
        "index message_words is none of ours, and we make something of that name",
        "view asked is none of ours, and we make something of that name",
        "function is_banned(text) is none of ours, and we make one of that name",
    ):
        assert f"  - {complaint}\n" in str(refusal)
    database.execute(refusal.mending)
    database.migrate()
    assert database.query("select topic, (select count(*) from conversation) from site.conversation") == [("mine", 0)]


def test_tables_of_another_role_are_refused(database: Database, postgres: Postgres) -> None:
    database.execute(BETTER_AUTHS)
    superuser = Database(
        database.url.replace(postgres.owner_url.rpartition("/")[0], postgres.superuser_url.rpartition("/")[0]), []
    )
    superuser.execute('alter table "user" owner to postgres')
    refusal = database.refusal()
    assert 'table "user" belongs to another role than docs_owner' in str(refusal)
    superuser.execute(refusal.mending)
    database.migrate()


def test_columns_that_hold_nothing_at_first_are_added(database: Database) -> None:
    database.execute(BETTER_AUTHS, 'alter table jwks drop alg, drop crv, drop "expiresAt"')
    database.migrate()
    assert 'adopted: alter table "jwks" add column "alg" text' in database.said
    assert database.query('select alg, crv, "expiresAt" from jwks') == []


def test_the_functions_role_reaches_tables_of_plug_ins_and_those_that_hide_their_rows(database: Database) -> None:
    database.execute(
        BETTER_AUTHS,
        ADA,
        'create table "twoFactor" (id text primary key, secret text, "backupCodes" text,'
        ' "userId" text references "user" on delete cascade)',
        'create table member (id text primary key, "organizationId" text, role text, "userId" text)',
        "create table invoice (id text primary key)",
        'alter table "user" enable row level security',
    )
    database.migrate()
    reaches = "select " + ", ".join(
        f"has_table_privilege('docs_app', '{each}', 'delete')" for each in ('"twoFactor"', "member", "invoice")
    )
    assert database.query(reaches) == [(True, True, False)]
    database.execute("grant docs_app to current_user")
    assert database.query("select set_config('role', 'docs_app', false), (select count(*) from \"user\")")[0][1] == 1


def test_the_owner_hears_of_what_is_not_better_auths_and_of_addresses_that_nobody_can_use(database: Database) -> None:
    database.execute(
        BETTER_AUTHS,
        ADA.replace("ada@", "Ada@"),
        'create table invoice (id text, buyer text references "user" (id))',
        "create schema neon_auth",
        """alter table "user" add plan text, add "seenAt" timestamptz, add role text""",
    )
    database.migrate()
    notes = [line for line in database.said if line.startswith("note: ")]
    assert notes[0] == 'note: users to whom "invoice"."buyer" refers cannot delete their accounts'
    assert notes[1].startswith("note: 1 users cannot sign in, because their addresses are not in lower case: update")
    untold = [note.removeprefix("note: get-session does not tell ") for note in notes[2:]]
    said = "where your server returns it: insert into returned_field (of_table, name, is_time) values"
    assert untold == [
        f"\"user\".\"plan\"; {said} ('user', 'plan', 'false')",
        f"\"user\".\"seenAt\"; {said} ('user', 'seenAt', 'true')",
    ]
    database.execute(*(note.partition("returns it: ")[2] for note in untold))
    assert database.query("select name from returned_field where name in ('plan', 'seenAt')") == [
        ("plan",),
        ("seenAt",),
    ]


def test_somebody_elses_people_are_mentioned_and_left_alone(database: Database) -> None:
    database.execute('create table users (id int, email text, "emailVerified" timestamp, password text)')
    database.migrate()
    assert 'note: people of the table "users" have no account here: it is not Better Auth\'s' in database.said
    assert database.query('select count(*) from "user"') == [(0,)]


def test_neons_own_accounts_are_left_alone(database: Database) -> None:
    moved = " ".join(f'alter table "{each}" set schema neon_auth;' for each in ("user", "session", "account"))
    database.execute(BETTER_AUTHS, f"create schema neon_auth; {moved}")
    database.migrate()
    assert any(line.startswith("note: schema neon_auth is left alone") for line in database.said)


def test_whoever_knows_better_has_tables_made_beside_those_of_another_name(database: Database) -> None:
    database.execute(BETTER_AUTHS, PLURAL)
    assert "make migrate ADOPT=off" in str(database.refusal())
    database.migrate(beside=True)
    assert database.query('select count(*) from "user"') == [(0,)]


def test_the_command_line_prints_the_sql_and_ends_with_one(
    database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    database.execute(BETTER_AUTHS, PLURAL)
    assert main({"DATABASE_OWNER_URL": database.url}) == 1
    told = capfd.readouterr().err
    assert told.startswith("Refused: a Better Auth server's tables do not fit, and nothing was changed:\n")
    assert "\nbegin;\n" in told
    assert "\ncommit;\n" in told
    assert main({"DATABASE_OWNER_URL": database.url, "ADOPT": "off"}) == 0
