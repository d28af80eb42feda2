"""How many environments there are when several functions want them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.unit.gateway.conftest import running_gateway

if TYPE_CHECKING:
    from pathlib import Path


def test_an_idle_environment_makes_room_for_another_function(tmp_path: Path) -> None:
    with running_gateway(tmp_path, "--cap", "2", "--cap-overall", "2") as gateway:
        gateway.get("/event")
        gateway.get("/raises")  # now both places are taken, and idle

        assert gateway.get("/returns-much?size=1").text == "x"

        figures = {name: gateway.figures(name)["environments"] for name in ("wholeEvent", "raises", "returnsMuch")}
        assert figures == {"wholeEvent": 0, "raises": 1, "returnsMuch": 1}


def test_a_busy_function_does_not_starve_another(tmp_path: Path) -> None:
    with running_gateway(tmp_path, "--cap", "2", "--cap-overall", "2") as gateway, ThreadPoolExecutor(6) as threads:
        busy = [threads.submit(gateway.get, "/sleeps?seconds=1") for _ in range(6)]
        until = time.monotonic() + 60
        while gateway.begun("sleeps") < 2 and time.monotonic() < until:
            time.sleep(0.02)

        other = gateway.get("/returns-much?size=1")

        assert other.text == "x"
        assert not all(each.done() for each in busy)
        assert {each.result().status_code for each in busy} == {200}


def test_prewarming_starts_one_environment_of_each_function(tmp_path: Path) -> None:
    with running_gateway(tmp_path, "--prewarm") as gateway:
        until = time.monotonic() + 120
        while gateway.figures("measures")["environments"] == 0 and time.monotonic() < until:
            time.sleep(0.05)

        gateway.get("/event")

        assert gateway.figures("wholeEvent") == {"environments": 1, "coldStarts": 1, "invocations": 1}
