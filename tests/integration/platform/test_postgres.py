from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from infra.local.postgres import Postgres
from infra.local.postgres_binaries import Origin, find_binaries
from infra.local.state import State
from tests.fixtures.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(scope="module", params=["system", "wheel"])
def server(request: pytest.FixtureRequest) -> Generator[Postgres]:
    """A server to break, of either kind, in a folder whose name has a space in it; each test leaves it running."""
    origin: Origin = request.param
    try:
        find_binaries(origin)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    with State.temporary() as state, Postgres(state, origin) as server:
        yield server


def ask(server: Postgres, question: str) -> object:
    return ask_at(server.owner_url, question)


def ask_at(url: str, question: str) -> object:
    with psycopg.connect(url, connect_timeout=2) as connection:
        [answer] = connection.execute(question.encode()).fetchone() or [None]
        return answer


def test_a_server_listens_on_loopback_alone_and_on_no_socket_file(server: Postgres) -> None:
    assert ask(server, "select current_setting('listen_addresses')") == "127.0.0.1"
    assert ask_at(server.superuser_url, "select current_setting('unix_socket_directories')") == ""


def test_a_server_speaks_utf8_and_lets_as_many_in_as_the_tests_need(server: Postgres) -> None:
    assert ask(server, "select current_setting('server_encoding')") == "UTF8"
    assert ask(server, "select datcollate from pg_database where datname = 'docs'") == "C.UTF-8"
    assert ask(server, "select current_setting('max_connections')") == "120"


def test_the_owner_may_create_roles_and_is_no_superuser(server: Postgres) -> None:
    assert ask(server, "select rolcreaterole and not rolsuper from pg_roles where rolname = current_user") is True


def test_a_wrong_password_is_refused(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("docs_owner", "wrong"))


def test_a_server_never_runs_as_root(server: Postgres) -> None:
    assert server.process is not None
    assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0


def test_rows_survive_a_stop_and_a_crash_and_both_starts_are_quick(server: Postgres) -> None:
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("create table kept as select 1 as number")
    for end in (server.stop, server.kill):
        end()
        with pytest.raises(psycopg.OperationalError):
            ask(server, "select 1")
        with Stopwatch() as took:
            server.start()
        assert took.least < 2
        assert ask(server, "select number from kept") == 1


def test_a_frozen_server_lets_nobody_in_until_it_is_thawed(server: Postgres) -> None:
    server.freeze()
    with pytest.raises(psycopg.errors.ConnectionTimeout):
        ask(server, "select 1")
    server.thaw()
    assert ask(server, "select 1") == 1


def test_a_frozen_server_answers_nobody_who_is_already_in(server: Postgres) -> None:
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        asking = threading.Thread(target=connection.execute, args=["select 1"])
        server.freeze()
        asking.start()
        asking.join(0.3)
        assert asking.is_alive()
        server.thaw()
        asking.join(5)
        assert not asking.is_alive()


def test_data_of_another_version_is_refused_by_name(server: Postgres) -> None:
    server.stop()
    mark = server.data / "PG_VERSION"
    version = mark.read_text("ascii")
    mark.write_text("9\n", "ascii")
    with pytest.raises(FileNotFoundError, match="no PostgreSQL 9 found"):
        server.start()
    mark.write_text(version, "ascii")
    server.start()
