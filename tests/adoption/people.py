"""Who has an account at a Better Auth server, and what must be true of them at either side."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.adoption.origins import Answer

PASSWORD = "correct horse battery"


class Server(Protocol):
    """A Better Auth server, or our functions."""

    def ask(self, method: str, path: str, *, cookie: str = "", body: object = None) -> Answer:
        """As a browser on its own page."""
        ...


@dataclass
class Person:
    """Somebody with a password, at a server that knows them."""

    email: str
    fields: dict[str, object] = field(default_factory=dict[str, object])

    def sign_up(self, server: Server) -> Answer:
        told = {"name": "Ann", "email": self.email, "password": PASSWORD}
        return server.ask("POST", "/sign-up/email", body=told | self.fields)

    def sign_in(self, server: Server, password: str = PASSWORD) -> Answer:
        return server.ask("POST", "/sign-in/email", body={"email": self.email, "password": password})


def code_of(uri: str, steps: int = 0) -> str:
    """The six digits that an authenticator shows for this address (RFC 6238), now or some half minutes later."""
    [secret] = parse_qs(urlsplit(uri).query)["secret"]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(time.time()) // 30 + steps).to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def enrol(server: Server, person: Person) -> dict[str, Any]:
    """Sign up with an authenticator: its address, and codes for when it is lost."""
    cookie = person.sign_up(server).cookie
    enabled = server.ask("POST", "/two-factor/enable", cookie=cookie, body={"password": PASSWORD})
    assert enabled.status == 200, enabled
    code = {"code": code_of(enabled.body["totpURI"]), "trustDevice": False}
    verified = server.ask("POST", "/two-factor/verify-totp", cookie=cookie, body=code)
    assert verified.status == 200, verified
    return enabled.body


def who(server: Server, cookie: str) -> str | None:
    """The address of whoever is signed in with that."""
    told = server.ask("GET", "/get-session", cookie=cookie).body
    return told["user"]["email"] if told else None
