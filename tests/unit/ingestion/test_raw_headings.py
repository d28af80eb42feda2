"""A heading that a page of Markdown writes as HTML is a heading, with the anchor that its author gave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.ingestion.form import Heading
from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.sources import Source
from shared.retrieval.blocks import Paragraph


def content_of(text: str) -> list[object]:
    return list(page_of(text, Source(Path("a.md"), "a"), Site("book")).content)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ('<h2 id="oiling">Oil the hinge</h2>', "oiling"),
        ('<h2 name="oiling">\nOil the hinge\n</h2>', "oiling"),
        ("<h2 id='oiling' align='center'>\n  Oil\n  the hinge\n</h2>", "oiling"),
        ('<a name="oiling"></a>\n\n<h2>Oil the hinge</h2>', "oiling"),
        ('<a id="oiling"/>\n<h2>Oil <em>the</em> hinge</h2>', "oiling"),
        ('<H2><a name="oiling" href="#oiling">Oil the hinge</a></H2>', "oiling"),
        ('<p id="oiling"></p><h2 class="big">Oil the hinge</h2>', "oiling"),
        ('<h2 id="oiling">Oil the hinge <a class="anchor" href="#oiling" title="Permalink">¶</a></h2>', "oiling"),
        ("<h2>\nOil the hinge\n</h2>", None),
        ('<a href="guide.html"></a>\n<h2>Oil the hinge</h2>', None),
    ],
)
def test_its_words_are_one_line_and_its_anchor_is_the_one_on_the_page(heading: str, anchor: str | None) -> None:
    assert content_of(f"Before.\n\n{heading}\n\nTwo drops.") == [
        Paragraph("Before."),
        Heading(2, "Oil the hinge", anchor),
        Paragraph("Two drops."),
    ]


def test_a_mark_that_says_something_belongs_to_the_text() -> None:
    assert content_of('See <a name="x">this</a>\n<h3>Next</h3>\n') == [Paragraph("See this"), Heading(3, "Next")]


def test_one_that_is_not_closed_takes_nothing_with_it() -> None:
    assert content_of('<h2 id="oiling">Oil the hinge\n\nTwo drops.\n\n<h3>Wax</h3>') == [
        Heading(2, "Oil the hinge", "oiling"),
        Paragraph("Two drops."),
        Heading(3, "Wax"),
    ]


def test_code_about_headings_stays_code() -> None:
    assert content_of('Write `<h2 name="x">Title</h2>` there.') == [Paragraph('Write `<h2 name="x">Title</h2>` there.')]


def test_badges_beside_a_headings_words_are_no_words() -> None:
    badge = "[![NPM version](https://img.test/v.svg)](https://npm.test)"
    assert content_of(f"# braces {badge} {badge}") == [Heading(1, "braces", None)]
    assert content_of("# ![The lamp](logo.png)") == [Heading(1, "The lamp", None)]


def test_the_first_line_of_a_manual_page_is_called_by_its_name() -> None:
    assert content_of('LAMP.TOML 1 "2019" lamp "User Manuals"\n===\n') == [Heading(1, "lamp.toml(1)", None)]
    assert content_of('# lamp-oil 8 "May 2020" "Lamp"') == [Heading(1, "lamp-oil(8)", None)]
    assert content_of('# Chapter 1 "The lamp"') == [Heading(1, 'Chapter 1 "The lamp"', None)]
