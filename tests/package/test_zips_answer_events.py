from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra.bundle import PROJECT
from tests.package.conftest import EVENTS

if TYPE_CHECKING:
    from tests.package.runtime_api import Trial

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
    "chatStop": (401, {"code": "not_signed_in"}),
    "outboxReceipt": (401, {"code": "not_signed_in"}),
    "search": (503, {"code": "retrieval_unavailable"}),
    "widget": (404, {"code": "not_found"}),
    "suggestions": (503, {"code": "retrieval_unavailable"}),
    "llms": (503, {"code": "retrieval_unavailable"}),
    "mcp": (200, {"jsonrpc": "2.0"}),
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
    "ownerDesk": (404, {"code": "not_found"}),
}
"""What a guest gets of each route while nothing can be reached: the status, and part of the body."""


def functions() -> dict[str, Any]:
    return yaml.load((PROJECT / "serverless.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["functions"]


def called_by(source: str) -> list[str]:
    """The functions that API Gateway (`httpApi`) or a schedule calls."""
    return [
        name for name, function in functions().items() if any(source in each for each in function.get("events", []))
    ]


def test_each_zip_answers_its_recorded_event_under_the_real_runtime_client(trials: dict[str, Trial]) -> None:
    answers = {name: trials[name].answer for name in called_by("httpApi")}
    told = {name: (answer["statusCode"], json.loads(answer["body"])) for name, answer in answers.items()}
    for name, (_, expected) in WITHOUT_DATABASE_AND_PASSAGES.items():
        status, body = told[name]
        told[name] = (status, {key: body.get(key) for key in expected} if expected else body)
    assert told == WITHOUT_DATABASE_AND_PASSAGES
    assert {answer["headers"]["x-request-id"] for answer in answers.values()} == {
        "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    }


def test_a_scheduled_zip_says_that_it_failed_so_that_lambda_tries_again(trials: dict[str, Trial]) -> None:
    ended = {name: trials[name].kind for name in called_by("schedule")}
    assert ended["retentionPurge"] == "error"
    assert "DatabaseUnavailable" in trials["retentionPurge"].body.decode()


def test_the_zip_that_keeps_others_warm_calls_nobody_where_it_is_told_of_nobody(trials: dict[str, Trial]) -> None:
    assert trials["keepWarm"].answer == {"called": 0}


def test_the_zip_of_the_replay_puts_off_what_it_cannot_store(trials: dict[str, Trial]) -> None:
    [message] = json.loads((EVENTS / "outboxReplay.json").read_bytes())["Records"]
    assert trials["outboxReplay"].answer == {"batchItemFailures": [{"itemIdentifier": message["messageId"]}]}


@pytest.mark.parametrize("name", called_by("httpApi"))
def test_each_recorded_event_is_one_of_its_route(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    routes = [each["httpApi"] for each in functions()[name]["events"]]
    assert event["routeKey"] in routes
    assert event["version"] == "2.0"
    assert len(event.get("body", "").encode()) == int(event["headers"]["content-length"])


def test_there_is_one_recorded_event_a_function() -> None:
    assert {path.stem for path in EVENTS.iterdir()} == set(functions())
