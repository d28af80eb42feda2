"""A page tells nobody to install a name that a stranger may take: files of ours, or packages that are locked here."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from infra.bundle import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "specs").rglob("*.md")])
INSTALLS = re.compile(r"\b(?:npm (?:install|i|add)|pnpm add|yarn add|npx) +([^\s`|;&,]+)")
PUBLISHED = {"neonctl"}
"""By those whom it is named for: Neon's own command line."""

LOCKS = (PROJECT / "package-lock.json", *sorted((PROJECT / "tests").glob("*/package-lock.json")))


def locked() -> set[str]:
    found = {key for lock in LOCKS for key in json.loads(lock.read_text(encoding="utf-8"))["packages"]}
    return {each.rpartition("node_modules/")[2] for each in found}


def names(text: str) -> list[str]:
    return [re.sub(r"(?<=.)@[\w.^~-]+$", "", word) for word in INSTALLS.findall(text) if not word.startswith("-")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_what_a_page_tells_to_install_is_a_file_or_known_here(page: Path) -> None:
    wanted = [each for each in names(page.read_text(encoding="utf-8")) if not each.startswith(("./", "../", "/"))]

    assert not {*wanted} - locked() - PUBLISHED


def test_an_unknown_name_would_be_found() -> None:
    assert names("run `npm install docs-chat-docusaurus` or npm i ./a.tgz, npx osls deploy") == [
        "docs-chat-docusaurus",
        "./a.tgz",
        "osls",
    ]
