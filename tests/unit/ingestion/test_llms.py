"""What agents read of a site: an index, and the text of every page."""

from __future__ import annotations

from contextlib import closing

from infra.ingestion.form import Heading, Page
from infra.ingestion.llms import LARGEST, Library
from shared.retrieval.blocks import Code, Paragraph


def page(path: str, *, words: str = "Words.") -> Page:
    content = (
        Heading(1, f"About {path}", ""),
        Paragraph(words),
        Heading(2, "Part", "part"),
        Code("run", language="sh"),
    )
    return Page(path, f"https://lamp.example/{path}", "", content=content)


def files(*pages: Page, largest: int = LARGEST) -> dict[str, str]:
    with closing(Library("lamp", largest)) as library:
        for each in pages:
            library.add(each)
        return dict(library.files())


def test_the_index_lists_every_page_with_its_beginning_and_the_other_file_holds_all_text() -> None:
    made = files(page("index"), page("guide/set-up", words="How it is lit. " * 20))
    assert made["llms.txt"].splitlines()[:5] == ["# About index", "", "> Words.", "", "## Full text"]
    assert "\n## Guide\n\n- [About guide/set-up](https://lamp.example/guide/set-up): How it is lit." in made["llms.txt"]
    assert made["llms-full.txt"].startswith(
        "# About index\n\nSource: https://lamp.example/index\n\nWords.\n\n## Part\n\n```sh\nrun\n```\n\n# About guide"
    )


def test_a_book_that_is_too_large_is_cut_by_section_and_a_section_by_size() -> None:
    made = files(*(page(f"guide/{number}", words="x" * 150) for number in range(4)), page("index"), largest=500)
    assert list(made) == ["llms.txt", "llms-full/guide-1.txt", "llms-full/guide-2.txt", "llms-full/index.txt"]
    assert all(len(each.encode()) <= 501 for each in made.values())
    assert "- [llms-full/guide-1.txt](/llms-full/guide-1.txt)" in made["llms.txt"]


def test_nothing_in_a_title_makes_another_link() -> None:
    found = files(Page("a", "https://lamp.example/a", "[x](javascript:y)", content=(Paragraph("Words."),)))
    assert "](javascript:" not in found["llms.txt"]
