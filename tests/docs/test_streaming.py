from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.chat.reply import Cited, SourcesEvent, Unit
from shared.answering.turn.chat import LONGEST
from tests.docs.prose import ROOT, table_rows

if TYPE_CHECKING:
    from pydantic import BaseModel

PAGE = "specs/streaming.md"


@pytest.mark.parametrize(("event", "model"), [("sources", SourcesEvent), ("delta", Unit)])
def test_the_page_names_each_field_of_an_event(event: str, model: type[BaseModel]) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8").partition(f"### `{event}`\n")[2].split("\n#")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| `")]
    schema = model.model_json_schema(by_alias=True)
    assert {row[0].strip("`") for row in rows} == set(schema["properties"])
    assert {row[0].strip("`") for row in rows if row[1] == "yes"} == set(schema["required"])


def test_the_page_names_each_field_of_a_source() -> None:
    told = next(row[2] for row in _fields("sources") if row[0] == "`sources`")
    assert all(f"`{field}`" in told for field in Cited.model_fields)


def test_the_page_names_the_events_in_their_order() -> None:
    assert [row[0].strip("`") for row in table_rows(PAGE, "## Events")[:4]] == ["sources", "delta", "done", "error"]


def test_the_page_says_how_long_an_answer_may_be() -> None:
    assert f"{LONGEST:,} bytes" in (ROOT / PAGE).read_text(encoding="utf-8")


def _fields(event: str) -> list[list[str]]:
    return table_rows(PAGE, f"### `{event}`")
