"""Who takes part, and the process that each of them is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, cast

from infra.local.program import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

PEERS_PYTHON: Final = PROJECT / "build" / "bench" / "bin" / "python"

ROUTES: Final = ("get-session", "list", "open", "append")
STORE: Final = ("history append", "history read")
AT_ONCE: Final = ("list",)


@dataclass(frozen=True, slots=True)
class Contender:
    """Who takes part.

    Attributes:
        name: In the report.
        program: Of worker.py; "better auth" is another program.
        routes: What it can do.
        server: What its connection leads to: `pooler`, `http`, `postgres`, or `canned` (which answers at once).
        peer: It runs with the packages of build/bench.
        environment: Beside what everybody gets.
    """

    name: str
    program: str
    routes: tuple[str, ...]
    server: str = "pooler"
    peer: bool = True
    environment: dict[str, str] = field(default_factory=dict[str, str])


def _usual(name: str, pool: str, *, prepared: bool = False) -> Contender:
    environment = {"USUAL_POOL": pool, "USUAL_PREPARED": "yes" if prepared else "no"}
    server = "postgres" if prepared else "pooler"
    return Contender(f"usual stack, {name}", "usual", ROUTES, server, environment=environment)


def _better_auth(variant: str, name: str) -> Contender:
    return Contender(name, "better auth", ("get-session",), environment={"BETTER_AUTH_VARIANT": variant})


POOLED: Final = {"DATABASE_TRANSPORT": "pooled"}
HTTP: Final = {"DATABASE_TRANSPORT": "http"}

CONTENDERS: Final = (
    Contender("ours, pooled", "ours", ROUTES, peer=False, environment=POOLED),
    Contender("ours, pooled, again", "ours", ROUTES, peer=False, environment=POOLED),
    Contender("ours, http", "ours", ROUTES, "http", peer=False, environment=HTTP),
    _usual("pre-ping", "pinged"),
    _usual("kept connection", "kept"),
    _usual("NullPool", "none"),
    _usual("no PgBouncer, prepared", "kept", prepared=True),
    _better_auth("default", "Better Auth in Node"),
    _better_auth("joins", "Better Auth, joins"),
    _better_auth("cache", "Better Auth, cookie cache"),
    Contender("our store, pooled", "our store", STORE, peer=False, environment=POOLED),
    Contender("our store, pooled, again", "our store", STORE, peer=False, environment=POOLED),
    Contender("langchain-postgres", "langchain", STORE),
)
FRAMEWORKS: Final = (
    Contender(
        "FastAPI and Mangum (ours)", "ours", AT_ONCE, "canned", peer=False, environment=HTTP | {"ROUTES": "list"}
    ),
    Contender(
        "FastAPI and Mangum, again", "ours", AT_ONCE, "canned", peer=False, environment=HTTP | {"ROUTES": "list"}
    ),
    Contender("Powertools' resolver", "powertools", AT_ONCE, "canned", peer=False, environment=HTTP),
    Contender(
        "Powertools' resolver, validating",
        "powertools",
        AT_ONCE,
        "canned",
        peer=False,
        environment=HTTP | {"POWERTOOLS_VALIDATION": "yes"},
    ),
)


BYTECODE: Final = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(PROJECT / "build" / "bytecode"),
}
"""Everybody's modules are compiled once and kept, as in a good zip, whatever this machine's settings are."""

COLD: Final = (
    Contender("ours, pooled", "ours", ("list",), peer=False, environment=POOLED | {"ROUTES": "list"}),
    Contender("ours, http", "ours", ("list",), "http", peer=False, environment=HTTP | {"ROUTES": "list"}),
    replace(CONTENDERS[4], routes=("list",)),
    replace(CONTENDERS[7]),
    Contender("langchain-postgres", "langchain", ("history read",)),
)

ESSENTIAL: Final = {"id", "token", "email", "title", "messageCount", "role", "content", "feedback"}
OK: Final = (200, 201)


def essence(said: object) -> object:
    """An answer without what may differ, such as how a time is written."""
    if isinstance(said, dict):
        kept = {name: essence(each) for name, each in cast("dict[str, object]", said).items()}
        within = {name for name, each in kept.items() if isinstance(each, dict | list)}
        return {name: kept[name] for name in kept if name in ESSENTIAL | within}
    if isinstance(said, list):
        return [essence(each) for each in cast("list[object]", said)]
    return said


class Running:
    """A contender's process."""

    def __init__(self, contender: Contender, events: Path, environment: dict[str, str]) -> None:
        words = [str(PEERS_PYTHON) if contender.peer else sys.executable, "-m", "tests.bench.peers.worker"]
        words.append(contender.program)
        if contender.program == "better auth":
            words = ["node", "tests/bench/peers/better_auth.mjs"]
        pipe = subprocess.PIPE
        self.name = contender.name
        self.routes = contender.routes
        self._process = subprocess.Popen(  # noqa: S603 (our own words)
            [*words, str(events)],
            cwd=PROJECT,
            env=os.environ | BYTECODE | environment | contender.environment,
            stdin=pipe,
            stdout=pipe,
            text=True,
        )
        self.started: dict[str, Any] = self._said()

    def run(self, route: str, times: int) -> dict[str, Any]:
        """Let it answer so often: `seconds` of each, `status` and `body` of the last."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"route": route, "times": times}) + "\n")
        self._process.stdin.flush()
        return self._said()

    def ask(self, route: str) -> object:
        """What it answers to the first event of a route, as far as everybody must agree."""
        answered = self.run(route, 0)
        assert answered["status"] in OK, answered
        return essence(json.loads(answered["body"]))

    def close(self) -> None:
        self._process.communicate()

    def _said(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"{self.name} ended"
        return json.loads(line)
