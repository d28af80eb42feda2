from __future__ import annotations

import shutil
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from psycopg import sql

from infra.migrate import MIGRATIONS, MigrationRefused, main, migrate

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.pgbouncer import PgBouncer
    from infra.local.postgres import Postgres

BETTER_AUTHS_OWN = Path(__file__).parents[4] / "shared" / "vectors" / "better_auth_schema.sql"

TEXT, REQUIRED_TEXT = ("text", False, None), ("text", True, None)
TIME, REQUIRED_TIME = ("timestamp with time zone", False, None), ("timestamp with time zone", True, None)
NOW = ("timestamp with time zone", True, "CURRENT_TIMESTAMP")

EXPECTED_COLUMNS = {
    "user": {
        "id": REQUIRED_TEXT,
        "name": REQUIRED_TEXT,
        "email": REQUIRED_TEXT,
        "emailVerified": ("boolean", True, None),
        "image": TEXT,
        "createdAt": NOW,
        "updatedAt": NOW,
    },
    "session": {
        "id": REQUIRED_TEXT,
        "expiresAt": REQUIRED_TIME,
        "token": REQUIRED_TEXT,
        "createdAt": NOW,
        "updatedAt": REQUIRED_TIME,
        "ipAddress": TEXT,
        "userAgent": TEXT,
        "userId": REQUIRED_TEXT,
    },
    "account": {
        "id": REQUIRED_TEXT,
        "accountId": REQUIRED_TEXT,
        "providerId": REQUIRED_TEXT,
        "userId": REQUIRED_TEXT,
        "accessToken": TEXT,
        "refreshToken": TEXT,
        "idToken": TEXT,
        "accessTokenExpiresAt": TIME,
        "refreshTokenExpiresAt": TIME,
        "scope": TEXT,
        "password": TEXT,
        "createdAt": NOW,
        "updatedAt": REQUIRED_TIME,
    },
    "verification": {
        "id": REQUIRED_TEXT,
        "identifier": REQUIRED_TEXT,
        "value": REQUIRED_TEXT,
        "expiresAt": REQUIRED_TIME,
        "createdAt": NOW,
        "updatedAt": NOW,
    },
    "jwks": {
        "id": REQUIRED_TEXT,
        "publicKey": REQUIRED_TEXT,
        "privateKey": REQUIRED_TEXT,
        "createdAt": REQUIRED_TIME,
        "expiresAt": TIME,
        "alg": TEXT,
        "crv": TEXT,
    },
    "rateLimit": {
        "id": REQUIRED_TEXT,
        "key": REQUIRED_TEXT,
        "count": ("integer", True, None),
        "lastRequest": ("bigint", True, None),
    },
}

EXPECTED_CONSTRAINTS = {
    "account_pkey": "PRIMARY KEY (id)",
    "account_userId_fkey": 'FOREIGN KEY ("userId") REFERENCES "user"(id) ON DELETE CASCADE',
    "jwks_pkey": "PRIMARY KEY (id)",
    "rateLimit_key_key": "UNIQUE (key)",
    "rateLimit_pkey": "PRIMARY KEY (id)",
    "session_pkey": "PRIMARY KEY (id)",
    "session_token_key": "UNIQUE (token)",
    "session_userId_fkey": 'FOREIGN KEY ("userId") REFERENCES "user"(id) ON DELETE CASCADE',
    "user_email_key": "UNIQUE (email)",
    "user_pkey": "PRIMARY KEY (id)",
    "verification_pkey": "PRIMARY KEY (id)",
}

EXPECTED_INDEXES = {
    *("account_pkey", "account_userId_idx", "jwks_pkey", "rateLimit_key_key", "rateLimit_pkey", "session_pkey"),
    *("session_token_key", "session_userId_idx", "user_email_key", "user_pkey", "verification_identifier_idx"),
    "verification_pkey",
}

COLUMNS = """
    select relname, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
      from pg_attribute join pg_class on pg_class.oid = attrelid
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where relname = any(%s) and relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0
     order by attrelid, attnum
"""
CONSTRAINTS = """
    select conname, pg_get_constraintdef(oid) from pg_constraint
     where conrelid::regclass::text = any(%s) and contype in ('p', 'u', 'f')
"""
INDEXES = "select indexname from pg_indexes where tablename = any(%s)"


