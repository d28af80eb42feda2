"""Pages that are written in MyST, as those of Sphinx and Jupyter Book are."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.sources import Source
from shared.retrieval.blocks import Admonition, Code, Paragraph


def read(text: str) -> list[object]:
    source = Source(Path("page.md"), "page")
    return list(page_of(text, source, Site("book", "https://site.test")).content)


@pytest.mark.parametrize("fence", ["```", ":::", "~~~~"])
def test_a_directive_is_set_apart_and_its_options_are_no_text(fence: str) -> None:
    found = read(f"{fence}{{warning}} Mind the gap\n:class: dropdown\n:name: gap\n\nIt is wide.\n{fence}\n\nAfter.")
    assert found == [Admonition((Paragraph("It is wide."),), "Warning", "Mind the gap"), Paragraph("After.")]


def test_one_directive_stands_in_another() -> None:
    found = read("::::{note}\nOuter.\n\n:::{tip}\nInner.\n:::\n::::\n\nAfter.")
    assert found[-1] == Paragraph("After.")
    assert isinstance(found[0], Admonition)
    assert found[0].blocks == (Paragraph("Outer."), Admonition((Paragraph("Inner."),), "Tip", ""))


def test_code_keeps_its_lines_and_is_in_the_language_that_it_says() -> None:
    assert read("```{code-block} python\n:linenos:\n\nx = {}\n```") == [Code("x = {}", "", "python")]
    assert read("```{doctest}\n>>> 1\n1\n```") == [Code(">>> 1\n1", "", "pycon")]
    assert read("```{r setup, include=FALSE}\nx <- 1\n```") == [Code("x <- 1", "", "r")]


def test_what_only_a_build_makes_text_of_is_left_out() -> None:
    assert read("```{toctree}\n:hidden: true\n\nwhy\n```\n\n(why)=\n\nAfter.") == [Paragraph("After.")]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("{func}`~pkg.mod.run`", "`run()`"),
        ("{class}`pkg.Thing`", "`pkg.Thing`"),
        ("{py:meth}`go() <pkg.Thing.go>`", "`go()`"),
        ("{doc}`guides/start`", "start"),
        ("{ref}`how to begin <start>`", "how to begin"),
        ("{pep}`8`", "PEP 8"),
        ("{term}`loader`", "loader"),
        # the mark behind a brace ends code, and begins none
        ("`~/.cache/{repo-id}`, then `it`", "`~/.cache/{repo-id}`, then `it`"),
    ],
)
def test_a_role_is_what_a_reader_sees_of_it(role: str, seen: str) -> None:
    assert read(f"See {role}, too.") == [Paragraph(f"See {seen}, too.")]


def test_code_between_plain_fences_stays_to_the_letter() -> None:
    text = "{func}`run`\n(a)=\n:::{note}\n:a: b"
    assert read(f"````text\n{text}\n````") == [Code(text, "", "text")]


def test_a_version_is_told_in_words() -> None:
    assert read("```{versionadded} 21.1.0\n```\n\nAfter.") == [
        Paragraph("Added in version 21.1.0."),
        Paragraph("After."),
    ]
