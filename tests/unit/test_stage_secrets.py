from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from moto import mock_aws

from infra import stage_secrets
from infra.migrate import main
from infra.stage_secrets import NoSecrets, database_urls

if TYPE_CHECKING:
    from collections.abc import Generator

OWNER = "postgresql://docs_owner:owner-secret@127.0.0.1:1/docs"
APP = "postgresql://docs_app:app-secret@127.0.0.1:1/docs"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Generator[Any]:
    """AWS Secrets Manager with nothing in it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="us-east-1")  # pyright: ignore[reportUnknownMemberType] (as above)


def store(secrets: Any, name: str, **content: str) -> None:  # noqa: ANN401 (boto3 makes its clients at run time)
    secrets.create_secret(Name=name, SecretString=json.dumps(content))


def test_the_two_addresses_of_a_stage_come_from_two_secrets(secrets: Any) -> None:  # noqa: ANN401 (as above)
    store(secrets, "docs-chatbot-backend/prod", DATABASE_URL=APP)
    store(secrets, "docs-chatbot-backend/prod/owner", DATABASE_OWNER_URL=OWNER)
    assert database_urls("prod") == {"DATABASE_OWNER_URL": OWNER, "DATABASE_URL": APP}


def test_a_missing_secret_is_named(secrets: Any) -> None:  # noqa: ANN401 (as above)
    store(secrets, "docs-chatbot-backend/prod", DATABASE_URL=APP)
    with pytest.raises(NoSecrets, match=r"docs-chatbot-backend/prod/owner in us-east-1: .*ResourceNotFound"):
        database_urls("prod")


def test_a_secret_without_its_key_is_named_and_not_shown(secrets: Any) -> None:  # noqa: ANN401 (as above)
    store(secrets, "docs-chatbot-backend/prod/owner", DATABASE_URL=OWNER)
    with pytest.raises(NoSecrets, match="no JSON object with DATABASE_OWNER_URL") as raised:
        database_urls("prod")
    assert "owner-secret" not in str(raised.value)


def test_migrating_a_stage_without_secrets_says_what_is_missing(
    secrets: Any,  # noqa: ANN401 (as above)
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert secrets.list_secrets()["SecretList"] == []
    assert main({"STAGE": "prod"}) == 2
    assert "docs-chatbot-backend/prod/owner" in capsys.readouterr().err


def test_migrating_a_stage_asks_its_own_database(secrets: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401 (as above)
    store(secrets, "docs-chatbot-backend/prod", DATABASE_URL=APP)
    store(secrets, "docs-chatbot-backend/prod/owner", DATABASE_OWNER_URL=OWNER)
    assert main({"STAGE": "prod"}) == 1  # nobody listens on port 1
    shown = capsys.readouterr().err
    assert "127.0.0.1" in shown
    assert "owner-secret" not in shown


def test_a_deployment_is_told_the_keys_that_it_asks_for_and_no_others(
    secrets: Any,  # noqa: ANN401 (as above)
    capsys: pytest.CaptureFixture[str],
) -> None:
    store(secrets, "docs-chatbot-backend/prod", DATABASE_URL=APP, QDRANT_URL="https://q.example.com", OTHER="other")
    assert told("prod", "DATABASE_URL", "QDRANT_URL", "--optional=QDRANT_API_KEY") == 0
    assert json.loads(capsys.readouterr().out) == {"DATABASE_URL": APP, "QDRANT_URL": "https://q.example.com"}


def test_every_missing_key_is_named_and_nothing_is_told(secrets: Any, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ANN401 (as above)
    store(secrets, "docs-chatbot-backend/prod", DATABASE_URL=APP, QDRANT_URL="")
    assert told("prod", "DATABASE_URL", "QDRANT_URL", "BETTER_AUTH_SECRET") == 2
    shown = capsys.readouterr()
    assert "no JSON object with QDRANT_URL, BETTER_AUTH_SECRET" in shown.err
    assert shown.out == ""
    assert "app-secret" not in shown.err


@pytest.mark.parametrize("stored", ["[]", "no JSON", '"DATABASE_URL"', '{"DATABASE_URL": 5}'])
def test_a_secret_that_is_no_object_of_texts_is_refused(
    secrets: Any,  # noqa: ANN401 (as above)
    capsys: pytest.CaptureFixture[str],
    stored: str,
) -> None:
    secrets.create_secret(Name="docs-chatbot-backend/prod", SecretString=stored)
    assert told("prod", "DATABASE_URL") == 2
    assert "docs-chatbot-backend/prod" in capsys.readouterr().err


def told(*words: str) -> int:
    return stage_secrets.main(words)
