from __future__ import annotations

import ast
import re

import pytest

from tests.docs.prose import ROOT, table_rows

SPEC = "specs/1-neon-db-setup/spec.md"
PROOFS = [row[:2] for row in table_rows(SPEC, "## Proofs")]


def requirements() -> set[str]:
    return {row[0] for row in table_rows(SPEC, "## Functional requirements")}


def test_every_requirement_names_a_proof() -> None:
    assert {requirement for requirement, _ in PROOFS} == requirements()


@pytest.mark.parametrize(("requirement", "proof"), PROOFS, ids=lambda cell: re.sub(r"\W+", "-", str(cell)).strip("-"))
def test_every_proof_is_a_test_that_exists(requirement: str, proof: str) -> None:
    page, _, name = proof.strip("`").partition("::")
    functions = {
        node.name
        for node in ast.walk(ast.parse((ROOT / page).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert name in functions, f"{requirement} is to be shown by {proof}"
