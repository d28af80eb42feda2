"""`make deploy-local`: the real deployment, `osls deploy`, onto an emulator of AWS, tried out and removed again.

What is deployed is exactly what AWS would get: serverless.yml, the zips, secrets through CloudFormation's references.
Its database is the local platform's PostgreSQL behind the stand-in for Neon, its passages those of the one for Qdrant.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from infra.local.deployed_stage import SITE, STAGE, DeployedStage, NotAsPromised
from infra.local.emulator import PYTHON, Emulator, functions_secret
from infra.local.passages import ingest_own_documents
from infra.local.platform import Platform
from infra.local.process import ProcessFailed, descendants
from infra.local.state import State
from infra.local.versions import try_removing, try_versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.relay import Relay

PATIENCE_SECONDS = 120.0
"""What was just deployed starts cold, on a machine that may have other things to do."""

ALL_TRIES_SECONDS = 3 * PATIENCE_SECONDS
"""So long it is asked what may be asked again: on a busy machine the emulator leaves some requests unanswered."""

TIMED_OUT = "Sandbox.Timedout"
"""As Lambda, and the emulator, call it."""

TWICE = {"/api/chat"}
"""What may be sent again besides whatever is only read: a question bears its own ids."""

SECRET = f"docs-chatbot-backend/{STAGE}"

LISTENING = "0A"
LOOPBACKS = {"0100007F", "00000000000000000000000001000000"}
"""127.0.0.1 and ::1, and a state, as /proc/net/tcp writes them."""


class OutOfTime(NotAsPromised):
    """A function had not answered when its own time was over, as while it starts cold on a busy machine."""


class Reader:
    """Somebody with a browser on the site, who calls the deployed API across origins and keeps its cookies.

    Cookies are kept by hand: they are `Secure`, as the API's address is https, and the emulator answers http.
    """

    def __init__(self, api: str, *, seconds: float = PATIENCE_SECONDS, all_tries: float = ALL_TRIES_SECONDS) -> None:
        self.api = api
        self._seconds, self._all_tries = seconds, all_tries
        self.cookies: dict[str, str] = {}

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 (JSON holds anything)
        """The decoded answer; of what may be said twice, the one of a function that has started in the end.

        Raises:
            NotAsPromised: It was not a success, or there was no answer.
        """
        ends_at = time.monotonic() + self._all_tries
        while True:
            try:
                return self._called(method, path, body)
            except OutOfTime:
                if (method != "GET" and path not in TWICE) or time.monotonic() > ends_at:
                    raise

    def _called(self, method: str, path: str, body: object) -> Any:  # noqa: ANN401 (as above)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"origin": SITE, "content-type": "application/json", "cookie": cookie}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.api + path, data, headers, method=method)  # noqa: S310 (the emulator's own address)
        try:
            with urlopen(request, timeout=self._seconds) as answer:  # noqa: S310 (as above)
                for line in answer.headers.get_all("set-cookie") or ():
                    self._keep(line)
                return json.load(answer)
        except HTTPError as error:
            with error:
                said = error.read().decode()[:500]
            kind = OutOfTime if TIMED_OUT in said else NotAsPromised
            raise kind(f"{method} {path}: {error.code} {said}") from None
        except OSError as error:
            kind = OutOfTime if "timed out" in str(error) else NotAsPromised
            raise kind(f"{method} {path}: no answer ({error})") from error

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            self.cookies[name] = morsel.coded_value


def main() -> int:
    """Deploy, try out, remove; the exit code."""
    if not PYTHON.exists():
        print("ministack is not installed: run `make deploy-local`", file=sys.stderr)
        return 2
    try:
        with State.temporary() as state:
            _rehearse(state)
        left = processes_with(str(state.folder))
        _expect(not left, {"processes left behind": left})
        print("No process is left behind.")
    except (NotAsPromised, ProcessFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _rehearse(state: State) -> None:
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    with Platform(state, breakable=True) as platform:
        assert platform.relays  # noqa: S101 (it is breakable)
        ingest_own_documents(state, platform.qdrant.url)
        say("the database and the passages are there")
        variables = platform.environment("http")
        # the one setting that a deployment never has: on AWS Neon's address follows from the database's host
        with Emulator(state, {"DATABASE_HTTP_ENDPOINT": variables["DATABASE_HTTP_ENDPOINT"]}) as emulator:
            _store_secret(emulator, variables)
            stage = DeployedStage(emulator, state)
            uploaded = stage.deploy()
            outputs = stage.outputs()
            say(f"osls deploy: {uploaded} zips, {len(outputs)} outputs, ApiUrl {outputs['ApiUrl']}")
            reader = Reader(emulator.api_url(outputs["HttpApiId"]))
            try_out(reader, say)
            try_outage(reader, platform.relays.database("http"), say)
            addresses = listeners(emulator.process.pid)
            _expect(addresses and addresses <= LOOPBACKS, {"listens elsewhere than on loopback": sorted(addresses)})
            say("nobody but this machine can reach it")
            try_versions(stage, platform.postgres.owner_url, lambda: try_asking(reader), say)
            try_removing(stage, lambda: try_out(_reader_of(stage), say), say)


def _reader_of(stage: DeployedStage) -> Reader:
    """Of the stage as it is now: a new API has a new address."""
    return Reader(stage.emulator.api_url(stage.outputs()["HttpApiId"]))


def try_out(reader: Reader, say: Callable[[str], None]) -> None:
    """Sign up, ask, and read it back, as a reader would.

    Raises:
        NotAsPromised: Something of it did not work.
    """
    health = reader.call("GET", "/health")
    _expect(health["status"] == "ok", health)
    say("GET /health: ok, with database and retrieval")
    person = {"name": "Ada", "email": f"{uuid.uuid4()}@example.com", "password": uuid.uuid4().hex}
    user = reader.call("POST", "/api/auth/sign-up/email", person)["user"]
    _expect(reader.call("GET", "/api/auth/get-session")["user"]["id"] == user["id"], user)
    say(f"POST /api/auth/sign-up/email: signed in by {', '.join(reader.cookies)}")
    ids = {"conversationId": str(uuid.uuid4()), "messageId": str(uuid.uuid4())}
    reply = reader.call("POST", "/api/chat", {"message": "How do I start the platform?", **ids})
    _expect(reply["saved"] == "stored" and reply["degraded"] == [] and reply["sources"], reply)
    say(f"POST /api/chat: {reply['mode']}, {len(reply['sources'])} sources, saved: {reply['saved']}")
    listed = reader.call("GET", "/api/conversations")["conversations"]
    _expect([each["id"] for each in listed] == [ids["conversationId"]], listed)
    opened = reader.call("GET", f"/api/conversations/{ids['conversationId']}")
    _expect(len(opened["messages"]) == len(("question", "answer")), opened)
    say("GET /api/conversations and /api/conversations/{id}: the conversation with both messages")


def try_asking(reader: Reader) -> None:
    """Ask on, as somebody who notices nothing of a deployment.

    Raises:
        NotAsPromised: The answer is not stored, or something is left out.
    """
    ids = {"conversationId": str(uuid.uuid4()), "messageId": str(uuid.uuid4())}
    reply = reader.call("POST", "/api/chat", {"message": "How do I start the platform?", **ids})
    _expect(reply["saved"] == "stored" and reply["degraded"] == [], reply)


def try_outage(reader: Reader, database: Relay, say: Callable[[str], None]) -> None:
    """Ask while the database is away; the queue brings the turn into the history once it is back.

    Raises:
        NotAsPromised: Something of it did not work.
    """
    ids = {"conversationId": str(uuid.uuid4()), "messageId": str(uuid.uuid4())}
    database.refuse()
    reply = reader.call("POST", "/api/chat", {"message": "How do I run the tests?", **ids})
    _expect(reply["saved"] == "queued" and reply["degraded"] == ["database"] and reply["sources"], reply)
    say(f"POST /api/chat without a database: {reply['mode']}, saved: {reply['saved']}")
    time.sleep(5)  # the first attempt to store it happens now, and fails
    database.restore()
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not (messages := _messages(reader, ids["conversationId"])):
        _expect(time.monotonic() < ends_at, {"not stored after seconds": PATIENCE_SECONDS})
        time.sleep(1)
    _expect([each["role"] for each in messages] == ["user", "assistant"], messages)
    say("SQS and outboxReplay: the turn of the outage is in the history")


def _messages(reader: Reader, conversation_id: str) -> list[dict[str, Any]]:
    try:
        return reader.call("GET", f"/api/conversations/{conversation_id}")["messages"]
    except NotAsPromised:  # there is no such conversation yet
        return []


def _expect(kept: object, shown: object) -> None:
    if not kept:
        raise NotAsPromised(f"not as promised: {json.dumps(shown)[:500]}")


def _store_secret(emulator: Emulator, variables: dict[str, str]) -> None:
    emulator.call("secretsmanager", "CreateSecret", Name=SECRET, SecretString=functions_secret(variables))


def processes_with(folder: str) -> list[int]:
    """Processes whose environment or command line names a folder, whoever their parent is by now."""
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if folder.encode() in (process / "environ").read_bytes() + (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def listeners(pid: int) -> set[str]:
    """Addresses on which a process and its children listen, as /proc writes them."""
    sockets: set[str] = set()
    for each in (pid, *descendants(pid)):
        for descriptor in Path(f"/proc/{each}/fd").glob("*"):
            with suppress(OSError):
                sockets.add(descriptor.readlink().name.removeprefix("socket:[").removesuffix("]"))
    tables = [Path(f"/proc/{pid}/net/{name}").read_text("ascii").splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return {row[1].partition(":")[0] for row in rows if row[3] == LISTENING and row[9] in sockets}


if __name__ == "__main__":
    sys.exit(main())
