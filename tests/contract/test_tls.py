"""The pooled transport over TLS: the server must prove to be the host that the settings name."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest

from infra.local.postgres import Postgres
from infra.local.relay import Relay
from infra.local.state import State
from shared.db import Statement
from shared.db.attempts import UNHURRIED_SECONDS
from shared.db.opening import open_transport
from shared.errors import DatabaseUnavailable
from shared.settings.database import DatabaseSettings
from tests.unit.certificates import self_signed

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@dataclass(frozen=True)
class Encrypted:
    """A server that speaks TLS as `localhost`."""

    postgres: Postgres
    ca_file: str

    def settings(self, host: str, port: int | None = None, ca_file: str | None = None) -> DatabaseSettings:
        here = f"@{self.postgres.host}:{self.postgres.port}/"
        url = self.postgres.owner_url.replace(here, f"@{host}:{port or self.postgres.port}/")
        return DatabaseSettings(url=url, transport="pooled", ca_file=ca_file or self.ca_file)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Generator[Encrypted]:
    pem = self_signed()
    ca_file = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca_file.write_text(pem, "ascii")
    with State.temporary() as state, Postgres(state) as server:
        state.write_unprivileged(server.data / "server.crt", pem)
        state.write_unprivileged(server.data / "server.key", pem)
        try:
            with psycopg.connect(server.superuser_url, autocommit=True) as superuser:
                superuser.execute("alter system set ssl = on")
                superuser.execute("select pg_reload_conf()")
        except psycopg.Error as error:
            pytest.skip(f"this PostgreSQL was built without TLS: {error}")
        yield Encrypted(server, str(ca_file))


ENCRYPTED = Statement("select ssl from pg_stat_ssl where pid = pg_backend_pid()")


def test_a_server_that_proves_its_name_is_spoken_to_and_kept(encrypted: Encrypted) -> None:
    with Relay(encrypted.postgres.port) as relay:
        database = open_transport(encrypted.settings("localhost", relay.port))
        database.run(ENCRYPTED)
        with relay.count() as passed:
            rows = [database.run(ENCRYPTED)[0].values for _ in range(3)]
        database.close()

    assert rows == [((True,),)] * 3
    assert (passed.flights, passed.connections) == (3, 0)


def test_a_server_of_another_name_is_refused(encrypted: Encrypted) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        open_transport(encrypted.settings("127.0.0.1")).run(ENCRYPTED)

    assert "does not match" in str(caught.value.__cause__)


def test_a_server_of_an_unknown_authority_is_refused(encrypted: Encrypted, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(self_signed(), "ascii")

    with pytest.raises(DatabaseUnavailable) as caught:
        open_transport(encrypted.settings("localhost", ca_file=str(other))).run(ENCRYPTED)

    assert "certificate verify failed" in str(caught.value.__cause__)


def test_a_port_that_accepts_and_never_shakes_hands_is_found_out_early(encrypted: Encrypted) -> None:
    with Relay(encrypted.postgres.port) as relay:
        relay.accept_silently()
        began = time.monotonic()

        with pytest.raises(DatabaseUnavailable):
            open_transport(encrypted.settings("localhost", relay.port)).run(ENCRYPTED, idempotent=True)

    assert time.monotonic() - began < UNHURRIED_SECONDS * 0.8  # what is waited for an answer
