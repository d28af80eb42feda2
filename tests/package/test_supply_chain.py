"""What is installed is what was locked, by a locked installer, and nothing of it runs while it is installed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from infra.bundle import PROJECT
from infra.packaging.dependencies import GROUPS, Target, group_archive
from tests.package.conftest import CACHE
from tests.sites.generators import GENERATORS, PACKAGES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.smoke

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
LOCKS = sorted((PROJECT / "infra" / "requirements").glob("*.txt"))
SCRIPTS = [PROJECT / "Makefile", *(PROJECT / "infra").glob("*.sh")]
TOOLS = ("deploy", "sam", "audit", "language", "bench")
BROUGHT_BY_LAMBDA = {"boto3", "botocore"}
"""Not in the zips, because AWS' Python runtime has them; in development from the group `dev`."""

OWN = {"functions", "shared", "infra", "tests"}


def pins(lock: Path) -> dict[str, str]:
    return dict(PINNED.findall(lock.read_text(encoding="utf-8")))


def declared(*groups: str) -> set[str]:
    """Names of distributions that pyproject.toml asks for in these groups, those that they include among them."""
    document = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    written: dict[str, list[str | dict[str, str]]] = document["dependency-groups"]
    names: set[str] = set()
    for each in (each for group in groups for each in written[group]):
        if isinstance(each, dict):
            names |= declared(each["include-group"])
        else:
            names.add(normal(re.split(r"[\[<>=~! ;]", each, maxsplit=1)[0]))
    return names


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(*folders: str) -> dict[str, Path]:
    """Top-level modules that files below these folders import, each with one file that does."""
    found: dict[str, Path] = {}
    for path in (path for folder in folders for path in (PROJECT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            found |= {name.partition(".")[0]: path for name in names}
    return {name: path for name, path in found.items() if name not in sys.stdlib_module_names | OWN}


def undeclared(modules: dict[str, Path], distributions: set[str]) -> dict[str, Path]:
    known = packages_distributions()
    return {
        name: path
        for name, path in modules.items()
        if not {normal(each) for each in known.get(name, [name])} & distributions
    }


def test_what_the_functions_import_is_declared_and_not_just_brought_along() -> None:
    assert not undeclared(imported("functions", "shared"), declared(*GROUPS) | BROUGHT_BY_LAMBDA)


def test_what_the_workshop_and_the_tests_import_is_declared() -> None:
    """Packages of the generators are in no lock: they are put beside sites, and run when somebody asks for it."""
    beside_sites = {normal(each.partition("==")[0]) for each in PACKAGES}
    assert not undeclared(imported("infra", "tests"), declared("dev", *TOOLS) | beside_sites)


def test_what_the_scripts_of_the_tests_load_is_in_package_json() -> None:
    manifests = [PROJECT / "package.json", *(PROJECT / "tests").glob("*/package.json")]
    known = {name for each in manifests for name in json.loads(each.read_text("utf-8"))["devDependencies"]}
    known |= {re.sub(r"(?<=.)@.*", "", name) for generator in GENERATORS for name in generator.npm}
    pattern = re.compile(
        r"""(?:^import\s[^'"]*|\bimport\(|\brequire\()['"](?!node:)((?:@[\w-]+/)?[\w-]+)""", re.MULTILINE
    )
    scripts = [path for path in (PROJECT / "tests").rglob("*.[cm]js") if "node_modules" not in path.parts]
    loaded = {name for path in scripts for name in pattern.findall(path.read_text(encoding="utf-8"))}
    assert "better-auth" in loaded
    assert not loaded - known
    started = {
        name
        for path in (PROJECT / "tests").rglob("*.py")
        for name in re.findall(r'"\.bin" / "(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert "esbuild" in started
    assert not started - known


def test_the_installer_that_builds_the_zips_is_the_locked_one() -> None:
    version = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.split()[1] == pins(PROJECT / "infra" / "requirements" / "dev.txt")["pip"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_package_runs_a_program_while_it_is_installed(path: Path) -> None:
    """Neither a script of npm, nor the build of a source archive, whose tools no hash covers."""
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in (line for line in code if re.search(r"\bnpm (ci|install|i)\b", line)):
        assert "--ignore-scripts" in line
    for line in (line for line in code if re.search(r"\bpip\b.* install\b", line)):
        assert re.search(r"--only-binary[= ]:all:|\$wheels", line), line
        assert "--require-hashes" in line


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_has_hashes_and_can_be_installed(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert not [each.split()[0] for each in entries if "--hash=sha256:" not in each]
    assert "'never'" not in text, "a package that no machine installs is for scanners to stumble over"


def test_a_scanner_finds_what_was_linked_into_the_zips(target: Target) -> None:
    largest = GROUPS[-1]
    with ZipFile(group_archive(PROJECT / "infra" / "requirements" / f"{largest}.txt", target, CACHE)) as archive:
        bills = [json.loads(archive.read(name)) for name in archive.namelist() if "/sboms/" in name]
    parts = {part["name"] for bill in bills for part in bill.get("components", [])}
    assert {"keyutils-libs", "pyo3"} <= parts


def test_the_notice_names_every_package_and_every_library_in_the_zips(target: Target) -> None:
    notice = (PROJECT / "NOTICE").read_text(encoding="utf-8")
    words = set(re.findall(r"[\w-]+", notice))
    lock = PROJECT / "infra" / "requirements" / f"{GROUPS[-1]}.txt"
    with ZipFile(group_archive(lock, target, CACHE)) as archive:
        names = archive.namelist()
    packages = {normal(match[1]) for name in names if (match := re.match(r"([^/]+)-[^-/]+\.dist-info/", name))}
    libraries = {match[1] for name in names if (match := re.search(r"\.libs/(lib[a-z0-9_]+)-", name))}
    assert libraries
    assert not (packages | libraries) - words