@pytest.fixture
def database(postgres: Postgres) -> Generator[str]:
    """The owner's connection string to an empty database."""
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield postgres.owner_url.removesuffix("docs") + name
        connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with one migration in it."""
    (tmp_path / "0001_one.sql").write_text("create table one (id int); insert into one values (1)", "utf-8")
    return tmp_path


TALKS: Final = """
    insert into "user" (id, name, email, "emailVerified") values ('ada', 'Ada', 'ada@example.com', false);
    insert into conversation (id, user_id, title, created_at, updated_at)
    values ('00000000-0000-4000-8000-000000000000', 'ada', 'title', now(), now());
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select gen_random_uuid(), '00000000-0000-4000-8000-000000000000', 'ada', n, 'user', 'gearbox ' || n, now()
      from generate_series(1, 3) n;
"""
SEARCHED: Final = "select count(*) from found_messages(search_query(%s), 50)"


def test_what_was_stored_with_an_index_of_words_is_found_without(database: str, tmp_path: Path) -> None:
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.stem < "0070":
            shutil.copy(file, tmp_path)
    migrate(database, folder=tmp_path, say=quietly)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TALKS)
        migrate(database, say=quietly)
        connection.execute("select set_config('app.user_id', 'ada', false)")
        assert connection.execute(SEARCHED, ["gearb"]).fetchone() == (1,)
        assert connection.execute("select to_regclass('message_words')").fetchone() == (None,)


def quietly(_: str) -> None:
    """Say nothing."""


def query(url: str, question: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.encode(), parameters or None).fetchall()


def pairs(url: str, question: str, *parameters: object) -> list[tuple[object, object]]:
    return [(first, second) for first, second in query(url, question, *parameters)]


def execute(url: str, statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())


def catalog(url: str) -> dict[str, object]:
    """Better Auth's tables as Postgres knows them."""
    names = list(EXPECTED_COLUMNS)
    columns: dict[object, dict[object, object]] = {}
    for table, column, *rest in query(url, COLUMNS, names):
        columns.setdefault(table, {})[column] = tuple(rest)
    quoted = [f'"{name}"' if name in {"user", "rateLimit"} else name for name in names]
    return {
        "columns": columns,
        "constraints": dict(pairs(url, CONSTRAINTS, quoted)),
        "indexes": {name for [name] in query(url, INDEXES, names)},
    }


def test_fr_005_the_tables_are_better_auths_column_for_column(database: str) -> None:
    migrate(database, say=quietly)
    assert catalog(database) == {
        "columns": EXPECTED_COLUMNS,
        "constraints": EXPECTED_CONSTRAINTS,
        "indexes": EXPECTED_INDEXES,
    }


@pytest.mark.skipif(not BETTER_AUTHS_OWN.exists(), reason="the statements that Better Auth compiled are not here")
def test_fr_005_the_tables_equal_those_that_better_auth_makes(database: str, postgres: Postgres) -> None:
    statements, _, _ = BETTER_AUTHS_OWN.read_text("utf-8").partition("-- Part 2")
    execute(database, statements)
    assert catalog(database) == catalog(postgres.owner_url)


def test_fr_005_a_database_with_better_auths_tables_and_people_is_adopted(database: str) -> None:
    better_auth = (MIGRATIONS / "0001_better_auth.sql").read_text("utf-8").partition("grant")[0]
    execute(database, better_auth)
    execute(database, """insert into "user" values ('u1', 'Ada', 'ada@example.com', true)""")
    migrate(database, say=quietly)
    assert query(database, 'select name from "user"') == [("Ada",)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('alter table "session" drop column "token"', 'table "session" has no column "token" (text)'),
        (
            'alter table "session" alter "expiresAt" type timestamp',
            'column "session"."expiresAt" is timestamp without time zone, we need timestamp with time zone',
        ),
    ],
)
def test_fr_005_tables_that_do_not_fit_are_refused_by_name_and_nothing_is_changed(
    database: str, change: str, complaint: str
) -> None:
    execute(database, (MIGRATIONS / "0001_better_auth.sql").read_text("utf-8").partition("grant")[0])
    execute(database, change)
    with pytest.raises(MigrationRefused) as refused:
        migrate(database, say=quietly)
    assert complaint in str(refused.value)
    assert query(database, "select to_regclass('schema_migration')") == [(None,)]


