"""One route with Powertools' `APIGatewayHttpResolver` in place of FastAPI and Mangum; all else is ours.

`POWERTOOLS_VALIDATION` is `yes` for its validation with pydantic, which is what FastAPI does too; without it query
parameters are read by hand, and what leaves is made of dictionaries.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, UnauthorizedError

from shared import deadline
from shared.auth.browser.cookies import parse
from shared.auth.identity.callers import SignedInDatabase
from shared.auth.identity.rules import AuthRules, presented_tokens
from shared.clock import timestamp
from shared.db.opening import open_database
from shared.history.conversations import list_conversations
from shared.observability import name_request, report_request, request_timings
from shared.settings.accounts import AuthSettings
from shared.settings.database import DatabaseSettings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.history.models import Conversation

PAGE = 50
VALIDATED = os.environ.get("POWERTOOLS_VALIDATION") == "yes"

app = APIGatewayHttpResolver(enable_validation=VALIDATED)
database = open_database(DatabaseSettings.read())
rules = AuthRules.of(AuthSettings.read())


def signed_in() -> SignedInDatabase:
    event = app.current_event
    cookies = parse("; ".join(event.raw_event.get("cookies", [])))
    token = next(iter(presented_tokens(event.headers, cookies, rules)), None)
    if token is None:
        raise UnauthorizedError("You are not signed in.")
    return SignedInDatabase(database, token, rules.pseudonyms)


if VALIDATED:
    from aws_lambda_powertools.event_handler.openapi.params import Query

    from tests.bench.peers.powertools_models import Conversations

    @app.get("/api/conversations")
    def list_validated(limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE, cursor: str | None = None) -> Conversations:
        return Conversations.model_validate(list_conversations(signed_in(), limit=limit, cursor=cursor))

else:

    @app.get("/api/conversations")
    def list_all() -> Response[str]:
        asked = app.current_event.query_string_parameters or {}
        limit = asked.get("limit", str(PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= PAGE:
            raise BadRequestError("limit: must be 1 to 50")
        page = list_conversations(signed_in(), limit=int(limit), cursor=asked.get("cursor"))
        body = {"conversations": [shown(each) for each in page.conversations], "nextCursor": page.next_cursor}
        return Response(200, "application/json", json.dumps(body))


def shown(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "pinned": conversation.pinned,
        "createdAt": timestamp(conversation.created_at),
        "updatedAt": timestamp(conversation.updated_at),
        "messageCount": conversation.message_count,
    }


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """As our own entry: a deadline, one line of log, metrics."""
    name_request(context.aws_request_id, event["routeKey"])
    with request_timings() as spent, deadline.within(context.get_remaining_time_in_millis() / 1000 - 1):
        answer = app.resolve(event, context)
        report_request(answer["statusCode"], spent)
    return answer
