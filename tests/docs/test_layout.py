from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import PurePosixPath

import pytest

from tests.docs.prose import ROOT

TOP_LEVEL = {
    ".ci",
    ".editorconfig",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "NOTICE",
    "README.md",
    "SECURITY.md",
    "functions",
    "infra",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
    "serverless.yml",
    "shared",
    "specs",
    "tests",
}

SAYS_NOTHING = {"common", "helper", "helpers", "manager", "managers", "misc", "service", "services", "util", "utils"}
"""Names that do not tell what is inside (specs/1-neon-db-setup/plan.md)."""

BESIDE_ROUTES = {
    "__init__.py",
    "markdown.py",
    "page.py",
    "protocol.py",
    "question.py",
    "reply.py",
    "resources.py",
    "tools.py",
    "wire.py",
}
"""Modules in the folder of a resource that are no function: what its routes read and write, or hand on."""

NOT_OURS_TO_SAY = {
    "a package registry's address": r"pypi\.org|pythonhosted\.org|registry\.npmjs|/simple/",
    "a folder of one machine": r"/root/|/home/\w+/|/Users/\w+/|(?<![\w.])/work/",
    "a change to the import path": r"\bsys\.path\s*(\.|\[|=|\+)",
    "an unfinished thought": r"\b(FIXME|XXX|TODO)\b",
}
"""What no committed file may contain, and the expression that finds it."""

PICTURES = {".png"}
"""Whose bytes may look like anything."""


def committed() -> list[PurePosixPath]:
    words = ["git", "-C", str(ROOT), "ls-files", "-z"]
    try:
        listed = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    except (FileNotFoundError, subprocess.CalledProcessError):
        assert not os.environ.get("CI"), "CI works on a clone"
        pytest.skip("not a git clone")
    paths = [PurePosixPath(name) for name in listed.stdout.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def source(path: PurePosixPath) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_top_level_is_fixed() -> None:
    names = {path.parts[0] for path in committed()}
    assert {name for name in names if not name.startswith(".env.")} <= TOP_LEVEL, "settings of stages may be kept here"


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in committed() if path.suffix == ".py"}
    assert not [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").is_file()]


def test_a_function_is_one_module_in_the_folder_of_its_resource() -> None:
    modules = [path for path in committed() if path.suffix == ".py" and path.parts[0] == "functions"]
    loose = {"functions/__init__.py", "functions/wire.py"}
    assert not [str(path) for path in modules if len(path.parts) != 3 and str(path) not in loose]
    routes = [path for path in modules if path.parts[1] != "dependencies" and path.name not in BESIDE_ROUTES]
    assert not [str(path) for path in routes if not re.search(r"^(def )?handler\b", source(path), re.MULTILINE)]


def test_the_resources_are_held_apart() -> None:
    """What two of them need stands in functions/dependencies or functions/wire.py."""
    contracts = tomllib.loads(source(PurePosixPath("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    [apart] = [set(contract["modules"]) for contract in contracts if contract["type"] == "independence"]
    folders = {path.parts[1] for path in committed() if path.match("functions/*/*.py")} - {"dependencies"}
    assert apart == {f"functions.{folder}" for folder in folders}


def test_names_tell_what_is_inside() -> None:
    assert not [str(path) for path in committed() if SAYS_NOTHING & {*path.parts, path.stem}]


@pytest.mark.parametrize("what", NOT_OURS_TO_SAY)
def test_no_file_contains(what: str) -> None:
    pattern = re.compile(NOT_OURS_TO_SAY[what])
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in committed()
        if path.suffix not in PICTURES
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line) and str(path) != "tests/docs/test_layout.py"
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


def test_the_lock_files_tie_nobody_to_one_registry_and_everybody_to_the_same_bytes() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert not [name for name, package in installed.items() if "resolved" in package]
    assert not [name for name, package in installed.items() if not package.get("integrity", "").startswith("sha512-")]


def test_every_version_in_package_json_is_exact() -> None:
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert not [version for version in manifest["devDependencies"].values() if not re.fullmatch(r"[\d.]+", version)]
