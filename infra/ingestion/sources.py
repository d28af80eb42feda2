"""Which files are pages, and what their site is called."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDINGS: Final = frozenset({".md", ".mdx", ".markdown"})
SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__"})
TELL_NOTHING: Final = frozenset(
    {"docs", "doc", "documentation", "content", "contents", "source", "src", "pages", "website", "site", "book", "en"}
    | {"build", "_build", "html", "dist", "public", "out", "output", "_site", "www", ".vitepress"}
)
"""Names of folders by which nobody could tell one site from another."""
_OF_ITS_FOLDER: Final = "_index"
_NOT_IN_NAMES: Final = re.compile(r"[/|?#%\s]+")


class NothingToIngest(Exception):
    """The folder cannot be read or holds no page; the message is for the person who named it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is a page.

    Attributes:
        file: Where it is.
        path: Where it is within the documentation, with slashes and without its ending.
    """

    file: Path
    path: str


def find_sources(documents: Sequence[Path]) -> list[Source]:
    """Find the pages of some folders and files, in a fixed order.

    A single folder is the root of the paths; with several it is the folder that they have in common. Files and folders
    whose names begin with `.` or `_` are no pages, as in Docusaurus; but `_index` is the page of its folder, as in Hugo
    and Zola.

    Raises:
        NothingToIngest: Something is missing, or nothing there is Markdown.
    """
    root = _root(documents)
    files = [file for each in documents for file in _markdown_files(each)]
    if not files:
        raise NothingToIngest(next(map(_one_page, filter(_is_html, documents)), _without_pages(documents)))
    return [Source(file, _within(root, file)) for file in files]


def _is_html(document: Path) -> bool:
    return document.suffix.lower() in {".html", ".htm"}


def _one_page(document: Path) -> str:
    return f"{document} is one page: name the folder that its site was built into"


def _without_pages(documents: Sequence[Path]) -> str:
    return f"no Markdown (.md, .mdx) in {', '.join(map(str, documents))}, and no HTML"


def _within(root: Path, file: Path) -> str:
    """Only its folder is resolved: a link to a page elsewhere is a page here."""
    path = (file.parent.resolve() / file.name).relative_to(root).with_suffix("")
    return (path.with_name("index") if path.name == _OF_ITS_FOLDER else path).as_posix()


def site_name(chosen: str | None, documents: Sequence[Path]) -> str:
    """Name a site as chosen, else for its folder, else for the nearest folder above whose name tells something.

    The name stands in addresses, so that characters with a meaning there become hyphens.
    """
    root = _root(documents) if documents else Path()
    names = [chosen or "", *(each.name for each in (root, *root.parents) if each.name.lower() not in TELL_NOTHING)]
    plain = (_NOT_IN_NAMES.sub("-", name).strip("-") for name in names)
    return next((name for name in plain if name), "docs")


def has_markdown(folder: Path) -> bool:
    """Whether there is any Markdown."""
    return next(_markdown_files(folder), None) is not None


def _root(documents: Sequence[Path]) -> Path:
    for each in documents:
        if not each.exists():
            raise NothingToIngest(f"{each} does not exist")
    folders = [each.resolve() if each.is_dir() else each.parent.resolve() for each in documents]
    if len(documents) > 1:
        folders = [each.resolve().parent if each.is_dir() else each.parent.resolve() for each in documents]
    return Path(os.path.commonpath(folders))


def _markdown_files(documents: Path) -> Iterator[Path]:
    if documents.is_file():
        if documents.suffix.lower() in ENDINGS:
            yield documents
        return
    for folder, subfolders, names in os.walk(documents):
        subfolders[:] = sorted(each for each in subfolders if not _is_hidden(each) and each not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if Path(name).suffix.lower() in ENDINGS and (_is_of_its_folder(name, names) or not _is_hidden(name)):
                yield Path(folder, name)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _is_of_its_folder(name: str, names: Sequence[str]) -> bool:
    """Unless another page is."""
    return Path(name).stem == _OF_ITS_FOLDER and not any(Path(each).stem == "index" for each in names)
