"""Real documentation, where it lies beside the project."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.markdown import MarkdownReader
from infra.ingestion.progress import Silent
from infra.ingestion.reading import read_pages
from infra.ingestion.routes import Site
from tests.integration.ingestion.conftest import corpus

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.ingestion.conftest import Book


@pytest.mark.parametrize(("name", "pages"), [("lerobot-docs", 107), ("physical-ai-textbook", 44), ("ray-docs-qa", 434)])
def test_every_page_can_be_read(name: str, pages: int) -> None:
    reading = read_pages(MarkdownReader(Site(name)), [corpus(name)], name, Silent())
    assert (len(reading.paths), reading.warnings) == (pages, [])
    sizes = sorted(len(each.text) for each in reading.passages.values())
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
