"""The blocks of specs/guides/chat.md, as somebody who follows the guide puts them into a site."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.sites.generators import FOLDER, GENERATORS, PROJECT, Generator

if TYPE_CHECKING:
    from pathlib import Path

GUIDE: Final = PROJECT / "specs" / "guides" / "chat.md"
API: Final = "https://api.example.com"
_SECTION: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK: Final = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED: Final = {each.name: each for each in GENERATORS}
SECTIONS: Final = {
    "": None,
    "Docusaurus": "docusaurus",
    "MkDocs with Material": "mkdocs",
    "VitePress": "vitepress",
    "mdBook": "mdbook",
    "Sphinx, with any theme": "sphinx",
}
"""Which generator a section of the guide is about; the beginning is about any page."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code.

    Attributes:
        file: Where the guide puts it; None for commands.
    """

    file: str | None
    language: str
    text: str


def blocks() -> dict[str, list[Block]]:
    """All of the guide's, by the title of their section."""
    parts = _SECTION.split(GUIDE.read_text(encoding="utf-8"))
    by_section = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return {title: [Block(*found) for found in _found(text)] for title, text in by_section.items()}


def _found(text: str) -> list[tuple[str | None, str, str]]:
    return [(found[1], found[2], found[3]) for found in _BLOCK.finditer(text)]


def site(name: str, api: str, out: Path) -> Path:
    """The generator's site with what the guide adds; its pages are below `book/`."""
    generator = NAMED[name]
    work = generator.installed()
    [found] = [its for title, its in blocks().items() if SECTIONS[title] == name]
    more: list[str] = []
    for block in found:
        if block.file is None:
            _run(block.text, work)
        else:
            more += _put(generator, work, block.file, block.text.replace(API, api))
    generator.build(work, out / "book", *more)
    return out


def _run(commands: str, work: Path) -> None:
    """With this project where the guide says that it is."""
    beside = FOLDER / "work" / "docs-chatbot-backend"
    if not beside.exists():
        beside.symlink_to(PROJECT)
    for each in commands.splitlines():
        subprocess.run([*each.split(), "--ignore-scripts"], cwd=work, check=True, capture_output=True)  # noqa: S603 (the guide's)


def _put(generator: Generator, work: Path, file: str, text: str) -> list[str]:
    """Write a file of the guide's, or add its lines to one that the site has; words for the command line."""
    path = work / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return []
    if generator.name == "docusaurus":
        shutil.copy(path, work / "own.config.js")
        path.write_text(f"module.exports = {{\n  ...require('./own.config.js'),\n{text}}};\n")
        return []
    if generator.name == "mkdocs":
        (work / "with-chat.yml").write_text(f"INHERIT: mkdocs.yml\n{text}")
        return ["-f", "with-chat.yml"]
    path.write_text(f"{path.read_text()}\n{text}")
    return []
