from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from markdown_it import MarkdownIt

from infra.ingestion.form import LONGEST_CODE, LONGEST_TEXT, Heading, Page, Skipped
from infra.ingestion.markdown.reader import MarkdownReader, page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.passages.packing import TARGET
from infra.ingestion.passages.pages import Passage
from infra.ingestion.passages.pages import passages as passages_of
from infra.ingestion.sources import Source
from shared.retrieval.blocks import Paragraph

SITE = Site("book", "https://book.example/docs")


def passages(text: str, path: str = "guides/arm", ending: str = ".md") -> list[Passage]:
    page = page_of(dedent(text).lstrip("\n"), Source(Path(f"{path}{ending}"), path), SITE)
    return list(passages_of(page, SITE.name))


def texts(text: str, ending: str = ".md") -> list[str]:
    return [each.text for each in passages(text, ending=ending)]


def test_a_section_is_a_passage_with_its_headings_and_its_address() -> None:
    first, second, third = passages("""
        # The arm

        It moves.

        ## Set up {#own-anchor}

        ### Calibrate

        Move each joint.

        ## Calibrate

        Again.
        """)
    assert (first.title, first.heading_path, first.anchor) == ("The arm", ("The arm",), "")
    assert first.url == "https://book.example/docs/guides/arm"
    assert second.heading_path == ("The arm", "Set up", "Calibrate")
    assert (second.url, second.section) == ("https://book.example/docs/guides/arm#calibrate", "guides")
    assert (third.anchor, third.heading_path) == ("calibrate-1", ("The arm", "Calibrate"))
    assert [each.position for each in (first, second, third)] == [0, 1, 2]
    assert second.embedded_text == "The arm > Set up > Calibrate\nMove each joint."


def test_an_anchor_with_a_space_is_quoted_in_the_address_and_its_letters_are_not() -> None:
    page = Page(path="a", address="/a", title="A", content=[Heading(2, "Über <x>", 'über "x"'), Paragraph("Text.")])
    [passage] = passages_of(page, "book")
    assert (passage.anchor, passage.url) == ('über "x"', "/a#über%20%22x%22")


def test_a_section_that_announces_what_its_subsections_are_lists_their_headings() -> None:
    first, *_ = texts("""
        # The course

        It has two modules:

        ## Gazebo

        Text.

        ### Deeper

        Text.

        ## Isaac

        Text.
        """)
    assert first == "It has two modules:\n\n- Gazebo\n- Isaac"


def test_a_section_that_announces_the_only_one_below_it_shows_it_and_is_searched_without_it() -> None:
    first, second = passages("""
        # The course

        It has these modules:

        ## Overview

        | Module | Weeks |
        |--------|-------|
        | Gazebo | 3     |
        """)
    table = {"kind": "table", "rows": [["Gazebo", "3"]], "head": ["Module", "Weeks"]}
    assert (first.text, first.blocks) == ("It has these modules:", ({**table, "lead": "It has these modules:"},))
    assert second.blocks == (table,)


def test_an_authors_anchor_is_kept_and_taken_out_of_the_heading() -> None:
    for heading in ("## Set up {#own-anchor}", "## Set up[[own-anchor]]", '<h2 id="own-anchor">Set up</h2>'):
        passage = passages(f"# Arm\n\n{heading}\n\nText")[0]
        assert (passage.anchor, passage.heading_path) == ("own-anchor", ("Arm", "Set up"))


def test_the_title_is_the_front_matters_or_the_first_headings_or_the_files() -> None:
    assert passages("---\ntitle: Robot arm\n---\n# The arm\n\nText")[0].heading_path == ("Robot arm", "The arm")
    assert passages("Text", path="guides/set-up_guide")[0].title == "Set up guide"
    assert passages("Text", path="guides/index")[0].title == "Guides"


def test_headings_by_underlining_and_code_that_looks_like_headings() -> None:
    found = passages("Title\n=====\n\n```bash\n# no heading\n```\n\n    # nor this\n\nPart\n----\n\nText")
    assert [each.heading_path for each in found] == [("Title",), ("Title", "Part")]
    assert "# no heading" in found[0].text
    assert "# nor this" in found[0].text


