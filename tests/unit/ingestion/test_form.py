"""What a reader yields becomes sections with addresses, and blocks as people read them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from infra.ingestion.form import LONGEST_SECTION, Heading, Page
from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.passages.arranging import arranged
from infra.ingestion.passages.pages import Passage, passages
from infra.ingestion.sources import Source
from shared.retrieval.blocks import (
    FORM,
    Admonition,
    Code,
    Definition,
    Item,
    List,
    Paragraph,
    Question,
    Table,
    read,
    written,
)
from shared.retrieval.markdown import markdown

if TYPE_CHECKING:
    from infra.ingestion.form import Content
    from shared.retrieval.blocks import Block

SITE = Site("book", "https://book.example/docs")


def content(text: str, ending: str = ".md") -> list[Content]:
    return list(page_of(dedent(text).lstrip("\n"), Source(Path(f"arm{ending}"), "arm"), SITE).content)


def stored(*found: Content) -> list[Passage]:
    return list(passages(Page("arm", "https://book.example/arm", "Arm", content=found), "book"))


def carried(passage: Passage) -> list[Block]:
    return list(read(passage.blocks))


def test_a_page_of_markdown_is_headings_and_typed_blocks() -> None:
    source = """
        # Arm

        It **moves**.

        3. Third
        4. Fourth

           ```bash
           go
           ```

        | A | B |
        |---|---|
        | x | `y` |

        > Somebody said so.

        ## Care {#own}

        **Torque**: how hard it turns.
        """
    assert content(source) == [
        Heading(1, "Arm"),
        Paragraph("It moves."),
        List((Item("Third"), Item("Fourth", (Code("go", language="bash"),))), start=3),
        Table((("x", "`y`"),), ("A", "B")),
        Admonition((Paragraph("Somebody said so."),)),
        Heading(2, "Care", "own"),
        Definition("Torque", (Paragraph("how hard it turns."),)),
    ]


def test_an_admonition_ends_where_its_author_ended_it() -> None:
    for source in (
        ":::tip Save\n\n- often\n\n:::\n\n- something else",
        "/// tip | Save\n\n- often\n\n///\n\n- something else",
        '!!! tip "Save"\n\n    - often\n\n- something else',
        '<Tip title="Save">\n\n- often\n\n</Tip>\n\n- something else',
    ):
        assert content(source) == [
            Admonition((List((Item("often"),)),), "Tip", "Save"),
            List((Item("something else"),)),
        ]
    assert content("> [!TIP]\n> Save often.\n\nElse.") == [
        Admonition((Paragraph("Save often."),), "Tip"),
        Paragraph("Else."),
    ]


def test_a_tab_is_named_by_its_title() -> None:
    source = '<TabItem value="l" label="Linux">\n\n```\napt\n```\n\n</TabItem>'
    assert content(source, ".mdx") == [Admonition((Code("apt"),), "", "Linux")]


def test_headings_within_an_admonition_still_begin_sections() -> None:
    assert content(":::tip\n\n## Save\n\nOften.\n\n:::\n") == [
        Paragraph("Tip:"),
        Heading(2, "Save"),
        Paragraph("Often."),
    ]


def test_what_announces_a_list_a_table_or_code_belongs_to_it() -> None:
    assert arranged([Paragraph("You need:"), List((Item("a screw"),))]) == [List((Item("a screw"),), "You need:")]
    assert arranged([Paragraph("Install"), Code("apt")]) == [Code("apt", "Install")]
    assert arranged([Paragraph("Prices:"), Table((("a", "1"),))]) == [Table((("a", "1"),), (), "Prices:")]
    apart = [Paragraph("That is all."), Code("apt")]
    assert arranged(apart) == apart


def test_a_question_has_its_answer_and_a_quiz_has_none() -> None:
    answered = [Paragraph("Q: Why?"), Paragraph("A: Because."), List((Item("so"),)), Paragraph("Q: How?")]
    assert arranged(answered) == [
        Question("Q: Why?", (Paragraph("A: Because."), List((Item("so"),)))),
        Question("Q: How?"),
    ]
    assert arranged([Paragraph("Does it float?"), Paragraph("No."), Paragraph("More.")]) == [
        Question("Does it float?", (Paragraph("No."),)),
        Paragraph("More."),
    ]
    answer = Definition("Answer 1", (Paragraph("An arm."),))
    numbered = arranged([Definition("Question 1", (Paragraph("What is it?"),)), answer])
    assert numbered == [Question("Question 1: What is it?", (answer,))]


def test_a_link_leads_to_the_nearest_heading_that_has_an_anchor() -> None:
    found = stored(
        Paragraph("a"),
        Heading(2, "One", "one"),
        Paragraph("b"),
        Heading(3, "Deeper", ""),
        Paragraph("c"),
        Heading(2, "Two", ""),
        Paragraph("d"),
        Heading(2, "Made of words"),
        Paragraph("e"),
    )
    assert [each.url.removeprefix("https://book.example/arm") for each in found] == [
        "",
        "#one",
        "#one",
        "",
        "#made-of-words",
    ]
    assert len({each.id for each in found}) == 5
    assert found[2].heading_path == ("Arm", "One", "Deeper")


def test_an_anchor_that_a_page_uses_twice_is_left_as_it_is() -> None:
    found = stored(
        Heading(2, "A", "x"), Paragraph("a"), Heading(2, "X"), Paragraph("b"), Heading(2, "C", "x"), Paragraph("c")
    )
    assert [each.anchor for each in found] == ["x", "x-1", "x"]
    assert len({each.id for each in found}) == 3


def test_every_passage_carries_its_whole_section_unless_that_is_long() -> None:
    steps = List(
        tuple(Item(f"Step {n} turns a screw by half a turn and checks the cable.") for n in range(30)), start=1
    )
    found = stored(Heading(2, "Steps", "steps"), steps)
    assert len(found) > 1
    assert all(carried(each) == [steps] for each in found)
    many = List(steps.items * (LONGEST_SECTION // 1000), start=1)
    parts = [carried(each)[0] for each in stored(Heading(2, "Steps", "steps"), many)]
    assert all(isinstance(each, List) for each in parts)
    assert [item for each in parts if isinstance(each, List) for item in each.items] == list(many.items)
    assert isinstance(parts[1], List)
    assert parts[1].start == len(parts[0].items) + 1 if isinstance(parts[0], List) else False


def test_glossaries_and_options_are_split_by_term_and_labelled_texts_are_not() -> None:
    terms = [Definition(name, (Paragraph(f"What {name} is."),)) for name in ("Arm", "Gripper")]
    assert [markdown(carried(each)) for each in stored(Heading(2, "Glossary", "g"), *terms)] == [
        "Arm: What Arm is.",
        "Gripper: What Gripper is.",
    ]
    assert len(stored(Heading(2, "It hangs", "h"), *terms)) == 1
    options = List(tuple(Item(f"`--{name}`: sets {name}.", term=f"`--{name}`") for name in ("a", "b")))
    assert len(stored(Heading(2, "Options", "o"), options)) == 2
    assert len(stored(Heading(2, "What happens", "o"), options)) == 1


def test_a_term_with_an_anchor_of_its_own_has_its_own_address() -> None:
    found = stored(Heading(2, "API", "api"), Definition("run()", (Paragraph("Runs."),), "arm.run"))
    assert [each.url for each in found] == ["https://book.example/arm#arm.run"]


def test_what_is_stored_is_safe_to_show() -> None:
    found = stored(
        Paragraph("See <b>this</b> at https://evil.example [1]."),
        Code("x\u202ey", "Run <script>:"),
        List((Item("![a](https://evil.example/p.png) b"),)),
    )
    texts = markdown(carried(found[0]))
    assert "<b>" not in texts
    assert "`https://evil.example`" in texts
    assert "[1]" not in texts
    assert "\u202e" not in texts
    assert "![" not in texts


def test_a_stored_passage_fits_the_schema_and_comes_back_as_it_was() -> None:
    found = stored(
        Heading(2, "All", "all"),
        Paragraph("Text."),
        List((Item("a", (Code("b", "c", "d"),), "e"),), "Lead:", 0),
        Table((("1", "2"),), ("A", "B"), "Shown:"),
        Question("Why so?", (Paragraph("So."),)),
        Definition("Term", (Paragraph("Meaning."),), "term"),
        Admonition((Paragraph("Mind."),), "Note", "Title"),
    )
    for passage in found:
        assert passage.form == FORM
        TypeAdapter(Passage).validate_python({name: getattr(passage, name) for name in Passage.__slots__})
        assert [written(each) for each in read(passage.blocks)] == list(passage.blocks)


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(""),
        List((), "Steps:"),
        Code(""),
        Table((), ("Name", "Price")),
        Question("", (Paragraph("So."),)),
        Definition("", (Paragraph("So."),)),
        Admonition((), "Tip"),
    ],
)
def test_a_block_without_what_makes_it_one_comes_back_and_fails_no_search(block: Block) -> None:
    assert read([written(block)]) == (block,)


def test_a_kind_of_block_from_the_future_is_passed_over() -> None:
    assert read([{"kind": "hologram"}, {"kind": "paragraph", "text": "Text."}]) == (Paragraph("Text."),)
