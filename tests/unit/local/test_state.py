from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from infra.local import state
from infra.local.program import PROJECT
from infra.local.state import AlreadyRunning, State, data_folder

if TYPE_CHECKING:
    from pathlib import Path

OTHER_RUN = """
import sys
from pathlib import Path
from infra.local.state import State
with State(Path(sys.argv[1])).locked():
    print("locked", flush=True)
    input()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs somebody else to run the database")
as_ordinary_user = pytest.mark.skipif(os.geteuid() == 0, reason="root's data lies elsewhere")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_secrets_are_made_once_kept_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    first = State(tmp_path / "data").secrets()
    assert State(tmp_path / "data").secrets() == first
    assert mode(tmp_path / "data" / "secrets.json") == 0o600


def test_secrets_differ_between_two_places_and_from_each_other(tmp_path: Path) -> None:
    here, there = State(tmp_path / "here").secrets(), State(tmp_path / "there").secrets()
    values = [getattr(each, name) for each in (here, there) for name in type(each).__slots__]
    assert len(set(values)) == 8
    assert all(len(value) >= 32 for value in values)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    secrets = State(tmp_path).secrets()
    assert secrets.app_password not in repr(secrets)


def test_what_was_never_written_is_nothing(tmp_path: Path) -> None:
    assert State(tmp_path).read("running.json") is None


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    State(tmp_path).write("running.json", {"url": "http://127.0.0.1:1"})
    assert State(tmp_path).read("running.json") == {"url": "http://127.0.0.1:1"}


def test_data_is_used_by_one_run_at_a_time_and_free_again_when_that_one_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OTHER_RUN, tmp_path]
    with subprocess.Popen(  # noqa: S603 (our own Python)
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(AlreadyRunning), State(tmp_path).locked():
            pass
        other.kill()
    with State(tmp_path).locked():
        pass


def test_temporary_data_is_gone_afterwards() -> None:
    with State.temporary() as temporary:
        folder = temporary.folder
        assert folder.exists()
        assert temporary.ephemeral
    assert not folder.exists()


@as_ordinary_user
def test_an_ordinary_users_data_lies_in_the_project() -> None:
    assert data_folder() == PROJECT / ".data"


@as_root
def test_roots_data_lies_outside_the_project_one_folder_each(tmp_path: Path) -> None:
    folders = {data_folder(), data_folder(tmp_path)}
    assert {folder.parent for folder in folders} == {state.ROOTS_DATA}
    assert len(folders) == 2


@as_root
def test_the_database_user_of_root_reaches_its_own_folder_and_no_other() -> None:
    with State.temporary() as temporary:
        assert temporary.user is not None
        own, other = temporary.unprivileged_folder("postgres"), temporary.private_folder("qdrant")
        assert (own.stat().st_uid, mode(own)) == (temporary.user.uid, 0o700)
        assert (other.stat().st_uid, mode(other)) == (0, 0o700)
        assert all(mode(parent) & 0o001 for parent in own.parents)
