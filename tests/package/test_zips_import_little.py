from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.bundle import Service
from tests.package.runtime_api import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.packaging.dependencies import Target

DENIED = {"boto3", "botocore", "grpc", "httpx", "numpy", "pytest", "qdrant_client", "pydantic.v1"}
"""Too slow to import on a request, or no business of a request at all."""

MODULES_AT_MOST = 560
"""Modules that are there once a handler is loaded. A count and not a time, which would depend on the machine."""

UNFIT_FOR_A_SNAPSHOT = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "tempfile.mkstemp"}
"""Audit events that must not happen at import: SnapStart would wake many copies of what they made
(https://docs.python.org/3/library/audit_events.html)."""

SHOW_MODULES = """
import importlib, json, sys
happened = []
sys.addaudithook(lambda event, _: happened.append(event))
importlib.import_module(sys.argv[1])
found = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print(json.dumps({"modules": found, "standard_library": sys.base_prefix, "happened": sorted(set(happened))}))
"""


@pytest.mark.parametrize("name", Service.read().handlers)
def test_each_zip_imports_alone_without_slow_packages(
    name: str, service: Service, target: Target, unzipped: Callable[[str], Path]
) -> None:
    task = unzipped(name)
    assert target.python
    module = service.handlers[name].rpartition(".")[0].replace("/", ".")
    words = [target.python, *ALONE, "-c", SHOW_MODULES, module]

    shown = subprocess.run(words, env={"PYTHONPATH": str(task)}, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)

    assert shown.returncode == 0, shown.stderr
    report = json.loads(shown.stdout)
    modules: dict[str, str | None] = report["modules"]
    assert not UNFIT_FOR_A_SNAPSHOT & set(report["happened"])
    assert not DENIED & set(modules)
    assert len(modules) <= MODULES_AT_MOST
    allowed = (str(task), report["standard_library"])
    assert not [path for path in modules.values() if path and not path.startswith(allowed)]
    assert list((task / "shared" / "__pycache__").glob("errors.cpython-*.pyc"))
