"""The file with the settings of a stage is read alike by the deployment and by the commands beside it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from moto import mock_aws

from infra.stage_secrets import NoSecrets
from infra.stage_settings import with_passages, with_settings
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Generator

PROJECT = Path(__file__).resolve().parents[2]
DOTENV = PROJECT / "node_modules" / "dotenv-expand"
WRITTEN = """\
# Settings of a preview
SITE_ORIGIN=https://book.example.com     # whose pages may call, with cookies
export AWS_REGION = eu-central-1
QDRANT_COLLECTION='pr-42'
CHAT_WORDS="{\\"greeting\\": \\"Hello\\"}"
TWO="one
two"
LINES="one\\ntwo"
PASSWORD_SCHEME="bcrypt" # the default
MAIL_IDENTITY=example.com
MAIL_FROM=book@${MAIL_IDENTITY}
MAIL_HOSTED_ZONE=$MAIL_IDENTITY
NOBODY=a${NOT_THERE}b$NOT_THERE
API_DOMAIN=${NOT_THERE:-api.${MAIL_IDENTITY}}
HEADING=${MAIL_IDENTITY:+Ask us}${NOT_THERE+not}
PRICE='costs \\$5 or $$'
EMPTY=
COLON: value
no setting
"""
READ_BY_OSLS = """
const { config } = require('dotenv'), { expand } = require('dotenv-expand');
const read = config({ path: process.argv[1], quiet: true, processEnv: {} });
console.log(JSON.stringify(expand({ ...read, processEnv: {} }).parsed));
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env.pr-42").write_text(WRITTEN, "utf-8")
    return tmp_path


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    """AWS Secrets Manager in the region of the preview."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-central-1")  # pyright: ignore[reportUnknownMemberType] (it has no types)


def test_the_file_says_the_same_as_to_the_deployment(folder: Path) -> None:
    if not (shutil.which("node") and DOTENV.is_dir()):
        missing("node or the npm packages are not installed (make setup)")
    words = ["node", "-e", READ_BY_OSLS, str(folder / ".env.pr-42")]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    assert with_settings({"STAGE": "pr-42"}, folder) == {**json.loads(done.stdout), "STAGE": "pr-42"}


@pytest.mark.parametrize("begin", ["\ufeff", "\r\n\t\ufeff"])
def test_a_file_of_windows_says_the_same_too(tmp_path: Path, begin: str) -> None:
    file = tmp_path / ".env.pr-42"
    file.write_bytes(f'{begin}QDRANT_COLLECTION="pr-42"\r\nSITE_ORIGIN=https://book.example.com\r\n'.encode())
    if not (shutil.which("node") and DOTENV.is_dir()):
        missing("node or the npm packages are not installed (make setup)")
    words = ["node", "-e", READ_BY_OSLS, str(file)]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    read = with_settings({"STAGE": "pr-42"}, tmp_path)
    assert read == {**json.loads(done.stdout), "STAGE": "pr-42"}
    assert read["QDRANT_COLLECTION"] == "pr-42"


def test_what_the_shell_says_counts_more(folder: Path) -> None:
    told = with_settings({"STAGE": "pr-42", "QDRANT_COLLECTION": "another"}, folder)
    assert (told["QDRANT_COLLECTION"], told["SITE_ORIGIN"]) == ("another", "https://book.example.com")


def test_without_a_stage_no_file_is_read(folder: Path) -> None:
    assert with_settings({"HOME": "/root"}, folder) == {"HOME": "/root"}


def test_a_stage_without_a_file_has_the_common_one(folder: Path) -> None:
    (folder / ".env").write_text("QDRANT_COLLECTION=common\n", "utf-8")
    assert with_settings({"STAGE": "dev"}, folder)["QDRANT_COLLECTION"] == "common"
    assert with_settings({"STAGE": "pr-42"}, folder)["QDRANT_COLLECTION"] == "pr-42"


def test_the_passages_of_a_preview_are_its_own_in_the_store_of_its_secret(folder: Path, secrets: Any) -> None:  # noqa: ANN401 (boto3 makes its clients at run time)
    stored = {"QDRANT_URL": "https://q.example.com:6333", "QDRANT_API_KEY": "key", "DATABASE_URL": "none of theirs"}
    secrets.create_secret(Name="docs-chatbot-backend/pr-42", SecretString=json.dumps(stored))
    told = with_passages({"STAGE": "pr-42"}, folder)
    assert (told["QDRANT_URL"], told["QDRANT_API_KEY"]) == ("https://q.example.com:6333", "key")
    assert told["QDRANT_COLLECTION"] == "pr-42"
    assert "DATABASE_URL" not in told


def test_a_secret_that_is_not_there_is_named_with_its_region(folder: Path, secrets: Any) -> None:  # noqa: ANN401 (as above)
    assert secrets.list_secrets()["SecretList"] == []
    with pytest.raises(NoSecrets, match=r"docs-chatbot-backend/pr-42 in eu-central-1: .*ResourceNotFound"):
        with_passages({"STAGE": "pr-42"}, folder)