def test_fr_005_text_of_limited_length_and_further_columns_and_tables_fit(database: str) -> None:
    execute(database, (MIGRATIONS / "0001_better_auth.sql").read_text("utf-8").partition("grant")[0])
    execute(database, 'alter table "user" alter name type varchar(255), add column "twoFactorEnabled" boolean')
    execute(database, "create table passkey (id text primary key)")
    migrate(database, say=quietly)
    assert query(database, "select count(*) from schema_migration where name = '0001_better_auth'") == [(1,)]


def test_the_functions_role_is_limited_and_owns_nothing(postgres: Postgres) -> None:
    limits = "select unnest(setconfig) from pg_db_role_setting where setrole = 'docs_app'::regrole"
    assert set(query(postgres.owner_url, limits)) == {
        ("statement_timeout=5s",),
        ("idle_in_transaction_session_timeout=10s",),
        ("lock_timeout=2s",),
    }
    rights = "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'docs_app'"
    assert query(postgres.owner_url, rights) == [(False, False, False, False)]
    # but for what another test's session has for itself
    owned = "select relname from pg_class where relowner = 'docs_app'::regrole and relpersistence <> 't'"
    assert query(postgres.owner_url, owned) == []


def test_the_functions_role_reads_and_writes_the_tables_of_auth(postgres: Postgres) -> None:
    with psycopg.connect(postgres.app_url) as connection:
        for table in EXPECTED_COLUMNS:
            connection.execute(sql.SQL("select from {} for update").format(sql.Identifier(table)))


