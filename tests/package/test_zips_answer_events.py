from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra.bundle import PROJECT, Service
from tests.package.runtime_api import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from infra.packaging.dependencies import Target

EVENTS = PROJECT / "tests" / "events"

WITHOUT_DATABASE_AND_PASSAGES: dict[str, tuple[int, dict[str, Any] | None]] = {
    "healthLive": (200, {"status": "ok"}),
    "health": (200, {"status": "down"}),
    "authSignUpEmail": (503, {"code": "database_unavailable"}),
    "authSignInEmail": (503, {"code": "database_unavailable"}),
    "authSignOut": (200, {"success": True}),
    "authGetSession": (200, None),
    "authSessions": (401, {"code": "UNAUTHORIZED"}),
    "authUser": (401, {"code": "UNAUTHORIZED"}),
    "authPassword": (401, {"code": "UNAUTHORIZED"}),
    "authResetPassword": (503, {"code": "database_unavailable"}),
    "authEmail": (400, {"code": "VERIFICATION_EMAIL_NOT_ENABLED"}),
    "authDeleteUser": (401, {"code": "UNAUTHORIZED"}),
    "authToken": (401, {"code": "UNAUTHORIZED"}),
    "authAnythingElse": (200, {"ok": True}),
    "profile": (401, {"code": "not_signed_in"}),
    "chat": (200, {"mode": "unavailable", "saved": "no"}),
    "outboxReceipt": (401, {"code": "not_signed_in"}),
    "search": (503, {"code": "retrieval_unavailable"}),
    "conversationsList": (401, {"code": "not_signed_in"}),
    "conversationsOpen": (401, {"code": "not_signed_in"}),
    "conversationsDelete": (401, {"code": "not_signed_in"}),
    "conversationsCreate": (401, {"code": "not_signed_in"}),
    "conversationsDeleteAll": (401, {"code": "not_signed_in"}),
    "conversationsChange": (401, {"code": "not_signed_in"}),
    "conversationsAppend": (401, {"code": "not_signed_in"}),
    "messagesFeedback": (401, {"code": "not_signed_in"}),
    "archiveExport": (401, {"code": "not_signed_in"}),
    "archiveImport": (401, {"code": "not_signed_in"}),
}
"""What a guest gets of each route while nothing can be reached: the status, and part of the body."""


@pytest.fixture
def environment() -> Generator[dict[str, str]]:
    """Every variable that serverless.yml may give to a function; the port refuses, because nobody listens on it."""
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody_listens.getsockname()[1]}"
        yield {
            "BEARER_TOKENS": "signed",
            "JWT_GIVE_OUT": "on",
            "AUTO_SIGN_IN": "on",
            "CHANGE_EMAIL": "on",
            "DELETE_USER": "on",
            "MAIL_FROM": "",
            "REQUIRE_EMAIL_VERIFICATION": "off",
            "RESET_ENDS_SESSIONS": "off",
            "SIGN_UP": "on",
            "BETTER_AUTH_SECRET": "a secret of the tests, 32 characters or more",
            "BETTER_AUTH_URL": "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            "COOKIE_DOMAIN": "",
            "COOKIE_PARTITIONED": "off",
            "COOKIE_SAME_SITE": "Lax",
            "DATABASE_TRANSPORT": "pooled",  # loads psycopg, the one package that brings shared libraries
            "DATABASE_URL": f"postgresql://app:password@{address}/docs",
            "DENSE_MODEL": "sentence-transformers/all-minilm-l6-v2",
            "HISTORY_CONVERSATIONS": "50",
            "JWT_AUDIENCE": "",
            "JWT_ISSUER": "",
            "JWT_JWKS_URL": "",
            "HISTORY_RETENTION_DAYS": "365",
            "OUTBOX_DEAD_LETTER_URL": f"http://{address}/123456789012/dead-letters.fifo",
            "OUTBOX_QUEUE_URL": f"http://{address}/123456789012/outbox.fifo",
            "PASSWORD_SCHEME": "bcrypt",
            "QDRANT_API_KEY": "key",
            "QDRANT_COLLECTION": "docs",
            "QDRANT_URL": f"http://{address}",
            "RATE_LIMITS": "on",
            "RETRIEVAL_THRESHOLD": "0.35",
            "SESSION_CACHE_SECONDS": "3600",
            "TRUSTED_ORIGINS": "https://book.example.com",
        }


def functions() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "serverless.yml").read_text(encoding="utf-8"))["functions"]


def called_by(source: str) -> list[str]:
    """The functions that API Gateway (`httpApi`) or a schedule calls."""
    return [
        name for name, function in functions().items() if any(source in each for each in function.get("events", []))
    ]


@pytest.mark.parametrize("name", called_by("httpApi"))
def test_each_zip_answers_its_recorded_event_under_the_real_runtime_client(
    name: str,
    service: Service,
    target: Target,
    unzipped: Callable[[str], Path],
    runtime_client: Path,
    environment: dict[str, str],
) -> None:
    assert target.python
    given = {variable: environment[variable] for variable in functions()[name].get("environment", {})}
    function = Function(target.python, unzipped(name), runtime_client, service.handlers[name])

    answer = function.invoke((EVENTS / f"{name}.json").read_bytes(), given)

    status, expected = WITHOUT_DATABASE_AND_PASSAGES[name]
    assert answer["statusCode"] == status, answer
    body = json.loads(answer["body"])
    assert (body if expected is None else {key: body.get(key) for key in expected}) == expected
    assert answer["headers"]["x-request-id"] == "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


@pytest.mark.parametrize("name", called_by("schedule"))
def test_a_scheduled_zip_says_that_it_failed_so_that_lambda_tries_again(
    name: str,
    service: Service,
    target: Target,
    unzipped: Callable[[str], Path],
    runtime_client: Path,
    environment: dict[str, str],
) -> None:
    assert target.python
    given = {variable: environment[variable] for variable in functions()[name].get("environment", {})}
    function = Function(target.python, unzipped(name), runtime_client, service.handlers[name])
    with pytest.raises(AssertionError, match="DatabaseUnavailable"):
        function.invoke((EVENTS / f"{name}.json").read_bytes(), given)


def test_the_zip_of_the_replay_puts_off_what_it_cannot_store(
    service: Service,
    target: Target,
    unzipped: Callable[[str], Path],
    runtime_client: Path,
    environment: dict[str, str],
) -> None:
    assert target.python
    name = "outboxReplay"
    given = {variable: environment[variable] for variable in functions()[name]["environment"]}
    function = Function(target.python, unzipped(name), runtime_client, service.handlers[name])
    event = (EVENTS / f"{name}.json").read_bytes()

    answer = function.invoke(event, given)

    [message] = json.loads(event)["Records"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": message["messageId"]}]}


@pytest.mark.parametrize("name", called_by("httpApi"))
def test_each_recorded_event_is_one_of_its_route(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    routes = [each["httpApi"] for each in functions()[name]["events"]]
    assert event["routeKey"] in routes
    assert event["version"] == "2.0"
    assert len(event.get("body", "").encode()) == int(event["headers"]["content-length"])


def test_there_is_one_recorded_event_a_function() -> None:
    assert {path.stem for path in EVENTS.iterdir()} == set(functions())
