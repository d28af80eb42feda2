from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from infra.bundle import PROJECT, Bundler, Service
from infra.packaging.dependencies import Target, group_archive
from infra.packaging.interpreter import find_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
"""What AWS' Python runtime itself brings, beside the standard library."""

CACHE = PROJECT / "build" / "groups"


@pytest.fixture(scope="session")
def service() -> Service:
    return Service.read()


@pytest.fixture(scope="session")
def target(service: Service) -> Target:
    """The machine that the tests run on, as if it were AWS: the zips must be able to run here."""
    python = find_interpreter(service.python)
    if python is None:
        pytest.skip(f"no CPython {service.python} on this machine, the one that AWS runs the functions with")
    architecture = {"x86_64": "x86_64", "aarch64": "arm64"}.get(os.uname().machine)
    if os.uname().sysname != "Linux" or architecture is None:
        pytest.skip("the zips hold programs for Linux on x86_64 or arm64")
    return Target(architecture, service.python, python)


@pytest.fixture(scope="session")
def bundler(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Bundler:
    return Bundler(target, output=tmp_path_factory.mktemp("zips"), cache=CACHE)


@pytest.fixture(scope="session")
def unzipped(service: Service, bundler: Bundler, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder that holds what the zip of a function holds; every function is built once a session."""
    folder = tmp_path_factory.mktemp("task")

    def unzip(name: str) -> Path:
        task = folder / name
        if not task.exists():
            _extract(bundler.build(name, service.handlers[name]).path, task)
        return task

    return unzip


@pytest.fixture(scope="session")
def runtime_client(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `awslambdaric` for the target's Python, from the locked development requirements."""
    folder = tmp_path_factory.mktemp("runtime")
    locked = (PROJECT / "infra" / "requirements" / "dev.txt").read_text(encoding="utf-8")
    pinned = re.findall(rf"^(?:{'|'.join(RUNTIME_CLIENT)})==.*(?:\n .*)*", locked, re.MULTILINE)
    assert len(pinned) == len(RUNTIME_CLIENT)
    requirements = folder / "runtime.txt"
    requirements.write_text("\n".join(pinned), encoding="utf-8")
    _extract(group_archive(requirements, target, CACHE), folder)
    return folder


def _extract(archive: Path, folder: Path) -> None:
    with ZipFile(archive) as zipped:
        zipped.extractall(folder)
