"""A deployment uploads the zips that changed, and keeps those that a kept deployment names."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from moto import mock_aws

from infra.zips import sweep, upload

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

BUCKET = "deployments"
FOLDER = "serverless/docs-chatbot-backend/prod"
OTHER = "serverless/docs-chatbot-backend/dev"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    """S3 with the bucket of deployments."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client: Any = cast("Any", boto3).client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def zipped(folder: Path, **functions: str) -> dict[str, Path]:
    """The zips of functions by their keys, as the plugin names them."""
    found: dict[str, Path] = {}
    for name, content in functions.items():
        file = folder / f"{name}.zip"
        file.write_text(content, encoding="utf-8")
        found[f"{FOLDER}/zips/{hashlib.sha256(content.encode()).hexdigest()}/{name}.zip"] = file
    return found


def deployed(s3: Any, stamp: str, zips: dict[str, Path], folder: str = FOLDER) -> str:  # noqa: ANN401 (boto3 makes its clients at run time)
    """A deployment as osls keeps it: its template, in a folder of its own."""
    functions = {
        str(number): {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": key}}}
        for number, key in enumerate(zips)
    }
    template = {"Resources": functions | {"Outbox": {"Type": "AWS::SQS::Queue"}}}
    key = f"{folder}/{stamp}-2026-11-27T00:00:00.000Z/compiled-cloudformation-template.json"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(template).encode())
    return key


def stored(s3: Any) -> set[str]:  # noqa: ANN401 (as above)
    return {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []) if "/zips/" in each["Key"]}


def test_only_what_changed_is_uploaded(s3: Any, tmp_path: Path) -> None:  # noqa: ANN401 (as above)
    first = zipped(tmp_path, chat="one", search="two")
    assert sorted(upload(BUCKET, first, {})) == ["chat", "search"]
    assert upload(BUCKET, first, {}) == []
    second = zipped(tmp_path, chat="one, changed", search="two")
    assert upload(BUCKET, second, {}) == ["chat"]
    assert stored(s3) == first.keys() | second.keys()


def test_the_last_version_is_still_there_for_a_roll_back(s3: Any, tmp_path: Path) -> None:  # noqa: ANN401 (as above)
    first = zipped(tmp_path, chat="one")
    upload(BUCKET, first, {})
    deployed(s3, "1", first)
    second = zipped(tmp_path, chat="one, changed")
    upload(BUCKET, second, {})
    deployed(s3, "2", second)
    assert sweep(BUCKET, FOLDER, {}) == 0
    assert upload(BUCKET, zipped(tmp_path, chat="one"), {}) == []


def test_what_no_kept_deployment_names_is_removed(s3: Any, tmp_path: Path) -> None:  # noqa: ANN401 (as above)
    first, second = zipped(tmp_path, chat="one", search="two"), zipped(tmp_path, chat="one, changed", search="two")
    for zips in (zipped(tmp_path, chat="one", search="two"), second):
        upload(BUCKET, {key: file for key, file in zips.items() if file.exists()}, {})
    other = f"{OTHER}/zips/0/chat.zip"
    s3.put_object(Bucket=BUCKET, Key=other, Body=b"of another stage")
    deployed(s3, "2", second)
    assert sweep(BUCKET, FOLDER, {}) == 1
    assert stored(s3) == second.keys() | {other}
    assert first.keys() - second.keys()


def test_nothing_is_removed_where_no_deployment_is_known(s3: Any, tmp_path: Path) -> None:  # noqa: ANN401 (as above)
    zips = zipped(tmp_path, chat="one")
    upload(BUCKET, zips, {})
    assert sweep(BUCKET, FOLDER, {}) == 0
    assert stored(s3) == zips.keys()
