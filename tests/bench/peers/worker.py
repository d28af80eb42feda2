"""One contender in a process of its own: `python -m tests.bench.peers.worker NAME EVENTS`.

Each line that it reads is an order, `{"route", "times"}`; it invokes the handler so often, each time with an event
that was decoded before the clock ran, as Lambda's runtime does it, and answers with the seconds, and the last answer's
status and body. What it imports differs from contender to contender, so none of it is imported at the top.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable

    Calls = dict[str, Callable[[dict[str, Any]], Any]]

NEW_ID: Final = "00000000-0000-0000-0000-00000000000"
"""Begins the ids in events that must be new for each invocation; a digit follows."""

MODULES: Final = {
    "get-session": "functions.auth.get_session",
    "list": "functions.conversations.list_all",
    "open": "functions.conversations.open_one",
    "append": "functions.conversations.append",
}


class Context:
    """What handlers read of Lambda's context."""

    function_name = "peer"
    function_version = "$LATEST"
    memory_limit_in_mb = "1024"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:peer"

    def __init__(self) -> None:
        self.aws_request_id = str(uuid4())
        self._ends_at = time.time() + 29

    def get_remaining_time_in_millis(self) -> int:
        return int((self._ends_at - time.time()) * 1000)


def invoking(handler: Callable[[dict[str, Any], Context], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda event: handler(event, Context())


def ours() -> Calls:
    """Every route by its own handler, as on Lambda; ROUTES names those that are loaded."""
    routes = os.environ.get("ROUTES", ",".join(MODULES)).split(",")
    return {route: invoking(import_module(MODULES[route]).handler) for route in routes}


def usual() -> Calls:
    handler = invoking(import_module("tests.bench.peers.usual_app").handler)
    return dict.fromkeys(MODULES, handler)


def powertools() -> Calls:
    return {"list": invoking(import_module("tests.bench.peers.powertools_app").handler)}


def our_store() -> Calls:
    """What `langchain_history` is compared with: the store of the history without HTTP, for whoever has the token."""
    db, settings = import_module("shared.db.opening"), import_module("shared.settings.database")
    identity, models = import_module("shared.auth.identity.callers"), import_module("shared.history.models")
    conversations, messages = import_module("shared.history.conversations"), import_module("shared.history.messages")
    database = db.open_database(settings.DatabaseSettings.read())
    token, to_id = os.environ["TOKEN"], import_module("uuid").UUID

    def append(event: dict[str, Any]) -> list[str]:
        said = [
            models.MessageToAppend(uuid4(), each["role"], each["content"])
            for each in json.loads(event["body"])["messages"]
        ]
        reader = identity.SignedInDatabase(database, token)
        _, stored = messages.append_messages(reader, to_id(event["pathParameters"]["id"]), said)
        return [each.content for each in stored]

    def read(event: dict[str, Any]) -> list[str]:
        reader = identity.SignedInDatabase(database, token)
        opened = conversations.open_conversation(reader, to_id(event["pathParameters"]["id"]), limit=50)
        return [each.content for each in opened.messages]

    return {"history append": append, "history read": read}


def langchain() -> Calls:
    return import_module("tests.bench.peers.langchain_history").calls()


CONTENDERS: Final[dict[str, Callable[[], Calls]]] = {
    "ours": ours,
    "usual": usual,
    "powertools": powertools,
    "our store": our_store,
    "langchain": langchain,
}


class Worker:
    """Carries orders out."""

    def __init__(self, calls: Calls, events: dict[str, list[str]]) -> None:
        self._calls = calls
        self._events = events
        self._numbers = {route: count() for route in events}

    def run(self, route: str, times: int) -> dict[str, Any]:
        """So many invocations with the next events, or one with the first where `times` is 0."""
        seconds: list[float] = []
        answer: Any = None
        for number in range(times or 1):
            event = self._event(route, next(self._numbers[route]) if times else number)
            began = time.perf_counter()
            answer = self._calls[route](event)
            seconds.append(time.perf_counter() - began)
        if isinstance(answer, dict):
            return {"seconds": seconds, "status": answer["statusCode"], "body": answer["body"]}
        return {"seconds": seconds, "status": 200, "body": json.dumps(answer)}

    def _event(self, route: str, number: int) -> dict[str, Any]:
        events = self._events[route]
        text = events[number % len(events)]
        for digit in "12":
            text = text.replace(NEW_ID + digit, str(uuid4()))
        return json.loads(text)


def peak_kilobytes() -> int:
    """Not `getrusage`, which would count what the parent held when it forked."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) if found else 0


def main() -> None:
    """Log lines and metrics of a handler go where nobody reads them, as fast as they would go to Lambda."""
    name, events = sys.argv[1:]
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    began, before = time.perf_counter(), len(sys.modules)
    calls = CONTENDERS[name]()
    imported = time.perf_counter() - began
    started = {"imported": imported, "modules": len(sys.modules) - before, "megabytes": peak_kilobytes() / 1000}
    print(json.dumps(started), file=out, flush=True)
    worker = Worker(calls, json.loads(Path(events).read_text("utf-8")))
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(worker.run(order["route"], order["times"])), file=out, flush=True)


if __name__ == "__main__":
    main()
