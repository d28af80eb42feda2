"""The OpenAPI document is one that other programs can read: a linter, a generator, a compiler, and a client at work."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from infra.openapi import DOCUMENT
from tests.clients.conftest import HERE

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.platform import Platform
    from tests.clients.conftest import Run

pytestmark = pytest.mark.smoke

ONLY_REDIRECTS = {"auth_error", "auth_follow_reset_link"}
"""They have no success with a body, which the linter mentions."""


def test_a_linter_has_nothing_against_the_document(run: Run) -> None:
    said: dict[str, Any] = json.loads(run("redocly", "lint", "--format=json", DOCUMENT).stdout)

    assert said["totals"]["errors"] == 0
    rules = {each["ruleId"] for each in said["problems"]}
    assert rules == {"operation-2xx-response"}
    assert said["totals"]["warnings"] == len(ONLY_REDIRECTS)


def test_a_client_is_generated_compiled_and_asks_the_platform(run: Run, platform: Platform, tmp_path: Path) -> None:
    run("openapi-ts", "--input", DOCUMENT, "--output", tmp_path / "client", "--no-log-file")
    shutil.copy(HERE / "usage.ts", tmp_path)
    shutil.copy(HERE / "tsconfig.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    run("tsc", "--noEmit", "--project", tmp_path)
    run("esbuild", tmp_path / "usage.ts", "--bundle", "--platform=node", "--format=esm", f"--outfile={tmp_path}/a.mjs")

    said: dict[str, Any] = json.loads(run("node", tmp_path / "a.mjs", API=platform.url("http")).stdout)

    assert (said["status"], said["kept"], said["code"]) == ("ok", "no", "not_signed_in")
    assert said["sources"]
    assert said["titles"]
