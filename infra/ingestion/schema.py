"""`python -m infra.ingestion.schema`: writes the JSON schemas of a page and of a stored passage into specs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ConfigDict, TypeAdapter, with_config

from infra.ingestion.form import Page
from infra.ingestion.passages.pages import Passage
from shared.retrieval.blocks import FORM, Block

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTRACTS: Final = Path(__file__).resolve().parents[2] / "specs" / "1-neon-db-setup" / "contracts"
PAGE: Final = CONTRACTS / "page.schema.json"
PASSAGE: Final = CONTRACTS / "passage.schema.json"


def page_schema() -> dict[str, Any]:
    """What a reader produces."""
    return TypeAdapter(Page).json_schema() | {"$comment": f"form {FORM}"}


def passage_schema() -> dict[str, Any]:
    """The payload of a point; what infra/ingestion/store/index.py adds is its own affair."""
    schema = TypeAdapter(with_config(ConfigDict(extra="allow"))(Passage)).json_schema()
    blocks: dict[str, Any] = TypeAdapter(list[Block]).json_schema()
    schema["$defs"] = blocks.pop("$defs")
    schema["properties"]["blocks"] = blocks
    return schema | {"$comment": f"form {FORM}"}


def text(schema: Mapping[str, Any]) -> str:
    """A schema as it is committed."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(page_schema()), encoding="utf-8")
    PASSAGE.write_text(text(passage_schema()), encoding="utf-8")
    print(f"wrote {PAGE.name} and {PASSAGE.name}")
