"""What a person sees who runs `python -m infra.ingestion`."""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from infra.ingestion.__main__ import main
from infra.ingestion.progress import shown_on
from infra.local import __main__ as local
from infra.local.ports import LOOPBACK, free_port
from tests.fixtures.loopback import get

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.ingestion.conftest import Book


def run(book: Book, *arguments: str | Path) -> int:
    common = ["--qdrant-url", book.server.url, "--collection", book.options.collection]
    return main([*map(str, arguments), *common])


def test_an_ingestion_ends_with_a_line_of_figures(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, book.folder) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert "passages: 5 of 5" in lines
    pattern = r"site robot-book: 3 pages; passages: 5 added, 0 moved, 0 changed, 0 refreshed, 0 removed, 0 unchanged; "
    pattern += r"0 dead anchors; \d+\.\d s, \d+ MB"
    assert re.fullmatch(pattern, lines[-1])


def test_who_did_not_say_where_the_pages_are_published_is_told_where_sources_lead(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(book, book.folder) == 0
    assert "Nothing says where 3 pages would be opened" in capsys.readouterr().out
    assert run(book, book.folder, "--site-url", "https://book.example.com") == 0
    assert "Nothing says" not in capsys.readouterr().out


def test_a_skipped_page_is_named_and_the_others_are_ingested(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    book.write("broken.md", "---\ntitle: [\n---\nText")
    assert run(book, book.folder) == 0
    output = capsys.readouterr().out
    assert f"warning: {book.folder / 'broken.md'} is skipped: its front matter is no YAML" in output
    assert "1 page was skipped" in output


def test_what_was_replaced_and_what_else_is_searched_is_said(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, book.folder / "arm.md", "--site", "self") == 0
    assert run(book, book.folder / "index.md", "--site", "other") == 0
    assert "The built-in sample (site self) is removed" in capsys.readouterr().out
    assert run(book, book.folder) == 0
    assert "1 passages of other sites are searched as well." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [("nowhere", "nowhere does not exist"), ("empty", r"no Markdown \(\.md, \.mdx\) in .*empty, and no HTML")],
)
def test_a_folder_that_holds_nothing_is_misuse(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str, complaint: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert run(book, tmp_path / folder) == 2
    assert re.search(f"^ingestion: .*{complaint}$", capsys.readouterr().err.strip())


def test_a_qdrant_that_does_not_answer_is_a_failure(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(book.folder), "--qdrant-url", f"http://{LOOPBACK}:{free_port()}"]) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("ingestion: Qdrant cannot be reached at http://127.0.0.1:")
    assert "\n" not in error


def test_a_broken_checkout_is_a_failure(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book, book.folder) == 0
    book.remove("arm.md")
    book.remove("index.md")
    assert run(book, book.folder) == 1
    assert "give --force" in capsys.readouterr().err
    assert run(book, book.folder, "--force") == 0


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [({}, "QDRANT_URL is not set"), ({"QDRANT_URL": "qdrant"}, "QDRANT_URL makes no sense")],
)
def test_a_missing_or_senseless_address_is_misuse(
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    complaint: str,
) -> None:
    monkeypatch.delenv("QDRANT_URL", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main([str(book.folder)]) == 2
    assert complaint in capsys.readouterr().err


def test_a_senseless_site_address_is_misuse(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(book, book.folder, "--site-url", "book.example")
    assert "it begins with https://" in capsys.readouterr().err


def test_a_terminal_shows_bars() -> None:
    screen = StringIO()
    with shown_on(Console(file=screen, force_terminal=True, width=100)) as show:
        show.begin("passages", 40)
        show.step(40)
        show.warn("a [bracketed] name")
    assert "40/40" in screen.getvalue()
    assert "warning: a [bracketed] name" in screen.getvalue()


def test_a_log_gets_a_line_for_each_quarter() -> None:
    log = StringIO()
    with shown_on(Console(file=log)) as show:
        show.begin("pages", 100)
        for _ in range(100):
            show.step()
    assert log.getvalue().splitlines() == [f"pages: {done} of 100" for done in (25, 50, 75, 100)]


def test_the_platform_hands_on_what_the_program_says_that_it_can_do() -> None:
    command = [sys.executable, "-m", "infra.local", "ingest", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 (our own)
    assert "python -m infra.ingestion" in said
    assert "--dry-run" in said


def test_the_platform_says_what_else_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        local.main(["--help"])
    said = capsys.readouterr().out
    assert "ingest" in said
    assert "--dry-run" not in said


def test_a_preview_stores_nothing(book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(book.folder), "--dry-run"]) == 0
    assert "site robot-book: 3 pages, 5 passages, 0 files left out; nothing was stored" in capsys.readouterr().out
    assert get(f"{book.server.url}/collections/{book.options.collection}/exists").json()["result"] == {"exists": False}
