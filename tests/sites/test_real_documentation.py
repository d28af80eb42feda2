"""Real documentation, where it lies beside the project."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.form import Page
from infra.ingestion.markdown.reader import MarkdownReader
from infra.ingestion.markdown.routes import Site
from infra.ingestion.passages.pages import passages
from tests.integration.ingestion.conftest import corpus

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.ingestion.conftest import Book


EMPTY = {"ray-docs-qa": 0}


@pytest.mark.parametrize(("name", "pages"), [("lerobot-docs", 107), ("physical-ai-textbook", 44), ("ray-docs-qa", 434)])
def test_every_page_can_be_read(name: str, pages: int) -> None:
    found = list(MarkdownReader(Site(name)).read([corpus(name)]))
    read = [each for each in found if isinstance(each, Page)]
    assert (len(found), len(found) - len(read)) == (pages, EMPTY.get(name, 0))
    sizes = sorted(len(each.text) for page in read for each in passages(page, name))
    assert sizes[len(sizes) // 2] < 800
    assert sizes[len(sizes) * 9 // 10] <= 1200


def test_a_question_about_calibration_is_answered_from_the_page_about_the_arm(book: Book, tmp_path: Path) -> None:
    # a part of it: all of it takes a busy machine minutes
    source = corpus("lerobot-docs") / "source"
    folder = tmp_path / "lerobot-docs" / "docs" / "source"
    folder.mkdir(parents=True)
    for name in ("so101.mdx", "so100.mdx", "cameras.mdx", "installation.mdx", "notebooks.mdx"):
        shutil.copy(source / name, folder)
    report = book.ingest(tmp_path / "lerobot-docs" / "docs")
    assert (report.site, report.pages) == ("lerobot-docs", 5)
    best = book.ask("How do I calibrate the SO-101 arm?")[0]
    assert (best["path"], best["url"]) == ("source/so101", "/docs/lerobot-docs/source/so101#calibrate")
    assert book.ingest(tmp_path / "lerobot-docs" / "docs").unchanged == report.added

    (folder / "so101.mdx").unlink()
    book.ingest(tmp_path / "lerobot-docs" / "docs")
    assert "source/so101" not in {each["path"] for each in book.ask("How do I calibrate the SO-101 arm?")}