def test_text_is_clean_markdown() -> None:
    source = """
        **Bold** and *soft* [link](https://x.example) with ![a picture](p.png),
        `code` and &amp; entities.  [ref][1]

        [1]: https://y.example

        * one
        * two
          1. deep
          2. deeper

        > Quoted
        > lines

        | A | B |
        |---|---|
        | `x` | **y** |
        """
    clean = """
        Bold and soft link with a picture, `code` and & entities. ref

        - one
        - two
          1. deep
          2. deeper

        > Quoted lines

        | A | B |
        | --- | --- |
        | `x` | y |
        """
    assert texts(source) == [dedent(clean).strip()]


def test_components_are_read_as_the_text_they_hold() -> None:
    assert texts(
        """
        import Tabs from '@theme/Tabs';

        <Tabs>
          <TabItem value="linux" label="Linux">

            Run this:

            ```bash
            apt install arm
            ```

          </TabItem>
        </Tabs>
        """,
        ending=".mdx",
    ) == ["Linux:\n\nRun this:\n\n```bash\napt install arm\n```"]


def test_drafts_and_empty_pages_have_no_passages() -> None:
    assert passages("---\ndraft: true\n---\nText") == []
    assert passages("# Only a heading\n\n<!-- nothing -->\n") == []


def test_a_page_of_code_alone_says_so() -> None:
    assert [each.kind for each in passages("```\nls\n```\n\n## B\n\nText:\n\n```\nls\n```")] == ["code", "text"]


def test_long_text_is_cut_at_sentences_and_paragraphs() -> None:
    sentence = "The arm has six joints and each of them is calibrated on its own. "
    parts = texts(f"# A\n\n{sentence * 40}\n\n{sentence * 5}\n\n{sentence * 5}\n\n{sentence * 5}")
    assert all(len(each) <= LONGEST_TEXT for each in parts)
    assert all(each.endswith(".") for each in parts)
    assert sum(each.count(sentence.strip()) for each in parts) == 55


def test_a_word_without_end_is_cut_too() -> None:
    parts = texts("x" * 5000)
    assert [len(each) for each in parts] == [LONGEST_TEXT] * 4 + [200]


def test_a_long_list_is_cut_between_items_and_keeps_its_numbers() -> None:
    items = [f"{number}. Step {number} turns a screw by half a turn and checks the cable." for number in range(1, 41)]
    parts = texts("\n".join(items))
    assert len(parts) > 1
    assert "\n".join(parts) == "\n".join(items)


def test_code_stays_whole_and_with_the_words_that_introduce_it() -> None:
    code = "```python\n" + "\n\n".join(f"print({number})" for number in range(400)) + "\n```"
    assert TARGET < len(code) < LONGEST_CODE
    parts = texts(f"{'A long story. ' * 60}\n\nRun this:\n\n{code}\n\nDone.")
    assert f"Run this:\n\n{code}" in parts


def test_endless_code_is_cut_between_lines() -> None:
    code = "\n\n".join(f"print({number})" for number in range(2000))
    parts = [each.split("\n", 1)[1].removesuffix("\n```") for each in texts(f"```python\n{code}\n```")]
    assert all(len(each) <= LONGEST_CODE for each in parts)
    assert "\n\n".join(parts) == code


def test_each_part_of_a_long_table_keeps_its_head() -> None:
    rows = [f"| {number} | text |" for number in range(300)]
    head = "| A | B |\n| --- | --- |"
    parts = texts("\n".join([head, *rows]))
    assert len(parts) > 1
    assert all(each.startswith(f"{head}\n") for each in parts)
    assert [row for each in parts for row in each.split("\n")[2:]] == rows


def test_ids_stay_while_other_sections_change() -> None:
    before = passages("# A\n\nOne.\n\n## B\n\nTwo.\n\n## C\n\nThree.")
    after = passages("# A\n\nOne.\n\n## New\n\nNew.\n\n## B\n\nTwo, changed.\n\n## C\n\nThree.")
    ids = {each.anchor: each.id for each in after}
    assert [ids[each.anchor] for each in before] == [each.id for each in before]
    assert len({each.id for each in after}) == 4
    hashes = {each.anchor: each.content_hash("model") for each in after}
    assert [hashes[each.anchor] == each.content_hash("model") for each in before] == [True, False, True]


