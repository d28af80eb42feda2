"""Of a Docusaurus site with versions, readers have the released one, and so do answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.form import Page
from infra.ingestion.markdown.reader import MarkdownReader
from infra.ingestion.markdown.routes import Site

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://lamp.example/docs"


def website(folder: Path) -> Path:
    for place, word in (
        ("docs", "coming"),
        ("versioned_docs/version-2.0", "new"),
        ("versioned_docs/version-1.0", "old"),
    ):
        (folder / place / "guide").mkdir(parents=True)
        (folder / place / "intro.md").write_text(f"---\nslug: /\n---\n# Intro\n\nThe {word} lamp.\n")
        (folder / place / "guide" / "use.md").write_text(f"# Use\n\nUse the {word} lamp.\n")
    (folder / "versions.json").write_text(json.dumps(["2.0", "1.0"]))
    return folder


def read(folder: Path, url: str, *, all_versions: bool = False) -> dict[str, Page]:
    found = MarkdownReader(Site("lamp", url), all_versions).read([folder])
    return {each.address: each for each in found if isinstance(each, Page)}


@pytest.mark.parametrize(("below", "url"), [("docs", URL), ("", URL.removesuffix("/docs"))])
def test_the_released_version_is_read_where_it_is_published(tmp_path: Path, below: str, url: str) -> None:
    pages = read(website(tmp_path) / below, url)
    assert set(pages) == {f"{URL}/", f"{URL}/guide/use"}
    assert "The new lamp." in str(pages)
    assert {each.version for each in pages.values()} == {"2.0"}


def test_all_versions_are_read_when_asked_for_and_only_one_is_the_released_one(tmp_path: Path) -> None:
    pages = read(website(tmp_path) / "docs", URL, all_versions=True)
    assert {address for address, each in pages.items() if each.released} == {f"{URL}/", f"{URL}/guide/use"}
    assert "Use the coming lamp." in str(pages[f"{URL}/next/guide/use"])
    assert "Use the old lamp." in str(pages[f"{URL}/1.0/guide/use"])
    assert len({each.path for each in pages.values()}) == 6


def test_the_local_reader_tells_them_apart(tmp_path: Path) -> None:
    pages = read(website(tmp_path) / "docs", "", all_versions=True)
    assert {"/docs/lamp/intro", "/docs/lamp/next/intro", "/docs/lamp/1.0/intro"} <= set(pages)


@pytest.mark.parametrize("versions", ["[]", '["3.0"]', "{}", "no json"])
def test_a_list_that_names_no_version_of_the_site_means_nothing(tmp_path: Path, versions: str) -> None:
    (website(tmp_path) / "versions.json").write_text(versions)
    assert set(read(tmp_path / "docs", URL)) == {f"{URL}/", f"{URL}/guide/use"}
    assert "The coming lamp." in str(read(tmp_path / "docs", URL))
