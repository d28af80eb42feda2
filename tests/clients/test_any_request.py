"""Whatever is sent to any operation of the OpenAPI document, the answer is one that the document describes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from infra.openapi import DOCUMENT
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from infra.local.platform import Platform
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person

pytestmark = pytest.mark.timeout(3600)  # thousands of requests, which a busy machine answers in half an hour

FUZZER: Final = Path(__file__).parents[2] / "build/fuzz-venv/bin/schemathesis"
SEED: Final = 18
CHECKS: Final = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

ENDS_THE_SESSION: Final = "auth_(delete_user|follow_deletion_link|sign_out|revoke_.*|change_password|reset_password)"
"""Operations after which whoever asks is a guest; guests ask them too."""

FEW: Final = "examples,fuzzing", 2
MANY: Final = "examples,coverage,fuzzing", 40
"""Phases, and requests of the last one to each operation: what fits into twenty seconds, and into the whole tier."""


class Asked:
    """A run of schemathesis against the platform."""

    def __init__(self, api: str, folder: Path) -> None:
        self.api = api
        self._folder = folder

    def of_all(self, depth: tuple[str, int], *more: str) -> int:
        """How many requests were sent; each that was answered otherwise than documented belongs to the failure."""
        phases, most = depth
        report = self._folder / "report.json"
        # fmt: off
        words = [
            FUZZER, "run", DOCUMENT, "--url", self.api, "--checks", CHECKS, "--seed", str(SEED), "--phases", phases,
            "--max-examples", str(most), "--continue-on-failure", "--no-shrink", "--workers", "2", "--no-color",
            "--request-timeout", "30", "--warnings", "off", "--suppress-health-check", "all",
            "--report", "json", "--report-json-path", report, *more,
        ]
        # fmt: on
        done = subprocess.run(words, cwd=self._folder, capture_output=True, text=True, check=False)  # noqa: S603 (what is locked)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr
        return _sent(json.loads(report.read_text("utf-8")), done.stdout)


@pytest.fixture
def transport() -> Transport:
    return "http"


@pytest.fixture
def asked(platform: Platform, tmp_path: Path) -> Asked:
    if not FUZZER.exists():
        reason = "schemathesis is not installed (`make test-clients` installs it)"
        missing(reason)
    return Asked(platform.url("http"), tmp_path)


def _sent(report: dict[str, Any], said: str) -> int:
    found = re.search(r"(\d+) generated", said)
    assert found, report
    return int(found[1])


@pytest.mark.parametrize("depth", [pytest.param(FEW, id="few", marks=pytest.mark.smoke), pytest.param(MANY, id="many")])
def test_a_reader_gets_no_answer_that_is_not_documented(asked: Asked, person: Person, depth: tuple[str, int]) -> None:
    sent = {"email": person.email, "password": person.password}
    token = person.api.post("/api/auth/sign-in/email", json=sent).headers["set-auth-token"]
    bearer = f"Bearer {token}"
    spared = "--exclude-operation-id-regex", ENDS_THE_SESSION
    assert asked.of_all(depth, "--header", f"Authorization: {bearer}", *spared) > 80
    session = httpx.get(f"{asked.api}/api/auth/get-session", headers={"authorization": bearer}, trust_env=False)
    assert session.json()["user"]["id"] == person.user["id"]


def test_a_guest_gets_no_answer_that_is_not_documented(asked: Asked) -> None:
    assert asked.of_all(MANY) > 1000
