"""What can be said about the transports without a server."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Literal

import pytest

from shared.db import Database, Statement
from shared.db.attempts import Failure
from shared.db.breaker import GuardedDatabase
from shared.db.http import MAX_REQUEST_BYTES, HttpDatabase, endpoint, login_headers, request_body
from shared.db.opening import open_database
from shared.db.pooled import PooledDatabase, encryption
from shared.db.sqlstate import AWAY
from shared.errors import DatabaseUnavailable, Misconfigured, StatementFailed
from shared.settings.database import DatabaseSettings

URL = "postgresql://app:secret@ep-cool-1-pooler.us-east-2.aws.neon.tech/appdb?sslmode=require"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("ep-cool-1-pooler.us-east-2.aws.neon.tech", "https://api.us-east-2.aws.neon.tech/sql"),
        ("ep-cool-1.c-2.us-east-2.aws.neon.tech:5432", "https://api.c-2.us-east-2.aws.neon.tech/sql"),
    ],
)
def test_the_endpoint_is_the_host_with_api_for_its_first_label(host: str, expected: str) -> None:
    assert endpoint(DatabaseSettings(url=f"postgresql://a:b@{host}/d")) == expected


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:1/sql", "http://127.0.0.1:1/sql"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1/sql"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/sql"),
        ("https://proxy.example.com/neon/sql", "https://proxy.example.com/neon/sql"),
        ("https://proxy.example.com/sql?tenant=a%20b", "https://proxy.example.com/sql?tenant=a%20b"),
        ("https://proxy.example.com?tenant=a", "https://proxy.example.com/sql?tenant=a"),
    ],
)
def test_the_endpoint_can_be_set_with_a_path_or_without(given: str, used: str) -> None:
    assert endpoint(DatabaseSettings(url=URL, http_endpoint=given)) == used


def test_neons_local_proxy_is_known_by_its_documented_name() -> None:
    local = DatabaseSettings(url="postgres://postgres:postgres@db.localtest.me:5432/main")
    assert endpoint(local) == "http://db.localtest.me:4444/sql"
    assert repr(HttpDatabase(local)) == "HttpDatabase(db.localtest.me:4444)"


@pytest.mark.parametrize("host", ["pg.example.com", "127.0.0.1", "localhost", "[::1]", "neon.tech", "evilneon.tech"])
def test_a_host_that_is_not_neons_is_refused_by_name_before_a_password_leaves(host: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        HttpDatabase(DatabaseSettings(url=f"postgresql://app:secret@{host}/appdb"))
    reason = str(caught.value.__cause__)
    assert host.strip("[]") in reason
    assert "DATABASE_TRANSPORT=pooled" in reason
    assert "secret" not in reason


def test_the_connection_string_travels_as_one_line_of_ascii() -> None:
    sent = login_headers("postgres://user:p%40ss wörd\r\nX: y@host/db")["Neon-Connection-String"]

    assert sent == "postgresql://user:p%40ss%20w%C3%B6rd%0D%0AX:%20y@host/db"


def test_a_batch_that_neon_would_refuse_for_its_size_is_not_sent() -> None:
    with pytest.raises(StatementFailed):
        request_body((Statement("select $1::text", ("x" * MAX_REQUEST_BYTES,)),))


def test_tls_is_verified_in_full_beyond_this_machine() -> None:
    neon = encryption("ep-cool-1-pooler.us-east-2.aws.neon.tech", "/ca.pem")
    other = encryption("db.example.com", "/ca.pem")

    assert neon == {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "sslnegotiation": "direct"}
    assert other == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}
    assert encryption("127.0.0.1", None) == {"sslmode": "disable"}
    assert encryption("neon.tech.example.com", "/ca.pem") == other


def test_a_senseless_port_is_a_mistake_in_the_settings_and_is_not_shown() -> None:
    with pytest.raises(Misconfigured) as caught:
        PooledDatabase(DatabaseSettings(url="postgresql://a:pass/word@host/db"))

    assert "word" not in repr(caught.value.__cause__)


def test_a_host_that_nobody_knows_is_not_looked_up_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_knows(*_: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_knows)
    with pytest.raises(DatabaseUnavailable) as caught:
        PooledDatabase(DatabaseSettings("postgresql://a:b@nowhere.example/d", ca_file="/ca.pem")).run(
            Statement("select 1")
        )

    assert isinstance(caught.value.__cause__, Failure)
    assert caught.value.__cause__.verdict == AWAY


@pytest.mark.parametrize("transport", ["http", "pooled"])
def test_a_database_is_guarded_unconnected_and_shows_no_secret(transport: Literal["http", "pooled"]) -> None:
    database = open_database(DatabaseSettings(url=URL, transport=transport, ca_file="/ca.pem"))

    assert isinstance(database, GuardedDatabase)
    assert "secret" not in repr(database)
    assert Database in type(database).__mro__


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("shared.db", {"psycopg", "http.client", "httpx"}),
        ("shared.db.http", {"psycopg", "httpx", "requests", "urllib3"}),
        ("shared.db.pooled", {"http.client", "httpx", "requests", "urllib3"}),
    ],
)
def test_a_transport_imports_only_what_it_speaks(module: str, unwanted: set[str]) -> None:
    """Beyond what the logger, which every function needs, has imported already."""
    code = (
        f"import sys, shared.observability; was = set(sys.modules); import {module}; print(*(set(sys.modules) - was))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 (ours)

    assert not unwanted & set(run.stdout.split())


IMPORTED = "import sys; print(sorted({'boto3', 'snapshot_restore_py'} & set(sys.modules)))"
OPEN = "from shared.db.opening import open_database; from shared.settings.database import DatabaseSettings; "


@pytest.mark.parametrize(("kind", "imported"), [("snap-start", "['snapshot_restore_py']"), ("on-demand", "[]")])
def test_hooks_for_snapshots_are_imported_under_snapstart_alone(kind: str, imported: str) -> None:
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": kind, "DATABASE_URL": URL}
    code = f"{OPEN} open_database(DatabaseSettings.read()); {IMPORTED}"

    run = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == imported
