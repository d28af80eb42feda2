from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from infra.bundle import PROJECT, Bundler, main
from infra.packaging.archive import OLDEST_DATE
from infra.packaging.dependencies import group_archive
from tests.package.conftest import CACHE, locked

if TYPE_CHECKING:
    from pathlib import Path

    from infra.packaging.dependencies import Target

HANDLERS = {"live": "functions/health/live.handler", "other": "functions/other/route.handler"}
ROUTE = (
    "from fastapi import APIRouter\n\nfrom shared.app import build_handler\n\nhandler = build_handler(APIRouter())\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project like ours with two functions, so that a test may change its sources."""
    root = tmp_path / "project"
    for folder in ("shared", "infra/requirements"):
        shutil.copytree(PROJECT / folder, root / folder)
    for name in HANDLERS.values():
        module = (root / name).with_suffix(".py")
        module.parent.mkdir(parents=True)
        (module.parent / "__init__.py").touch()
        module.write_text(ROUTE, encoding="utf-8")
    (root / "functions" / "__init__.py").touch()
    return root


def with_few_dependencies(project: Path) -> Path:
    """Leave two packages of the smallest group, because they are installed anew; the file that locks them."""
    requirements = project / "infra" / "requirements" / "web.txt"
    requirements.write_text(locked(requirements, "mangum", "starlette"), encoding="utf-8")
    return requirements


def build(project: Path, target: Target, output: Path) -> dict[str, bytes]:
    bundler = Bundler(target, root=project, output=output, cache=CACHE)
    return {name: bundler.build(name, handler).path.read_bytes() for name, handler in HANDLERS.items()}


def test_two_builds_are_the_same_byte_for_byte(project: Path, target: Target, tmp_path: Path) -> None:
    """Somewhere else, in another order, and with all byte code made anew."""
    first = build(project, target, tmp_path / "first")
    moved = shutil.copytree(project, tmp_path / "somewhere else", copy_function=shutil.copyfile)
    without_byte_code = tmp_path / "groups"
    without_byte_code.mkdir()
    for group in CACHE.glob("*.zip"):
        (without_byte_code / group.name).symlink_to(group)
    bundler = Bundler(target, root=moved, output=tmp_path / "second", cache=without_byte_code)
    second = {name: bundler.build(name, handler).path.read_bytes() for name, handler in reversed(HANDLERS.items())}
    assert second == first


@pytest.mark.long
def test_dependencies_installed_twice_are_the_same_byte_for_byte(project: Path, target: Target, tmp_path: Path) -> None:
    requirements = with_few_dependencies(project)
    first, second = (group_archive(requirements, target, tmp_path / each) for each in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    assert [name for name in ZipFile(first).namelist() if name.endswith("applications.cpython-313.pyc")]


def test_a_changed_line_changes_the_zips_that_hold_it_and_no_other(
    project: Path, target: Target, tmp_path: Path
) -> None:
    before = build(project, target, tmp_path / "before")
    with (project / "functions/other/route.py").open("a", encoding="utf-8") as module:
        module.write("REASON = 'changed'\n")
    after = build(project, target, tmp_path / "after")
    assert after["live"] == before["live"]
    assert after["other"] != before["other"]


def test_a_zip_that_would_be_the_same_is_not_written_again(project: Path, target: Target, tmp_path: Path) -> None:
    zips = [tmp_path / f"{name}.zip" for name in HANDLERS]
    before = build(project, target, tmp_path)
    made = [path.stat().st_ino for path in zips]
    assert build(project, target, tmp_path) == before
    assert [path.stat().st_ino for path in zips] == made


@pytest.mark.parametrize("harm", ["cut short", "gone", "another's"])
def test_a_zip_that_somebody_has_touched_is_written_again(
    project: Path, target: Target, tmp_path: Path, harm: str
) -> None:
    before, zipped = build(project, target, tmp_path), tmp_path / "live.zip"
    if harm == "cut short":
        zipped.write_bytes(before["live"][:-1])
    elif harm == "another's":
        shutil.copyfile(tmp_path / "other.zip", zipped)
    else:
        zipped.unlink()
    assert build(project, target, tmp_path) == before


def test_a_module_that_nothing_imports_is_not_deployed(project: Path, target: Target, tmp_path: Path) -> None:
    before = build(project, target, tmp_path / "before")
    (project / "shared" / "forgotten.py").write_text("import numpy\n", encoding="utf-8")
    assert build(project, target, tmp_path / "after") == before


def test_without_the_right_python_there_is_a_zip_without_byte_code(
    project: Path, target: Target, tmp_path: Path
) -> None:
    with_few_dependencies(project)
    for name in HANDLERS.values():
        (project / name).with_suffix(".py").write_text("from mangum import Mangum\n", encoding="utf-8")
    Bundler(replace(target, python=None), root=project, output=tmp_path, cache=tmp_path / "groups").build(
        "live", HANDLERS["live"]
    )
    with ZipFile(tmp_path / "live.zip") as zipped:
        names = zipped.namelist()
    assert "functions/health/live.py" in names
    assert not [name for name in names if name.endswith(".pyc")]


def test_every_file_is_readable_by_everybody_and_carries_no_date(project: Path, target: Target, tmp_path: Path) -> None:
    build(project, target, tmp_path)
    with ZipFile(tmp_path / "live.zip") as zipped:
        entries = zipped.infolist()
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.date_time for entry in entries} == {OLDEST_DATE}
    assert len({entry.filename for entry in entries}) == len(entries)


def test_a_zip_above_the_budget_is_not_written(project: Path, target: Target, tmp_path: Path) -> None:
    bundler = Bundler(target, root=project, output=tmp_path / "zips", cache=CACHE, largest=1_000_000)
    with pytest.raises(ValueError, match=r"live\.zip would have [\d,]+ bytes"):
        bundler.build("live", HANDLERS["live"])
    assert not list((tmp_path / "zips").iterdir())


def test_a_function_that_serverless_yml_does_not_have_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["nowhere"])
    assert "nowhere" in capsys.readouterr().err


def test_a_package_that_no_group_has_is_named(project: Path, target: Target, tmp_path: Path) -> None:
    (project / "functions/other/route.py").write_text("import numpy\n", encoding="utf-8")
    with pytest.raises(LookupError, match="numpy"):
        build(project, target, tmp_path)
