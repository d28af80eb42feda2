"""A list of terms that a page of Markdown writes as HTML is a list: of each term all that is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.sources import Source
from shared.retrieval.blocks import Item, List, Paragraph

if TYPE_CHECKING:
    from infra.ingestion.form import Content

SETTINGS = """Set these:

<dl class="configs">
    <dt id="wick-seconds"><a href="#wick-seconds"><code>WICK_SECONDS</code></a></dt>
    <dd>
        <p>How long the wick burns.</p>
        <p><em>Default is <code>20</code> seconds.</em></p>
    </dd>
    <dt>What does oil cost?</dt>
    <dd>Nothing.</dd>
</dl>

Then light it.
"""


def content_of(text: str) -> list[Content]:
    return list(page_of(text, Source(Path("a.md"), "a"), Site("book")).content)


def test_each_term_is_an_entry_with_all_that_is_said_of_it() -> None:
    lead, listed, end = content_of(SETTINGS)

    assert isinstance(listed, List)
    assert [each.text for each in listed.items] == [
        "`WICK_SECONDS`: How long the wick burns. Default is `20` seconds.",
        "What does oil cost? Nothing.",
    ]
    assert listed.items[0].term == "`WICK_SECONDS`"
    assert (lead, end) == (Paragraph("Set these:"), Paragraph("Then light it."))


def test_what_is_more_than_lines_loses_nothing() -> None:
    for said in (
        "<ul><li>By hand</li></ul>",
        "Once:\n\n```\nlamp --light\n```\n",
        "<dl><dt>Oil</dt><dd>Fuel</dd></dl>",
    ):
        text = f"<dl>\n<dt>Lighting</dt>\n<dd>\n{said}\n</dd>\n</dl>\n"
        told = repr(content_of(text))
        assert "Lighting" in told
        assert any(each in told for each in ("By hand", "lamp --light", "Fuel"))


def test_two_terms_of_one_text_keep_their_words() -> None:
    told = repr(content_of("<dl>\n<dt>Oil</dt>\n<dt>Fuel</dt>\n<dd>What burns.</dd>\n</dl>\n"))
    assert all(each in told for each in ("Oil", "Fuel", "What burns."))


def test_an_entry_with_a_sign_of_markdown_in_code_stays_code() -> None:
    (listed,) = content_of("<dl>\n<dt><code>*_all_*</code></dt>\n<dd>Every lamp.</dd>\n</dl>\n")
    assert isinstance(listed, List)
    assert listed.items == (Item("`*_all_*`: Every lamp.", term="`*_all_*`"),)
