"""Two ingestions into one collection take turns, and leave nothing behind."""

from __future__ import annotations

import tempfile
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.progress import Silent
from infra.ingestion.turns import lock_of, taking_turns

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:1"


class Waiting(Silent):
    """Tells when somebody waits."""

    def __init__(self) -> None:
        self.told = Event()

    def warn(self, message: str) -> None:
        assert "another ingestion" in message
        self.told.set()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_left_in_the_folder_of_temporary_files(folder: Path) -> None:
    with taking_turns(URL, "docs", Silent()):
        assert lock_of(URL, "docs").exists()

    assert list(folder.iterdir()) == []


def test_nothing_is_left_by_an_ingestion_that_fails(folder: Path) -> None:
    with pytest.raises(ValueError, match="broken"), taking_turns(URL, "docs", Silent()):
        raise ValueError("broken")

    assert list(folder.iterdir()) == []


def test_whoever_waited_has_the_turn_and_the_next_one_waits_for_them(folder: Path) -> None:
    order: list[str] = []
    second_runs, second_may_end = Event(), Event()
    second_waits, third_waits = Waiting(), Waiting()

    def second() -> None:
        with taking_turns(URL, "docs", second_waits):
            order.append("second begins")
            second_runs.set()
            second_may_end.wait(30)
            order.append("second ends")

    def third() -> None:
        with taking_turns(URL, "docs", third_waits):
            order.append("third")

    threads = [Thread(target=second), Thread(target=third)]
    with taking_turns(URL, "docs", Silent()):
        threads[0].start()
        assert second_waits.told.wait(30)
    assert second_runs.wait(30)
    threads[1].start()
    assert third_waits.told.wait(30)
    second_may_end.set()
    for each in threads:
        each.join(30)

    assert order == ["second begins", "second ends", "third"]
    assert list(folder.iterdir()) == []


def test_another_collection_waits_for_nobody() -> None:
    with taking_turns(URL, "docs", Silent()), taking_turns(URL, "other", Silent()):
        assert lock_of(URL, "docs") != lock_of(URL, "other")
