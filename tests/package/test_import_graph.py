from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest

from infra.bundle import Service
from infra.packaging.import_graph import reach

if TYPE_CHECKING:
    from grimp import ImportGraph

SOURCES = {
    "functions/__init__.py": "",
    "functions/chat/__init__.py": "",
    "functions/chat/ask.py": "import json\nfrom fastapi import APIRouter\nfrom shared.history import store\n",
    "shared/__init__.py": "",
    "shared/history/__init__.py": "from .models import Message\n",
    "shared/history/models.py": "import typing\nif typing.TYPE_CHECKING:\n    import numpy, shared.unused\n",
    "shared/history/store.py": "def open():\n    import psycopg.rows\n    from shared.errors import NotFound\n",
    "shared/errors.py": "class NotFound: ...\n",
    "shared/unused.py": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, source in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    return tmp_path


def test_own_modules_are_followed_with_the_packages_around_them(project: Path) -> None:
    files = reach(project, "functions.chat.ask").files
    assert set(map(str, files)) == set(SOURCES) - {"shared/unused.py"}


def test_imports_inside_functions_count_and_those_for_types_alone_do_not(project: Path) -> None:
    assert reach(project, "functions.chat.ask").packages == {"fastapi", "psycopg"}


def test_a_module_that_does_not_exist_is_named(project: Path) -> None:
    (project / "functions/chat/ask.py").write_text("import shared.nowhere\n", encoding="utf-8")
    with pytest.raises(LookupError, match=r"shared\.nowhere"):
        reach(project, "functions.chat.ask")


def test_a_folder_without_init_is_not_a_package(project: Path) -> None:
    (project / "functions/chat/__init__.py").unlink()
    with pytest.raises(LookupError, match=r"functions\.chat"):
        reach(project, "functions.chat.ask")


def test_templates_beside_a_package_go_along(project: Path) -> None:
    (project / "shared/history/letter.txt").write_text("Hello", encoding="utf-8")
    (project / "shared/history/letter.pyc").write_bytes(b"")
    files = {str(path) for path in reach(project, "functions.chat.ask").files}
    assert "shared/history/letter.txt" in files
    assert "shared/history/letter.pyc" not in files


def test_what_lambda_brings_is_not_asked_of_the_zip(project: Path) -> None:
    source = "def send():\n    import boto3\n    from botocore.config import Config\n"
    (project / "functions/chat/ask.py").write_text(source, encoding="utf-8")
    assert reach(project, "functions.chat.ask").packages == set()


def test_what_is_reached_is_what_another_program_finds(imported_by: ImportGraph) -> None:
    root = Path(__file__).resolve().parents[2]
    for handler in Service.read(root).handlers.values():
        module = handler.rpartition(".")[0].replace("/", ".")
        ours = {each for each in reach(root, module).files if each.suffix == ".py"}
        assert {_module_of(each) for each in ours} == _closure(imported_by, module)


@pytest.fixture(scope="module")
def imported_by() -> ImportGraph:
    """Grimp's graph: what import-linter works on."""
    return grimp.build_graph("functions", "shared", exclude_type_checking_imports=True, cache_dir=None)


def _module_of(path: Path) -> str:
    return ".".join((path.parent if path.name == "__init__.py" else path.with_suffix("")).parts)


def _closure(graph: ImportGraph, module: str) -> set[str]:
    """Grimp follows imports only; importing `a.b` runs `a/__init__.py`, and `python -m a` runs `a/__main__.py`."""
    found: set[str] = set()
    pending = {module}
    while pending:
        name = pending.pop()
        found.add(name)
        beside = ({name.rpartition(".")[0], f"{name}.__main__"} & graph.modules) - {""}
        pending |= (beside | graph.find_modules_directly_imported_by(name)) - found
    return found
