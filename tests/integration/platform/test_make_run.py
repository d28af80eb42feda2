from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infra.local.__main__ import main
from infra.local.components import passages_store
from infra.local.passages import is_empty
from infra.local.ports import LOOPBACK, free_port
from infra.local.process import descendants
from infra.local.program import PROJECT
from infra.local.state import State
from tests.fixtures.loopback import NO_TLS, client_of, get
from tests.fixtures.signals import interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

STARTING_SECONDS = 240.0
STOPPING_SECONDS = 20.0


class Run:
    """`make run` in another process, in our own environment unless another one is given.

    Attributes:
        family: All processes that it consisted of when it was ready.
    """

    def __init__(self, data: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "infra.local", "--data", data, *arguments]
        self.output = data.with_name(f"output-{time.time_ns()}.txt")
        with self.output.open("w") as output, interruptible():
            self.child = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=output)  # noqa: S603 (ours)
        self.family: list[int] = []

    @property
    def said(self) -> str:
        return self.output.read_text("utf-8")

    @property
    def url(self) -> str:
        """Where the API is, once it is ready."""
        until = time.monotonic() + STARTING_SECONDS
        while not (found := re.search(r"http://\S+", self.said)):
            assert self.child.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.02)
        self.family = [self.child.pid, *descendants(self.child.pid)]
        return found[0]

    def leftovers(self, seconds: float) -> list[str]:
        """Command lines of those of the family that still live after so many seconds at most."""
        until = time.monotonic() + seconds
        while (alive := [line for pid in self.family if (line := command_line(pid))]) and time.monotonic() < until:
            time.sleep(0.02)
        return alive

    def end(self, how: signal.Signals) -> int:
        self.child.send_signal(how)
        return self.child.wait(STARTING_SECONDS)


def command_line(pid: int) -> str:
    """Empty for a process that has ended, whether or not its parent has noticed."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8")
    return ""


@pytest.fixture(scope="module")
def data() -> Generator[Path]:
    """Where the runs of this module keep their data; the folder's name has a space in it."""
    with State.temporary() as state:
        yield state.folder / "its data"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


def end_at_once(runs: list[Run]) -> None:
    for each in runs:
        each.child.kill()
        each.child.wait()
        assert each.leftovers(STOPPING_SECONDS) == []


@pytest.fixture
def run(data: Path, port: int) -> Generator[Callable[..., Run]]:
    """Starts the platform; at the end of the test it is killed."""
    started: list[Run] = []

    def start(*arguments: str, port: int | None = port) -> Run:
        started.append(Run(data, *(["--port", str(port)] if port else []), *arguments))
        return started[-1]

    yield start
    end_at_once(started)


ALSO_BY_A_RESTART = pytest.param(signal.SIGINT, marks=pytest.mark.long)


@pytest.mark.parametrize(
    "how",
    [
        ALSO_BY_A_RESTART,
        pytest.param(signal.SIGTERM, marks=pytest.mark.smoke),
        pytest.param(signal.SIGHUP, marks=pytest.mark.long),
    ],
)
def test_fr_021_it_stops_in_peace_and_leaves_no_process_behind(run: Callable[..., Run], how: signal.Signals) -> None:
    platform = run()
    get(f"{platform.url}/health/live")
    stops_in_peace(platform, how)


def stops_in_peace(platform: Run, how: signal.Signals) -> None:
    began = time.monotonic()
    assert platform.end(how) == 0
    assert time.monotonic() - began < STOPPING_SECONDS
    assert platform.leftovers(0) == []


def test_fr_021_no_process_outlives_it_when_it_is_killed_and_the_next_start_works(
    run: Callable[..., Run],
) -> None:
    platform = run()
    get(f"{platform.url}/health/live")
    platform.end(signal.SIGKILL)
    assert platform.leftovers(STOPPING_SECONDS) == []
    with client_of(run().url) as api:
        assert api.get("/health").json()["components"]["database"]["status"] == "ok"


@pytest.fixture(scope="class")
def running(data: Path, port: int) -> Generator[Run]:
    running = Run(data, "--port", str(port), "run")
    assert running.url
    yield running
    end_at_once([running])


class TestWhileItRuns:
    """On one platform: to start another one would take longer than what each of these does."""

    def test_a_second_run_with_the_same_data_says_where_the_first_one_is(self, running: Run, data: Path) -> None:
        second = Run(data)
        try:
            assert second.child.wait(STARTING_SECONDS) == 1
        finally:
            second.child.kill()
        assert f"already running: {running.url}" in second.said

    def test_ingesting_while_it_runs_uses_its_store(self, running: Run, data: Path, tmp_path: Path) -> None:
        (tmp_path / "zebras.md").write_text(
            "# Zebras\n\nA zebra has stripes, and no two zebras have the same.\n", "utf-8"
        )
        with client_of(running.url) as api:
            assert main(["--data", str(data), "ingest", str(tmp_path)]) == 0
            results = found(api, "Do zebras have stripes?")
        assert results[0]["page"] == "zebras"

    def test_a_store_of_passages_that_dies_is_started_again(self, running: Run) -> None:
        assert running.url, "whose family is what runs now"
        [victim, *_] = [pid for pid in running.family if "infra.local.qdrant" in command_line(pid)]
        os.kill(victim, signal.SIGKILL)
        until = time.monotonic() + STARTING_SECONDS
        while "is started again" not in running.said:
            assert running.child.poll() is None, running.said
            assert time.monotonic() < until, running.said
            time.sleep(0.02)
        with client_of(running.url) as api:
            while not api.get("/api/search", params={"q": "transport"}).json().get("results"):
                assert running.child.poll() is None, running.said
                assert time.monotonic() < until, running.said
                time.sleep(0.1)


