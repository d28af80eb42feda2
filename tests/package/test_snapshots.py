"""SnapStart, as far as it can be shown without AWS: one loaded function, copied, and both copies put to work."""

from __future__ import annotations

import ast
import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from infra.bundle import PROJECT, Service
from infra.packaging.import_graph import reach
from tests.package.conftest import EVENTS
from tests.package.runtime_api import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.packaging.dependencies import Target

COPY_AND_CALL = """
import ctypes, importlib, json, os, random, sys
handler_name, event, environment = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
module, _, name = handler_name.rpartition(".")
handler = getattr(importlib.import_module(module.replace("/", ".")), name)

class Context:
    aws_request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    def get_remaining_time_in_millis(self):
        return 29_000

for _ in range(2):
    # the C library's fork and not Python's, which would seed the module `random` anew in the copy
    if ctypes.CDLL(None).fork() == 0:
        os.environ |= environment
        answer = handler(event, Context())
        os.write(1, (json.dumps({"random": random.random(), "answer": answer}) + "\\n").encode())
        os._exit(0)
    os.wait()
"""
"""Imported without a single setting, as before a snapshot; the settings come with the copies."""

SAME_IN_EVERY_COPY = {"random", "uuid.uuid1", "uuid.getnode"}
"""What a process seeds or reads once; `random.SystemRandom`, `secrets` and `uuid.uuid4` ask the kernel every time."""


def run_copies(task: Path, target: Target, handler: str, environment: dict[str, str]) -> list[dict[str, Any]]:
    """What two copies of the function answer to a guest's question that brings no ids along."""
    question: dict[str, object] = {
        "body": json.dumps({"message": "How do I install it?"}),
        "isBase64Encoded": False,
        "cookies": [],
    }
    event = json.loads((EVENTS / f"{task.name}.json").read_text(encoding="utf-8")) | question
    told = [handler, json.dumps(event), json.dumps(environment)]
    assert target.python
    words = [target.python, *ALONE, "-c", COPY_AND_CALL, *told]
    variables = {"PYTHONPATH": str(task), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [line for line in lines if "answer" in line]


def test_two_copies_of_one_loaded_function_make_different_ids(
    service: Service, target: Target, unzipped: Callable[[str], Path], environment: dict[str, str]
) -> None:
    copies = run_copies(unzipped("chat"), target, service.handlers["chat"], environment)

    first, second = (json.loads(copy["answer"]["body"]) for copy in copies)

    assert copies[0]["random"] == copies[1]["random"], "else these are no copies, and the test shows nothing"
    assert first["mode"] == second["mode"] == "unavailable"
    assert not {first["conversationId"], first["messageId"]} & {second["conversationId"], second["messageId"]}


@pytest.mark.parametrize("name", Service.read().handlers)
def test_nothing_of_ours_draws_from_what_a_snapshot_would_copy(name: str, service: Service) -> None:
    module = service.handlers[name].rpartition(".")[0].replace("/", ".")
    files = [path for path in reach(PROJECT, module).files if path.suffix == ".py"]
    assert files
    assert not {f"{path}: {each}" for path in files for each in drawn_by(path)}


def test_a_careless_draw_is_noticed() -> None:
    assert drawn_from("import random\n") == {"random"}
    assert drawn_from("from random import choice, SystemRandom\n") == {"random.choice"}
    assert drawn_from("from uuid import uuid1, uuid4\n") == {"uuid.uuid1"}
    assert drawn_from("import uuid\nuuid.uuid1()\n") == {"uuid.uuid1"}
    assert drawn_from("import secrets, uuid\nuuid.uuid4()\nfrom random import SystemRandom\n") == set()


@cache
def drawn_by(path: Path) -> set[str]:
    """Most files are part of most functions."""
    return drawn_from(path.read_text(encoding="utf-8"))


def drawn_from(source: str) -> set[str]:
    """Names of SAME_IN_EVERY_COPY, or in one of them, that a module imports or uses."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
    found.discard("random.SystemRandom")
    return {name for name in found if name in SAME_IN_EVERY_COPY or name.startswith("random.")}
