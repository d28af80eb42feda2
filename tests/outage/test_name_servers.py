"""A name server that is silent, slow, wrong or gone, and silent addresses: no longer a wait than for a dead port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Final

import pytest

from infra.local.gateway.serverless import read_serverless
from infra.local.program import PROJECT
from tests.outage.own_network import command, needs_own_network, unshared

CHAT_SECONDS: Final = 1.5
READ_SECONDS: Final = 3.5
LATER_SECONDS: Final = 0.05
ROOM: Final = 0.5
"""For a busy machine. The waits themselves are bounded by clocks."""

MANNERS: Final = ("silent", "refused", "slow", "nonsense", "servfail")


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    needs_own_network()


def seen(scenario: str) -> dict[str, Any]:
    resolver = read_serverless(PROJECT / "serverless.yml", {})["provider"]["environment"]
    program = [*unshared(), sys.executable, "-m", "tests.outage.name_servers", scenario]
    environment = {"PATH": os.environ["PATH"], "POWERTOOLS_LOG_LEVEL": "CRITICAL", **resolver}
    done = subprocess.run(program, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 (ours)
    return json.loads(done.stdout)


@pytest.mark.parametrize("manner", MANNERS)
def test_who_has_reached_nobody_yet_hears_soon_that_a_name_is_not_found(manner: str) -> None:
    found = seen(f"never {manner}")
    assert found["outcomes"] == ["database_unavailable", "QueueUnavailable", "NotFound", "database_unavailable"]
    assert found["chat"] < CHAT_SECONDS + ROOM  # with the queue, whose name is looked up as well
    assert found["read"] < READ_SECONDS
    assert found["later"] < LATER_SECONDS + ROOM


@pytest.mark.parametrize("manner", ["silent", "slow", "nonsense", "servfail"])
def test_a_host_that_was_reached_once_is_reached_at_the_addresses_that_it_had(manner: str) -> None:
    found = seen(f"once {manner}")
    assert found["outcomes"] == ["answered"]
    assert found["first"] < CHAT_SECONDS
    assert found["later"] < LATER_SECONDS + ROOM


def test_a_silent_address_before_others_costs_the_first_connection_alone() -> None:
    found = seen("address ::1")
    assert found["outcomes"] == ["answered"]
    assert found["first"] < CHAT_SECONDS
    assert found["later"] < found["first"]


def test_tls_that_never_finishes_is_given_up_like_a_dead_port() -> None:
    found = seen("tls")
    assert found["outcomes"] == ["database_unavailable"]
    assert found["chat"] < CHAT_SECONDS
    assert found["read"] < READ_SECONDS


def test_a_name_server_that_takes_its_time_is_waited_for() -> None:
    assert seen("late")["outcomes"] == ["answered"]


def test_nothing_is_sent_in_clear_where_a_name_of_this_machine_leads_elsewhere() -> None:
    assert seen("elsewhere")["outcomes"] == ["database_unavailable", "database_unavailable"]


@pytest.mark.long
def test_every_row_of_the_table_of_names_holds_for_the_whole_platform() -> None:
    words = command("pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/outage/names_away.py")
    done = subprocess.run(words, cwd=PROJECT, check=False, capture_output=True, text=True)  # noqa: S603 (ours)
    assert done.returncode == 0, done.stdout + done.stderr
