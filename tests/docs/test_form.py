"""specs/form.md and the schemas beside it are those of the code."""

from __future__ import annotations

from dataclasses import fields

from infra.ingestion import form, schema
from shared.retrieval import blocks
from tests.docs.prose import ROOT, table_rows

PAGE = "specs/form.md"


def test_the_committed_schemas_are_those_of_the_code() -> None:
    for file, made in ((schema.PAGE, schema.page_schema()), (schema.PASSAGE, schema.passage_schema())):
        assert file.read_text(encoding="utf-8") == schema.text(made), "run: .venv/bin/python -m infra.ingestion.schema"


def test_the_page_names_every_kind_of_block_with_its_fields() -> None:
    documented = {row[0].strip("`"): set(row[1].replace("`", "").split(", ")) for row in table_rows(PAGE, "## Blocks")}
    kinds = (
        blocks.Paragraph,
        blocks.List,
        blocks.Code,
        blocks.Table,
        blocks.Question,
        blocks.Definition,
        blocks.Admonition,
    )
    named = {each: {field.name: field for field in fields(each)} for each in kinds}
    assert documented == {found["kind"].default: set(found) - {"kind"} for found in named.values()}
    assert set(documented) == set(blocks.KINDS)


def test_the_page_names_the_limits_and_the_version() -> None:
    documented = {row[0].strip("`"): int(row[1]) for row in table_rows(PAGE, "## Passages")}
    assert documented == {name: getattr(form, name) for name in documented}
    assert documented.keys() == {name for name in vars(form) if name.startswith("LONGEST")}
    assert f"Version {blocks.FORM}." in (ROOT / PAGE).read_text(encoding="utf-8")
