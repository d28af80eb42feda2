from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg

from tests.fixtures.platform import CALIBRATE

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Platform
    from tests.integration.chat.conftest import Chatting


def rate(by: Chatting, reply: dict[str, Any], **vote: object) -> httpx.Response:
    return by.api.post(f"/api/messages/{reply['messageId']}/feedback", json=vote)


def kept(platform: Platform, reply: dict[str, Any]) -> tuple[object, ...] | None:
    with psycopg.connect(platform.postgres.owner_url) as connection:
        given = "select value, comment, mode, url from guest_feedback where message_id = %s"
        return connection.execute(given, [reply["messageId"]]).fetchone()


def test_a_guest_rates_an_answer_with_the_token_that_came_with_it(guest: Chatting, platform: Platform) -> None:
    reply = guest.ask(CALIBRATE)
    token = reply["feedbackToken"]

    down = rate(guest, reply, value="down", comment="Which arm?", feedbackToken=token)
    up = rate(guest, reply, value="up", feedbackToken=token)

    assert (down.status_code, down.json()["comment"]) == (200, "Which arm?")
    assert up.json() == {"messageId": reply["messageId"], "value": "up", "comment": "Which arm?"}
    assert kept(platform, reply) == ("up", "Which arm?", "extractive", reply["sources"][0]["url"])

    taken = rate(guest, reply, value=None, feedbackToken=token)

    assert taken.json() == {"messageId": reply["messageId"], "value": None, "comment": None}
    assert kept(platform, reply) is None


def test_without_its_token_a_guest_rates_nothing(guest: Chatting) -> None:
    reply, other = guest.ask(CALIBRATE), guest.ask(CALIBRATE)

    assert rate(guest, reply, value="up").status_code == 401
    refused = rate(guest, reply, value="up", feedbackToken=other["feedbackToken"])
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert "feedbackToken" in refused.json()["message"]


def test_a_temporary_answer_is_rated_by_its_token_and_a_stored_one_has_none(reader: Chatting) -> None:
    temporary, stored = reader.ask(CALIBRATE, temporary=True), reader.ask(CALIBRATE)

    assert rate(reader, temporary, value="up").status_code == 404
    assert rate(reader, temporary, value="up", feedbackToken=temporary["feedbackToken"]).status_code == 200
    assert "feedbackToken" not in stored
    assert rate(reader, stored, value=None).json() == {"messageId": stored["messageId"], "value": None, "comment": None}


def test_what_is_said_beside_the_book_is_nothing_to_rate(guest: Chatting) -> None:
    assert "feedbackToken" not in guest.ask("hi")


def test_a_vote_says_what_it_is(reader: Chatting) -> None:
    missing = reader.api.post(f"/api/messages/{uuid4()}/feedback", json={})

    assert (missing.status_code, missing.json()["code"]) == (400, "invalid_request")
