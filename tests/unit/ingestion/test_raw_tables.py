"""A table that a page of Markdown writes as HTML is a table; pictures are what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.html.document import read_document
from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.sources import Source
from shared.retrieval.blocks import Code, Paragraph, Table

if TYPE_CHECKING:
    from infra.ingestion.form import Content

INSTALLING = """Get it:

<table>
  <tr>
    <th>System</th>
    <th>Command</th>
  </tr>

  <tr>
    <td>Arch <b>Linux</b></td>
    <td><code>pacman -S lamp</code></td>
  </tr>
  <tr>
    <td>Debian<br>Ubuntu</td>
    <td>
      <p>`apt install lamp` | or
      <a href="https://lamp.test">download</a> it</p>
    </td>
  </tr>
</table>

Then light it.
"""


def content_of(text: str) -> list[Content]:
    return list(page_of(text, Source(Path("a.md"), "a"), Site("book")).content)


def test_its_rows_are_rows_and_its_head_is_its_head() -> None:
    rows = (("Arch Linux", "pacman -S lamp"), ("Debian Ubuntu", "`apt install lamp` | or download it"))

    assert content_of(INSTALLING) == [
        Paragraph("Get it:"),
        Table(rows, ("System", "Command")),
        Paragraph("Then light it."),
    ]


def test_one_without_a_head_has_none_and_ends_may_be_left_out() -> None:
    table = "<table><tbody><tr><td>A<td>1<tr><td>B<td>2</table>"

    assert content_of(table) == [Table((("A", "1"), ("B", "2")))]


@pytest.mark.parametrize(
    "table",
    [
        "<table>\n<tr><td>\n\n```sh\nlamp on\n```\n\n</td><td>\n\nIt is lit.\n\n</td></tr>\n</table>",
        "<table><tr><td>\n\n```sh\nlamp on\n```\n\n</td></tr><tr><td>\n\nIt is lit.\n\n</td></tr></table>",
    ],
)
def test_what_is_only_laid_out_in_cells_keeps_its_blocks(table: str) -> None:
    assert content_of(table) == [Code("lamp on", language="sh"), Paragraph("It is lit.")]


def test_pictures_beside_each_other_are_no_table() -> None:
    laid_out = (
        '<table>\n  <tr>\n    <td><img src="a.png" alt="The lamp">\n    <td><img src="b.png" alt=""></td></tr></table>'
    )

    assert content_of(laid_out) == [Paragraph("The lamp")]
    assert content_of('<table><tr><td><img src="a.png" alt="image"></td></tr></table>') == []


def test_a_table_in_code_stays_as_it_is() -> None:
    assert content_of("```html\n<table><tr><td>A</td><td>B</td></tr></table>\n```") == [
        Code("<table><tr><td>A</td><td>B</td></tr></table>", language="html")
    ]


@pytest.mark.parametrize(
    ("alt", "told"),
    [
        ("The lamp, lit", "The lamp, lit"),
        ("Wiring", "Wiring"),
        ("lamp_2.lit", ""),
        ("lamp lit.png", ""),
        ("image 3", ""),
    ],
)
def test_the_name_of_its_file_tells_nothing_of_a_picture(alt: str, told: str) -> None:
    markdown = content_of(f"Look: ![{alt}](a.png)")
    html = read_document(f"<html lang=en><body><main><p>Look: <img src=a.png alt='{alt}'></p></main></body></html>")

    assert markdown == list(html.content) == [Paragraph(f"Look: {told}".strip())]
    assert content_of(f'<img src="a.png" alt="{alt}">') == ([Paragraph(told)] if told else [])


def test_what_a_tool_would_include_at_its_place_is_no_text() -> None:
    assert content_of('<literalinclude>\n{"path": "../lamp.py", "start-after": "Here"}\n</literalinclude>\n\nText') == [
        Paragraph("Text")
    ]
