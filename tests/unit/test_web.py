from __future__ import annotations

import subprocess
import sys

import pytest

from infra.bundle import PROJECT, Service

MODELS = """
import importlib, sys
from pydantic import BaseModel
importlib.import_module(sys.argv[1])
known = {model for model in BaseModel.__subclasses__()}
print(*{model.__module__.partition(".")[0] for model in known if model.__pydantic_complete__})
"""


@pytest.mark.parametrize("name", ["chat", "conversationsAppend"])
def test_a_function_builds_its_own_models_while_it_loads_and_none_of_a_document_that_nobody_reads(name: str) -> None:
    module = Service.read().handlers[name].rpartition(".")[0].replace("/", ".")
    words = [sys.executable, "-c", MODELS, module]
    said = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True).stdout  # noqa: S603 (ours)
    assert "functions" in said.split()
    assert "fastapi" not in said.split()
