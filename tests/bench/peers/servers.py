"""What the contenders connect to, and what they are asked."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from infra.local.pgbouncer import PgBouncer
from infra.local.program import PROJECT
from infra.local.relay import Relay
from infra.local.server import Server
from shared.auth.browser.cookies import sign
from shared.auth.identity.callers import IDENTIFY
from shared.clock import now
from shared.db import Statement
from shared.db.http import login_headers, request_body
from shared.history.conversation_queries import LIST
from shared.history.cursors import PlaceInList
from shared.http_client import HttpClient
from tests.bench.peers.contenders import PEERS_PYTHON
from tests.bench.peers.worker import NEW_ID

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from infra.local.state import State
    from tests.bench.peers.contenders import Contender, Running
    from tests.bench.population import Person, Population

SECRET: Final = "a secret of nobody, of 32 characters or more"
HOME: Final = "http://127.0.0.1:1"
PAGE: Final = 50
OK: Final = 200
EVENTS: Final = PROJECT / "tests" / "events"
READ, APPENDED = slice(0, 25), slice(25, 50)
"""Of the reader's conversations: those that are read stay as they are."""


class Servers:
    """Where contenders connect to, straight or through relays."""

    def __init__(self, state: State, postgres: Postgres, person: Person, stack: ExitStack) -> None:
        self._postgres = postgres
        self._person = person
        self._pooler = PgBouncer(state, postgres)
        stack.callback(self._pooler.stop)
        self._pooler.start()
        self._neon = Server("neon sql", "infra.local.neon_sql", "--postgres-port", str(self._pooler.port), state=state)
        stack.callback(self._neon.stop)
        self._neon.start()
        self._neon.wait()
        targets = {"pooler": self._pooler.port, "http": self._neon.port, "postgres": postgres.port}
        self._relays = {name: stack.enter_context(Relay(port)) for name, port in targets.items()}
        self._ports = targets | {"canned": 0}

    def answer_at_once(self, state: State, stack: ExitStack) -> None:
        """Start the server that knows the answer to the list beforehand, as the stand-in has just given it."""
        url = self._environment(self._ports)["DATABASE_URL"]
        place = PlaceInList.read(None)
        statements = (
            Statement(IDENTIFY, (self._person.token, now())),
            Statement(LIST, (place.updated_at, place.conversation_id, PAGE + 1)),
        )
        answered = HttpClient(self._neon.url).request("POST", "/sql", request_body(statements), login_headers(url))
        assert answered.status == OK, answered.body
        answer = state.folder / "answer.json"
        answer.write_bytes(answered.body)
        canned = Server("canned answers", "tests.bench.canned", str(answer), state=state)
        stack.callback(canned.stop)
        canned.start()
        canned.wait()
        self._ports["canned"] = canned.port

    def near(self, contender: Contender) -> dict[str, str]:
        """Variables of a contender that connects straight."""
        return self._environment_of(contender, self._ports)

    def far(self, contender: Contender) -> dict[str, str]:
        """Variables of a contender that connects through a relay."""
        relayed = {name: relay.port for name, relay in self._relays.items()}
        return self._environment_of(contender, self._ports | relayed)

    def flights(self, running: Running, route: str) -> int:
        """Round trips of one request."""
        with ExitStack() as stack:
            counts = [stack.enter_context(relay.count()) for relay in self._relays.values()]
            running.run(route, 1)
        return sum(count.flights for count in counts)

    @contextmanager
    def delayed(self, seconds: float) -> Generator[None]:
        """Make each round trip that much longer while the block runs."""
        for relay in self._relays.values():
            relay.delay(seconds / 2)  # each way
        yield
        for relay in self._relays.values():
            relay.delay(0)

    def _environment_of(self, contender: Contender, ports: dict[str, int]) -> dict[str, str]:
        http = ports["canned"] if contender.server == "canned" else ports["http"]
        direct = contender.server == "postgres"
        return self._environment({**ports, "http": http, "pooler": ports["postgres" if direct else "pooler"]})

    def _environment(self, ports: dict[str, int]) -> dict[str, str]:
        here = f":{self._postgres.port}/"
        return {
            "DATABASE_URL": self._postgres.app_url.replace(here, f":{ports['pooler']}/"),
            "DATABASE_HTTP_ENDPOINT": f"http://127.0.0.1:{ports['http']}/sql",
            "USUAL_DATABASE_URL": self._postgres.owner_url.replace(here, f":{ports['pooler']}/"),
            "BETTER_AUTH_SECRET": SECRET,
            "BETTER_AUTH_URL": HOME,
            "RATE_LIMITS": "off",
            "USES_AN_HOUR": "0",
            "TOKEN": self._person.token,
            "AWS_LAMBDA_FUNCTION_NAME": "peer",
        }


def events(person: Person, population: Population) -> dict[str, list[str]]:
    """Route -> events of API Gateway, encoded: those that tests/events has, from a reader who is signed in."""
    read = [str(each) for each in person.conversations[READ]]
    appended = [str(each) for each in person.conversations[APPENDED]]
    turn = {"messages": [_said("user", 1, population.said(12)), _said("assistant", 2, population.said(110))]}
    body = json.dumps(turn)
    opened = [_event("conversationsOpen", person, each) for each in read]
    continued = [_event("conversationsAppend", person, each, body) for each in appended]
    return {
        "get-session": [_event("authGetSession", person)],
        "list": [_event("conversationsList", person)],
        "open": opened,
        "append": continued,
        "history read": opened,
        "history append": continued,
    }


def _said(role: str, number: int, content: str) -> dict[str, str]:
    return {"id": f"{NEW_ID}{number}", "role": role, "content": content}


def _event(name: str, person: Person, conversation: str | None = None, body: str | None = None) -> str:
    recorded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    recorded["headers"] |= {"origin": HOME, "referer": f"{HOME}/", "host": HOME.removeprefix("http://")}
    recorded["cookies"] = [f"better-auth.session_token={sign(person.token, SECRET)}"]
    if conversation is not None:
        path = recorded["rawPath"].replace(recorded["pathParameters"]["id"], conversation)
        recorded["rawPath"] = recorded["requestContext"]["http"]["path"] = path
        recorded["pathParameters"] = {"id": conversation}
    if body is not None:
        recorded["body"] = body
        recorded["headers"]["content-length"] = str(len(body.encode()))
    return json.dumps(recorded)


def create_langchain_table(owner_url: str) -> None:
    """Its table, with the same messages."""
    words = [str(PEERS_PYTHON), "-m", "tests.bench.peers.langchain_history"]
    environment = os.environ | {"OWNER_URL": owner_url, "USUAL_DATABASE_URL": owner_url}
    subprocess.run(words, cwd=PROJECT, env=environment, check=True)  # noqa: S603 (our own words)