def found(api: httpx.Client, question: str) -> list[dict[str, Any]]:
    """The first search of a cold function may take longer than a reader should wait, and is refused: ask again."""
    ends_at = time.monotonic() + STARTING_SECONDS
    while not (answer := api.get("/api/search", params={"q": question})).is_success:
        assert time.monotonic() < ends_at, answer.text
        time.sleep(0.1)
    return answer.json()["results"]


@pytest.mark.parametrize("component", ["infra.local.gateway", pytest.param("bin/postgres", marks=pytest.mark.long)])
def test_it_names_the_component_that_died_and_stops_the_others(run: Callable[..., Run], component: str) -> None:
    running = run("run")
    assert running.url
    [victim, *_] = [pid for pid in running.family if component in command_line(pid)]
    os.kill(victim, signal.SIGKILL)
    assert running.child.wait(STOPPING_SECONDS) == 1
    assert re.search(r"(gateway http|PostgreSQL) ended with code -9; the end of .*\.log", running.said)
    assert running.leftovers(0) == []


def test_fr_021_accounts_passages_and_the_url_survive_a_restart(run: Callable[..., Run]) -> None:
    first = run()
    person = {"name": "Ada", "email": f"ada-{time.time_ns()}@example.com", "password": "correct horse battery"}
    with client_of(first.url) as api:
        assert api.post("/api/auth/sign-up/email", json=person).status_code == httpx.codes.OK
    stops_in_peace(first, signal.SIGINT)
    second = run(port=None)
    assert second.url == first.url
    with client_of(second.url) as api:
        assert api.post("/api/auth/sign-in/email", json=person).status_code == httpx.codes.OK
        assert found(api, "Which page describes the outage?")
    assert "reading the project's own" not in second.said


def test_the_pooled_transport_can_be_chosen_and_another_port_is_used_where_the_one_asked_for_is_taken(
    run: Callable[..., Run], port: int
) -> None:
    with closing(socket.create_server((LOOPBACK, port))):
        url = run("--transport", "pooled").url
        assert not url.endswith(f":{port}")
        with client_of(url) as api:
            assert api.get("/health").json()["components"]["database"]["status"] == "ok"


@pytest.mark.long
def test_a_site_that_may_call_is_named_and_signs_people_up(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = "http://localhost:8123"
    monkeypatch.setenv("SITE_ORIGIN", site)
    platform = run()
    local = platform.url.replace("127.0.0.1", "localhost")
    assert f"{site} may call" in platform.said
    assert local in platform.said
    with httpx.Client(base_url=local, headers={"cookie": "a=1"}, timeout=30, trust_env=False, verify=NO_TLS) as api:
        person = {"name": "Ada", "email": f"ada-{time.time_ns()}@example.com", "password": "correct horse battery"}
        signed_up = api.post("/api/auth/sign-up/email", json=person, headers={"origin": site})
        assert signed_up.status_code == httpx.codes.OK, signed_up.text
        assert signed_up.headers["access-control-allow-origin"] == site
        for origin, status in {site: 200, local: 200, "http://localhost:9": 403}.items():
            assert api.post("/api/auth/sign-out", json={}, headers={"origin": origin}).status_code == status


def test_a_site_that_is_no_origin_is_refused_before_anything_starts(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_ORIGIN", "http://localhost:3000/docs")
    refused = run()
    assert refused.child.wait(STARTING_SECONDS) == 1
    assert "SITE_ORIGIN is 'http://localhost:3000/docs'. It has to be an origin" in refused.said


def test_data_is_removed_when_asked_for_and_never_while_it_is_in_use() -> None:
    with State.temporary() as state:
        (state.folder / "kept").touch()
        with state.locked():
            assert main(["--data", str(state.folder), "clean"]) == 1
        assert (state.folder / "kept").exists()
        assert main(["--data", str(state.folder), "clean"]) == 0
        assert not state.folder.exists()
        state.folder.mkdir()


@pytest.mark.long
def test_ingesting_while_nothing_runs_starts_the_store_alone(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Zebras\n\nA zebra has stripes, and no two zebras have the same.\n", "utf-8")
    with State.temporary() as state:
        assert main(["--data", str(state.folder), "ingest", str(tmp_path)]) == 0
        store = passages_store(state)
        store.start()
        store.wait()
        assert not is_empty(store.url)
        store.stop()