def test_equal_pages_of_two_sites_are_different_passages() -> None:
    page = page_of("Text", Source(Path("a.md"), "a"), SITE)
    one, two = (next(passages_of(page, site)) for site in ("one", "two"))
    assert one.id != two.id


def test_what_is_not_utf_8_cannot_be_read_and_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("# Gerät".encode("latin-1"))
    (tmp_path / "mark.md").write_bytes("\ufeff---\ntitle: T\n---\r\nText\r\n".encode())
    skipped, page = MarkdownReader(SITE).read([tmp_path])
    assert skipped == Skipped("latin", str(tmp_path / "latin.md"), "it is not UTF-8 (byte 5)")
    assert isinstance(page, Page)
    assert [(each.title, each.text) for each in passages_of(page, "book")] == [("T", "Text")]


SENTENCES = some.text(alphabet="abc é.:`*_#|<>{}[]!\n", min_size=1, max_size=400)
CODE_LINES = some.sampled_from(["# comment", "x = 1", "", "<Tabs>", "| a |", ":::tip", "import a from 'b'"])
FENCES = some.tuples(some.sampled_from(["```", "~~~", "````"]), some.lists(CODE_LINES, max_size=60)).map(
    lambda fence: "\n".join([f"{fence[0]}python", *fence[1], fence[0]])
)
PAGES = some.lists(
    some.one_of(
        SENTENCES,
        FENCES,
        some.sampled_from(
            ["## Part", "# Title", "- item\n- item", "1. one\n\n   text", "| a |\n|---|\n| b |", "> quote"]
        ),
    ),
    max_size=25,
).map("\n\n".join)


@settings(max_examples=100)
@given(PAGES, some.sampled_from([".md", ".mdx"]))
def test_no_page_breaks_the_reader_and_no_passage_is_cut_inside_code(text: str, ending: str) -> None:
    found = list(passages_of(page_of(text, Source(Path(f"a{ending}"), "a"), SITE), "book"))
    assert len({each.id for each in found}) == len(found)
    for passage in found:
        assert passage.text.strip()
        fences = [token for token in MarkdownIt("commonmark").parse(passage.text) if token.type == "fence"]
        lines = passage.text.count("\n") + 1
        # a fence that is closed ends with its mark; one that was cut would run to the last line without it
        assert all(closes(passage.text.split("\n"), token.map or [0, lines], token.markup) for token in fences)
        if not fences and "|" not in passage.text:
            assert len(passage.text) <= LONGEST_TEXT + TARGET


def closes(lines: list[str], place: list[int], markup: str) -> bool:
    return re.sub(r"^[\s>]*(?:[-*]|\d+\.)?\s*", "", lines[place[1] - 1]).startswith(markup[:3])


@pytest.mark.parametrize(
    ("heading", "text", "anchor"),
    [
        ("Read {#read-it}", "Read", "read-it"),
        ("Read ## {#read-it}", "Read", "read-it"),
        ("1.1 - 2024 ## {: #v1.1 }", "1.1 - 2024", "v1.1"),
        ("Read { #read-it }", "Read", "read-it"),
        ("Read {: #read-it .wide }", "Read", "read-it"),
        ("Read {/* #read-it */}", "Read", "read-it"),
        ("Read <!-- #read-it -->", "Read", "read-it"),
        ("`onBlur` <div className='label'>iOS</div>", "`onBlur` iOS", "onblur-ios"),
    ],
)
def test_every_spelling_of_an_explicit_id_is_the_anchor(heading: str, text: str, anchor: str) -> None:
    (found,) = passages(f"# Page\n\n## {heading}\n\nWords.\n", ending=".mdx")
    assert (found.heading_path[-1], found.anchor) == (text, anchor)


def test_imports_on_one_line_are_no_text() -> None:
    assert texts("import A from 'a'; import B from 'b';\n\nWords.", ending=".mdx") == ["Words."]
