from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.bundle import Service
from tests.docs.prose import table_rows
from tests.package.runtime_api import ALONE
from tests.unit.auth.vectors import TOKENS, TOKENS_MADE_AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infra.packaging.dependencies import Target
    from tests.package.runtime_api import Trial

DENIED = {"Crypto", "boto3", "botocore", "grpc", "httpx", "numpy", "pytest", "qdrant_client", "pydantic.v1"}
"""Too slow to import where no request needs them, or no business of a request at all."""

MODULES_AT_MOST = 600
"""Modules that are there once a handler is loaded. A count and not a time, which would depend on the machine."""

COLLECTIONS_AT_MOST = 12
"""Searches for garbage while a handler is loaded; with Python's own thresholds there are 43."""

FROM_ZIP_AT_MOST = {row[0]: int(row[1]) for row in table_rows("specs/budgets.md", "## Functions")}
"""The same without those of Python and of Lambda's runtime, for each function."""

UNFIT_FOR_A_SNAPSHOT = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "tempfile.mkstemp"}
"""Audit events that must not happen at import: SnapStart would wake many copies of what they made
(https://docs.python.org/3/library/audit_events.html)."""

VERIFY_TOKENS = """
import json, sys
from shared.auth.tokens.jwt import Verifier
class Keys:
    def find(self, name):
        return key
now, tokens = json.load(sys.stdin)
for user, token, key in tokens:
    claims = json.loads(__import__("base64").urlsafe_b64decode(token.split(".")[1] + "=="))
    assert Verifier(Keys(), claims["iss"], claims["aud"], lambda: now).subject(token) == user
"""


def complaints(trial: Trial, task: Path) -> Iterator[str]:
    """What is wrong with what a handler brings along."""
    yield from (f"{event} at import" for event in UNFIT_FOR_A_SNAPSHOT & set(trial.happened))
    yield from (f"imports {name}" for name in DENIED & set(trial.modules))
    if len(trial.modules) > MODULES_AT_MOST:
        yield f"imports {len(trial.modules)} modules"
    if trial.collections > COLLECTIONS_AT_MOST:
        yield f"looks for garbage {trial.collections} times"
    from_zip = [path for path in trial.modules.values() if path and path.startswith(f"{task}/")]
    if len(from_zip) > FROM_ZIP_AT_MOST[task.name]:
        yield f"imports {len(from_zip)} modules from its zip"
    allowed = (str(task), trial.standard_library)
    yield from (f"{path} is not in the zip" for path in trial.modules.values() if path and not path.startswith(allowed))
    if not list((task / "shared" / "__pycache__").glob("errors.cpython-*.pyc")):
        yield "has no byte code"


def test_every_function_has_a_budget() -> None:
    assert list(FROM_ZIP_AT_MOST) == list(Service.read().handlers)


@pytest.mark.smoke
@pytest.mark.parametrize("name", ["healthLive", "authSignInEmail", "chat", "conversationsList"])
def test_a_zip_answers_alone_and_imports_little(
    try_out: Callable[[str], Trial], unzipped: Callable[[str], Path], name: str
) -> None:
    trial = try_out(name)
    assert trial.kind == "response"
    assert not [*complaints(trial, unzipped(name))]


def test_each_zip_imports_alone_without_slow_packages(
    trials: dict[str, Trial], unzipped: Callable[[str], Path]
) -> None:
    assert set(trials) == set(Service.read().handlers)
    found = {name: list(complaints(trial, unzipped(name))) for name, trial in trials.items()}
    assert not {name: each for name, each in found.items() if each}


def test_the_zip_of_a_route_for_users_verifies_tokens_of_every_algorithm(
    unzipped: Callable[[str], Path], target: Target
) -> None:
    """What verifies them is pruned by hand (infra/packaging/dependencies.py), and imported with the first token."""
    assert target.python
    words = [target.python, *ALONE, "-c", VERIFY_TOKENS]
    told = json.dumps([TOKENS_MADE_AT + 1, list(TOKENS.values())])
    variables = {"PYTHONPATH": str(unzipped("conversationsList"))}
    done = subprocess.run(words, env=variables, input=told, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stderr
    assert len(TOKENS) == len(("EdDSA", "ES256", "RS256"))
