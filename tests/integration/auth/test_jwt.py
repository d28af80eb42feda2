"""A JWT of another server's on our own routes: it names a row of the table "user", and needs no session of ours."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.conversations import list_all
from functions.dependencies.database import database
from functions.dependencies.rules import auth_rules
from shared.app import build_app
from shared.auth.identity.rules import AuthRules
from shared.auth.tokens.jwt import Verifier
from shared.errors import Unavailable
from shared.settings.accounts import AuthSettings
from tests.integration.auth.conftest import HOME, SECRET, Routes, app_on
from tests.unit.auth.test_jwt import ISSUER, encoded, token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI

PRIVATE = Ed25519PrivateKey.generate()


@dataclass
class GivenKeys:
    """One key, or a server that does not answer."""

    away: bool = False

    def find(self, name: str) -> Mapping[str, Any] | None:
        if self.away:
            raise Unavailable
        public = PRIVATE.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": encoded(public)} if name == "k1" else None


def jwt_for(user_id: str) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": ISSUER, "sub": user_id, "iat": now, "exp": now + 900}
    unsigned = token({"alg": "EdDSA", "kid": "k1"}, claims, b"").rstrip(".")
    return f"{unsigned}.{encoded(PRIVATE.sign(unsigned.encode()))}"


def conversations_app(routes: Routes, *, away: bool = False) -> FastAPI:
    rules = replace(
        AuthRules.of(AuthSettings(SECRET, HOME)),
        jwt=Verifier(GivenKeys(away), ISSUER, ISSUER),  # pyright: ignore[reportArgumentType] (has all that is asked for)
    )
    app = build_app(list_all.router)

    async def given_rules() -> AuthRules:
        return rules

    async def given_database() -> object:
        return routes.database

    app.dependency_overrides |= {auth_rules: given_rules, database: given_database}
    return app


def listed(app: FastAPI, bearer: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as client:
            return await client.get("/api/conversations", headers={"authorization": f"Bearer {bearer}"})

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())


def test_a_jwt_shows_its_user_his_own_history_in_one_round_trip(routes: Routes, email: str) -> None:
    user_id = routes.sign_up(email).json()["user"]["id"]
    other_id = routes.sign_up(f"other-{email}").json()["user"]["id"]
    for owner, title in ((user_id, "mine"), (other_id, "theirs")):
        routes.rows(
            """insert into conversation (id, user_id, title, created_at, updated_at)
            values (gen_random_uuid(), %s, %s, now(), now())""",
            owner,
            title,
        )
    routes.database.round_trips = 0
    response = listed(conversations_app(routes), jwt_for(user_id))
    assert [each["title"] for each in response.json()["conversations"]] == ["mine"]
    assert routes.database.round_trips == 1


@pytest.mark.parametrize("user_id", ["nobody", "' or true --", "\x00", "x" * 3000])
def test_a_user_who_is_not_in_our_table_is_nobody(routes: Routes, user_id: str) -> None:
    assert listed(conversations_app(routes), jwt_for(user_id)).status_code == 401


def test_a_forged_token_asks_no_database(routes: Routes) -> None:
    routes.database.round_trips = 0
    assert listed(conversations_app(routes), jwt_for("ann")[:-8] + "AAAAAAAA").status_code == 401
    assert routes.database.round_trips == 0


def test_where_the_keys_cannot_be_fetched_nobody_is_signed_out(routes: Routes) -> None:
    response = listed(conversations_app(routes, away=True), jwt_for("ann"))
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0


def test_a_jwt_is_no_session(routes: Routes, email: str) -> None:
    user_id = routes.sign_up(email).json()["user"]["id"]
    chosen = replace(routes, app=app_on(routes.database))
    response = chosen.call("GET", "/get-session", headers={"authorization": f"Bearer {jwt_for(user_id)}"})
    assert response.json() is None
