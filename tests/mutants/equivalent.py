"""Changes that no test can notice, because nothing that anybody sees depends on them: tests/mutants/equivalent.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).with_name("equivalent.md")


def reasons() -> dict[tuple[str, str], str]:
    """Why, by module and change."""
    rows = (
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| `")
    )
    return {(module.strip("`"), _plain(change)): reason for module, change, reason in rows}


def _plain(cell: str) -> str:
    return cell.strip("`").replace(r"\|", "|")
