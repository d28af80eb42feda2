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
PLAIN: Final = "plain"
PUBLISHED: Final = "https://lantern.example"
"""Where the sources of the sites say that they are published."""

SECTIONS: Final = {
    "": PLAIN,
    "Docusaurus": "docusaurus",
    "MkDocs with Material": "mkdocs",
    "VitePress": "vitepress",
    "mdBook": "mdbook",
    "Sphinx, with any theme": "sphinx",
    "Starlight": "starlight",
    "Hugo": "hugo",
}
"""Which generator a section of the guide is about; the beginning is about any page."""


PAGES: Final = {
    "index.html": ("What Lantern is", "Lantern is a lamp that is lit over HTTP. Its wick lasts a whole month."),
    "setup.html": ("Set up", "Fill the lantern with oil, and light its wick with a match."),
}


PLACES: Final = {"starlight": "starlight({", "hugo": "</body>"}
"""What a block shows of the file that it goes into, with more lines."""


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


def site(name: str, api: str, out: Path, origin: str = PUBLISHED) -> Path:
    """The generator's site with what the guide adds, as it is published at an origin; its pages are below `book/`."""
    [found] = [its for title, its in blocks().items() if SECTIONS[title] == name]
    if name == PLAIN:
        _write_by_hand(found[0].text.replace(API, api), out / "book")
        return out
    generator = NAMED[name]
    work = generator.installed()
    _publish(work, origin)
    more: list[str] = []
    for block in found:
        if block.file is None:
            _run(block.text, work)
        else:
            more += _put(generator, work, block.file, block.text.replace(API, api))
    generator.build(work, out / "book", *more)
    return out


def _write_by_hand(tag: str, folder: Path) -> None:
    """Two pages, as somebody writes them who has no generator."""
    folder.mkdir()
    for name, (title, text) in PAGES.items():
        links = "".join(f'<a href="{other}">{PAGES[other][0]}</a> ' for other in PAGES)
        dark = '<button id="dark" onclick="document.documentElement.dataset.theme = \'dark\'">Dark</button>'
        body = f"<nav>{links}{dark}</nav><main><h1>{title}</h1><p>{text}</p></main>{tag}"
        head = f'<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8"><title>{title}</title>'
        (folder / name).write_text(f"{head}<body>{body}</body></html>", "utf-8")


def _publish(work: Path, origin: str) -> None:
    """In every file in which a site says where it is."""
    for each in (*work.glob("*.*"), *work.glob(".vitepress/*")):
        if each.is_file() and each.suffix in {".js", ".mjs", ".py", ".toml", ".yml"}:
            each.write_text(each.read_text("utf-8").replace(PUBLISHED, origin), "utf-8")


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
    if (place := PLACES.get(generator.name)) is not None:
        path.write_text(path.read_text().replace(place, text.rstrip("\n")))
        return []
    path.write_text(f"{path.read_text()}\n{text}")
    return []
