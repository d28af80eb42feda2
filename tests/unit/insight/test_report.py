"""The week of the owner's desk, as the terminal shows it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, date, datetime

from infra.local.program import PROJECT
from infra.report import lines
from shared.insight.models import Day, Group, Period, Usage
from tests.fixtures.signals import interruptible

A_WEEK = Period(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 8, tzinfo=UTC))


def asked(times: int, readers: int) -> Group:
    return Group("How?", None, times, readers, A_WEEK.since, 0, 0, (), frozenset())


def test_one_is_not_told_as_many() -> None:
    usage = Usage(1, (Day(date(2026, 5, 1), 1, 1, {}, 0),))
    said = list(lines(A_WEEK, usage, {"asked": [asked(12, 4), asked(1, 1)]}, 1))
    assert said[-1] == "\n1 question of 1 reader, 0.0% not answered by the book"
    assert said[-3:-1] == ["     12 x     4 readers  How?", "      1 x      1 reader  How?"]


def test_whoever_stops_it_is_told_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, interruptible():
        variables = {**os.environ, "DATABASE_OWNER_URL": f"postgresql://127.0.0.1:{silent.getsockname()[1]}/docs"}
        command = [sys.executable, "-m", "infra.report"]
        with subprocess.Popen(command, cwd=PROJECT, env=variables, stderr=subprocess.PIPE, text=True) as reporting:  # noqa: S603 (our own module)
            silent.settimeout(120)
            with silent.accept()[0]:
                reporting.send_signal(signal.SIGINT)
                assert reporting.communicate(timeout=120)[1] == "There is no report: stopped\n"
    assert reporting.returncode == 130