def test_the_functions_role_may_not_change_the_schema(postgres: Postgres) -> None:
    with psycopg.connect(postgres.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table mine (id int)")


def test_fr_020_migrations_are_applied_once_in_order(database: str, files: Path) -> None:
    (files / "0002_two.sql").write_text("insert into one values (2)", "utf-8")
    said: list[str] = []
    for _ in range(2):
        migrate(database, folder=files, say=said.append)
    assert query(database, "select id from one order by id") == [(1,), (2,)]
    assert said == [
        *("applied 0001_one", "applied 0002_two", "2 migrations applied, 0 were there"),
        "0 migrations applied, 2 were there",
    ]


def test_fr_020_a_migration_that_fails_leaves_nothing_behind_and_those_before_it_stay(
    database: str, files: Path
) -> None:
    (files / "0002_bad.sql").write_text("create table two (id int); select 1 / 0", "utf-8")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(database, folder=files, say=quietly)
    assert query(database, "select name, to_regclass('two') from schema_migration") == [("0001_one", None)]


def test_fr_020_a_file_that_changed_after_it_was_applied_is_refused(database: str, files: Path) -> None:
    migrate(database, folder=files, say=quietly)
    (files / "0001_one.sql").write_text("create table one (id bigint)", "utf-8")
    with pytest.raises(MigrationRefused, match=r"0001_one\.sql changed after it was applied"):
        migrate(database, folder=files, say=quietly)


def test_fr_020_an_applied_file_that_is_gone_is_refused(database: str, files: Path) -> None:
    migrate(database, folder=files, say=quietly)
    (files / "0001_one.sql").rename(files / "0002_one.sql")
    with pytest.raises(MigrationRefused, match="0001_one was applied to this database, but there is no such file"):
        migrate(database, folder=files, say=quietly)


@pytest.mark.parametrize("name", ["0001_again.sql", "two.sql", "0002-two.sql"])
def test_fr_020_files_without_a_number_of_their_own_are_refused(database: str, files: Path, name: str) -> None:
    (files / name).write_text("select 1", "utf-8")
    with pytest.raises(MigrationRefused):
        migrate(database, folder=files, say=quietly)


def test_fr_020_two_runners_at_once_wait_for_each_other(database: str, files: Path) -> None:
    (files / "0002_slow.sql").write_text("select pg_sleep(0.3); insert into one values (2)", "utf-8")
    said: list[str] = []
    how = {"folder": files, "say": said.append}
    runners = [threading.Thread(target=migrate, args=[database], kwargs=how) for _ in range(2)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert query(database, "select count(*) from one") == [(2,)]
    assert "waiting for another migration to end" in said
    assert "0 migrations applied, 2 were there" in said


def test_fr_020_a_migration_gives_up_on_a_lock_instead_of_blocking_everybody(database: str, files: Path) -> None:
    migrate(database, folder=files, say=quietly)
    (files / "0002_two.sql").write_text(
        "set local lock_timeout = '50ms'; alter table one add column name text", "utf-8"
    )
    with psycopg.connect(database) as reader:
        reader.execute("select from one")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            migrate(database, folder=files, say=quietly)


def test_fr_020_every_migration_runs_with_limits_that_it_need_not_set(database: str, files: Path) -> None:
    limits = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    chosen = ", ".join(f"current_setting('{name}') as {name}" for name in limits)
    (files / "0002_limits.sql").write_text(f"create table limits as select {chosen}", "utf-8")
    (files / "0003_more.sql").write_text(f"insert into limits select {chosen}", "utf-8")
    # what runs outside a transaction takes long; what comes after it has the limits again
    (files / "0004_long.sql").write_text(f"-- outside a transaction\ninsert into limits select {chosen};\n", "utf-8")
    (files / "0005_last.sql").write_text(f"insert into limits select {chosen}", "utf-8")
    migrate(database, folder=files, say=quietly)
    assert query(database, "select * from limits") == [
        ("4s", "1min", "1min"),
        ("4s", "1min", "1min"),
        ("1min", "0", "1min"),
        ("4s", "1min", "1min"),
    ]


def test_messages_that_were_stored_before_their_script_could_be_searched_are_found_afterwards(
    database: str, tmp_path: Path
) -> None:
    before = [each for each in MIGRATIONS.glob("*.sql") if each.name < "0033"]
    for each in before:
        shutil.copy(each, tmp_path)
    migrate(database, folder=tmp_path, say=quietly)
    execute(
        database,
        """
        insert into "user" (id, name, email, "emailVerified") values ('u1', 'Ada', 'ada@example.com', true);
        insert into conversation (id, user_id, title, created_at, updated_at)
        values (gen_random_uuid(), 'u1', '启动电机', now(), now());
        insert into message (id, conversation_id, user_id, seq, role, content, created_at)
        select gen_random_uuid(), id, 'u1', 1, 'user', '如何启动电机', now() from conversation
        """,
    )
    matching = """
        select count(*) from conversation join message on message.conversation_id = conversation.id
         where title_words @@ search_query('电机') and words @@ search_query('电机')
    """
    assert query(database, matching) == [(0,)]
    migrate(database, say=quietly)
    assert query(database, matching) == [(1,)]


def test_the_functions_role_logs_in_with_the_password_of_its_address(database: str, postgres: Postgres) -> None:
    migrate(database, postgres.app_url, say=quietly)
    assert query(postgres.app_url, "select current_user::text") == [("docs_app",)]


@pytest.mark.parametrize("url", ["postgresql://somebody:secret@h/d", "postgresql://docs_app@h/d"])
def test_an_address_of_another_role_or_without_a_password_is_refused(database: str, url: str) -> None:
    with pytest.raises(MigrationRefused, match="must name the role docs_app"):
        migrate(database, url, say=quietly)


def test_a_role_that_row_level_security_would_not_hold_for_is_refused(postgres: Postgres, database: str) -> None:
    execute(postgres.superuser_url, "alter role docs_app bypassrls")
    try:
        with pytest.raises(psycopg.errors.RaiseException, match="too powerful"):
            migrate(database, say=quietly)
    finally:
        execute(postgres.superuser_url, "alter role docs_app nobypassrls")


def test_the_command_line_says_what_it_did_and_no_secret(
    database: str, postgres: Postgres, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main({"DATABASE_OWNER_URL": database, "DATABASE_URL": postgres.app_url})
    said = "".join(capfd.readouterr())
    assert code == 0
    assert "applied 0001_better_auth" in said
    assert postgres.secrets.app_password not in said
    assert postgres.secrets.owner_password not in said


def test_the_command_line_says_that_it_refused(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main({"DATABASE_OWNER_URL": database, "DATABASE_URL": "postgresql://somebody:hush@127.0.0.1/d"}) == 1
    assert "Refused: DATABASE_URL must name the role docs_app" in capfd.readouterr().err


def test_the_command_line_asks_for_the_owners_address(capfd: pytest.CaptureFixture[str]) -> None:
    assert main({}) == 2
    assert "DATABASE_OWNER_URL" in capfd.readouterr().out


@pytest.mark.parametrize("url", ["postgresql://o:hush@127.0.0.1:1/d", "postgresql://o:hush@127.0.0.1:x/d"])
def test_the_command_line_fails_without_showing_the_password(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main({"DATABASE_OWNER_URL": url}) == 1
    assert "hush" not in "".join(capfd.readouterr())


def test_every_migration_file_ends_with_a_newline_and_has_a_number_of_its_own() -> None:
    names = sorted(file.name for file in MIGRATIONS.glob("*.sql"))
    numbers = [int(name[:4]) for name in names]
    assert numbers[0] == 0
    assert len(set(numbers)) == len(numbers)


def test_a_pooler_is_refused_naming_the_direct_address(capsys: pytest.CaptureFixture[str]) -> None:
    neons = "postgresql://owner:secret@ep-cool-1-pooler.us-east-2.aws.neon.tech/appdb?sslmode=require"
    assert main({"DATABASE_OWNER_URL": neons}) == 2
    said = capsys.readouterr().err
    assert "ep-cool-1.us-east-2.aws.neon.tech" in said
    assert "secret" not in said


def test_any_other_pooler_is_refused_and_nothing_of_us_stays_in_its_sessions(
    pgbouncer: PgBouncer, postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    through_it = postgres.owner_url.replace(f":{postgres.port}/", f":{pgbouncer.port}/")
    assert main({"DATABASE_OWNER_URL": through_it}) == 2
    assert "a pooler answers" in capsys.readouterr().err
    locks = "select from pg_locks join pg_database on oid = database where locktype = 'advisory' and datname = 'docs'"
    assert query(postgres.superuser_url, locks) == []
    migrate(postgres.owner_url, say=quietly)  # at once: nobody holds its lock


CONCURRENTLY: Final = """-- outside a transaction
-- What was interrupted leaves an index that does not count.
drop index concurrently if exists one_id;
create index concurrently one_id on one (id);
-- again until nothing changes
update one set id = 2 where ctid = any (array(select ctid from one where id = 1 limit 100));
"""


def test_an_index_is_built_concurrently_and_a_backfill_goes_on_until_nothing_changes(
    database: str, files: Path
) -> None:
    (files / "0001_one.sql").write_text(
        "create table one (id int); insert into one select 1 from generate_series(1, 450)"
    )
    (files / "0002_index.sql").write_text(CONCURRENTLY, "utf-8")
    for _ in range(2):
        migrate(database, folder=files, say=quietly)
    assert query(database, "select count(*) from one where id = 2") == [(450,)]
    assert query(database, "select indisvalid from pg_index where indexrelid = 'one_id'::regclass") == [(True,)]


def test_what_was_interrupted_outside_a_transaction_begins_again(database: str, files: Path) -> None:
    failing = "select 1 / count(*) from one where id = 7;\n"
    (files / "0002_index.sql").write_text(f"{CONCURRENTLY}{failing}", "utf-8")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(database, folder=files, say=quietly)
    query(database, "insert into one values (7) returning 1")
    migrate(database, folder=files, say=quietly)
    assert query(database, "select count(*) from schema_migration") == [(2,)]


def test_an_older_checkout_goes_on_with_a_newer_database_and_says_so(database: str, files: Path) -> None:
    (files / "0002_two.sql").write_text("create table two ()", "utf-8")
    migrate(database, folder=files, say=quietly)
    (files / "0002_two.sql").unlink()
    said: list[str] = []
    migrate(database, folder=files, say=said.append)
    assert said[0].endswith("applied by that: 0002_two")


def test_an_older_checkout_knows_what_a_later_version_has_slipped_in_between(database: str, files: Path) -> None:
    (files / "0003_three.sql").write_text("create table three ()", "utf-8")
    migrate(database, folder=files, say=quietly)
    (files / "0002_two.sql").write_text("create table two ()", "utf-8")
    migrate(database, folder=files, say=quietly)
    (files / "0002_two.sql").unlink()
    migrate(database, folder=files, say=quietly)


def test_an_older_checkout_stops_where_a_later_version_says_that_it_cannot_go_on(database: str, files: Path) -> None:
    (files / "0002_two.sql").write_text("-- older code cannot work with this\ndrop table one", "utf-8")
    migrate(database, folder=files, say=quietly)
    (files / "0002_two.sql").unlink()
    with pytest.raises(MigrationRefused, match="0002_two was applied by a later version"):
        migrate(database, folder=files, say=quietly)
