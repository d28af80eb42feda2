from __future__ import annotations

import os
import subprocess
from typing import Any

from infra import sam
from infra.bundle import PROJECT, Service
from tests.fixtures.missing import missing

COMMAND = PROJECT / "build" / "sam-venv" / "bin" / "sam"


def test_the_template_is_the_one_that_serverless_yml_makes(template: dict[str, Any]) -> None:
    assert sam.TEMPLATE.read_text(encoding="utf-8") == sam.text(template), "run: .venv/bin/python -m infra.sam"


def test_each_function_has_its_zip_and_a_recorded_event() -> None:
    written = sam.TEMPLATE.read_text(encoding="utf-8")
    for name in Service.read().handlers:
        assert f"CodeUri: ../build/{name}.zip" in written
        assert (PROJECT / "tests" / "events" / f"{name}.json").exists()


def test_sam_finds_nothing_to_complain_of() -> None:
    if not COMMAND.exists():
        missing("aws-sam-cli is not installed: `make test-deploy` does that")
    variables = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    variables |= {"AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"}
    words = [COMMAND, "validate", "--lint", "--template", sam.TEMPLATE]
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr
