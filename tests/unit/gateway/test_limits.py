"""How many environments there are when several functions want them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.fixtures.waiting import until
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
    soon, late = tmp_path / "soon", tmp_path / "late"
    with running_gateway(tmp_path, "--cap", "2", "--cap-overall", "2") as gateway, ThreadPoolExecutor(7) as threads:
        busy = [threads.submit(gateway.waits, soon) for _ in range(2)]
        until(lambda: gateway.begun("waits") == 2, "both places are taken")
        busy += [threads.submit(gateway.waits, late) for _ in range(4)]
        other = threads.submit(gateway.get, "/returns-much?size=1")

        soon.touch()

        assert other.result().text == "x"
        late.touch()
        assert {each.result().status_code for each in busy} == {200}


def test_one_function_may_have_more_environments_than_the_others(tmp_path: Path) -> None:
    done = tmp_path / "done"
    with running_gateway(tmp_path, "--cap", "1", "--cap-of", "waits=2") as gateway, ThreadPoolExecutor(3) as threads:
        busy = [threads.submit(gateway.waits, done) for _ in range(3)]

        until(lambda: gateway.begun("waits") == 2, "two run at once")
        done.touch()

        assert [each.result().status_code for each in busy] == [200] * 3
        assert gateway.figures("waits")["coldStarts"] == 2


def test_prewarming_starts_one_environment_of_each_function(tmp_path: Path) -> None:
    with running_gateway(tmp_path, "--prewarm") as gateway:
        until(lambda: gateway.figures("measures")["environments"], "one is started")

        gateway.get("/event")

        assert gateway.figures("wholeEvent") == {"environments": 1, "coldStarts": 1, "invocations": 1}
