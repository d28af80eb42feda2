"""`make soak`: 200 readers ask for ten minutes while everything that can break does, at random and seeded.

Afterwards every turn that a reply called stored or queued must be in its reader's history, exactly once, and in nobody
else's; what was deleted must be gone. Nobody who is signed in may have been told to sign in, no answer may have taken
longer than its budget (where the machine starts containers slowly, it has the time of three such starts more), and no
error but the promised 503s may have occurred. Prints the counts; exits with 1 when a promise was broken, or when
nothing came to the test, though a slow machine has three times as long: no turn was stored, or none had to be queued.
With `MODEL=dying` a model writes the answers as well, which dies at random.
"""

from __future__ import annotations

import os
import random
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import httpx
import psycopg

from infra.local.components import Deployment
from infra.local.passages import ingest_own_documents
from infra.local.platform import Platform
from infra.local.ports import LOOPBACK
from infra.local.state import State
from shared.auth.browser.cookies import sign
from shared.history.models import answer_id
from tests.fixtures.loopback import client_of
from tests.outage import own_network
from tests.outage.dying_model import SECONDS as MODEL_SECONDS
from tests.outage.dying_model import SETTINGS, dying_model
from tests.outage.pace import Pace
from tests.outage.readers import CHAT_SECONDS, Ledger, Promise, Reader
from tests.outage.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.settings.database import Transport

READERS = 200
WORKERS = 6
SETTLE_SECONDS = 120.0
HAPPENED = ("saved stored", "saved queued", "turns replaced")
AT_MOST = 3
"""Times as long as was asked, where nothing that counts has happened yet."""
SHOWN = 20
"""Broken promises that are told in full."""

NEW_USER = """
    insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
    values (%s, 'Ada', %s, false, now(), now())
"""
NEW_SESSION = """
    insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt")
    values (%s, %s, %s, now() + interval '7 days', now(), now())
"""


def main() -> int:
    """One run; the exit code."""
    own_network.enter("tests.outage.soak", sys.argv[1:])
    seconds, seed = float(os.environ.get("SECONDS") or 600), int(os.environ.get("SEED") or secrets.randbelow(10**6))
    transports = cast("list[Transport]", (os.environ.get("TRANSPORT") or "http pooled").split())
    print(f"soak: {seconds:.0f} s, seed {seed}, {' and '.join(transports)}", flush=True)
    if not own_network.inside():
        print(f"  no name server fails: {own_network.REFUSED}")
        if os.environ.get("CI"):
            return 1
    with ExitStack() as running:
        model = {"MODEL_URL": running.enter_context(dying_model(seed)), **SETTINGS} if os.environ.get("MODEL") else {}
        host = own_network.HOST if own_network.inside() else LOOPBACK
        named = Deployment({"USES_AN_HOUR": "0", **model}, host=host)
        state = running.enter_context(State.temporary())
        platform = running.enter_context(Platform(state, transports, breakable=True, deployment=named))
        ingest_own_documents(state, platform.qdrant.url)
        ledger = Ledger(chat_seconds=CHAT_SECONDS + (MODEL_SECONDS if model else 0))
        readers = sign_in_all(platform, ledger, seed)
        troubles = Troubles(platform, seed)
        began = time.monotonic()
        troubles.start()
        with Pace() as pace, ThreadPoolExecutor(WORKERS) as workers:
            goes_on = partial(is_needed, ledger, began + seconds, began + AT_MOST * seconds)
            done = [workers.submit(work, readers, goes_on, seed + number, ledger) for number in range(WORKERS)]
        troubles.stop()
        settle(platform, readers, ledger)
        print(f"  a bare FastAPI started in {pace.slowest:.1f} s at worst, beside it", flush=True)
        ledger.judge(pace.slowest)
        verify(platform, ledger)
        happened = [*HAPPENED, "mode generated", "without model"] if model else HAPPENED
        code = report(ledger, troubles, time.monotonic() - began, happened)
    for each in done:
        each.result()  # a reader who stumbled over something unforeseen proves nothing
    if troubles.failure:
        raise troubles.failure
    return code


def sign_in_all(platform: Platform, ledger: Ledger, seed: int) -> list[Reader]:
    """Readers with a session each, as many on one transport as on the other."""
    secret = platform.postgres.secrets.better_auth_secret
    readers: list[Reader] = []
    with psycopg.connect(platform.postgres.superuser_url) as connection:
        for number in range(READERS):
            user_id, token = f"soak-{number}", secrets.token_urlsafe(24)
            connection.execute(NEW_USER, (user_id, f"{user_id}@example.com"))
            connection.execute(NEW_SESSION, (f"session-{number}", token, user_id))
            transports = list(platform.gateways)
            url = platform.url(transports[number % len(transports)])
            cookies = {"better-auth.session_token": sign(token, secret)}
            api = client_of(url, 30)
            api.cookies.update(cookies)
            readers.append(Reader(api, user_id, ledger, seed * 1000 + number))
    for reader in readers:
        assert reader.api.get("/api/auth/get-session").status_code == 200  # brings the signed cookie cache
    for reader in readers[: len(platform.gateways)]:
        until_health_is(reader.api, is_well)
    return readers


def until_health_is(api: httpx.Client, good: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait, as long as it is worth it, for what `/health` says; the last answer."""
    ends_at = time.monotonic() + SETTLE_SECONDS
    while not good(health := api.get("/health").json()) and time.monotonic() < ends_at:
        time.sleep(0.5)
    return health


def is_well(health: dict[str, Any]) -> bool:
    """Everything answers, and nothing waits to be stored."""
    return health["status"] == "ok" and health["components"]["outbox"].get("depth") == 0


def is_needed(ledger: Ledger, ends_at: float, ends_at_last: float) -> bool:
    """Whether the time is not over yet, or nothing was stored, queued or replaced, as on a very slow machine."""
    now = time.monotonic()
    counted = {what: ledger.counts[what] for what in HAPPENED[:2]} | {"replaced": ledger.replaced}
    return now < ends_at or (now < ends_at_last and not all(counted.values()))


def work(readers: list[Reader], goes_on: Callable[[], bool], seed: int, ledger: Ledger) -> None:
    """One thing after the other, each by a reader who is doing nothing else."""
    chance = random.Random(seed)  # noqa: S311 (the same traffic for the same seed)
    while goes_on():
        reader = chance.choice(readers)
        if reader.lock.acquire(blocking=False):
            try:
                reader.do_something()
            except httpx.HTTPError as error:
                ledger.complain(Promise.PROMISED_ERRORS, f"no answer at all: {error!r}")
            finally:
                reader.lock.release()


def settle(platform: Platform, readers: list[Reader], ledger: Ledger) -> None:
    """Everything works again: receipts are handed in, and the queues run empty. Nobody restarts anything."""
    ends_at = time.monotonic() + SETTLE_SECONDS
    while any(reader.receipts for reader in readers) and time.monotonic() < ends_at:
        for reader in readers:
            if reader.receipts:
                reader.hand_in()
        time.sleep(0.1)
    for reader in readers[: len(platform.gateways)]:
        health = until_health_is(reader.api, is_well)
        if not is_well(health):
            ledger.complain(Promise.WELL_AGAIN, f"{reader.api.base_url} {health}")
    if left := sum(len(reader.receipts) for reader in readers):
        ledger.complain(Promise.WELL_AGAIN, f"{left} receipts could not be handed in")


def verify(platform: Platform, ledger: Ledger) -> None:
    """Compare what was promised with what is stored."""
    with psycopg.connect(platform.postgres.superuser_url) as connection:
        rows = connection.execute(
            "select id::text, user_id, conversation_id::text, role, content from message"
        ).fetchall()
        marked = connection.execute(
            "select id::text, replaced_by::text from message where replaced_by is not null"
        ).fetchall()
        revived = connection.execute("select id::text from conversation").fetchall()
    stored: dict[str, list[tuple[str, str, str]]] = {}
    for message_id, user_id, conversation_id, role, _ in rows:
        stored.setdefault(message_id, []).append((user_id, conversation_id, role))
    for turn in ledger.turns.values():
        if turn.conversation_id not in ledger.gone:
            for message_id, role in ((turn.question_id, "user"), (turn.answer_id, "assistant")):
                if stored.get(message_id) != [(turn.user_id, turn.conversation_id, role)]:
                    ledger.complain(Promise.KEPT, f"{turn} is there as {stored.get(message_id)}")
    for each in ledger.deleted & {row[0] for row in revived}:
        ledger.complain(Promise.DELETED, each)
    verify_owners(rows, ledger)
    verify_replaced(dict(marked), ledger)
    ledger.counts["messages stored"] = len(rows)


def verify_owners(rows: list[tuple[str, str, str, str, str]], ledger: Ledger) -> None:
    """What is stored was asked by its owner, or answered to its owner."""
    owners = {str(answer_id(UUID(asked))): user_id for asked, (user_id, _) in ledger.asked.items()}
    for message_id, user_id, _, role, content in rows:
        if role == "user":
            own = ledger.asked.get(message_id) == (user_id, content)
        else:
            own = owners.get(message_id) == user_id and content in ledger.answered.get(message_id, ())
        if not own:
            ledger.complain(Promise.OWN, f"{user_id} has the {role}'s message {message_id}: {content[:80]}")


def verify_replaced(marked: dict[str, str], ledger: Ledger) -> None:
    """Every turn that gave up its place is marked with the question that took it, and no other one is."""
    for question_id, replaced in ledger.replacing.items():
        turn = ledger.turns.get(question_id)
        if turn is None or turn.conversation_id in ledger.gone:
            continue
        ledger.counts["turns replaced"] += 1
        for message_id in (replaced, str(answer_id(UUID(replaced)))):
            if marked.get(message_id) != question_id:
                ledger.complain(Promise.REPLACED, f"{turn} took the place of {message_id}: {marked.get(message_id)}")
    for message_id, question_id in marked.items():
        replaced = ledger.replacing.get(question_id, "")
        if not replaced or message_id not in {replaced, str(answer_id(UUID(replaced)))}:
            ledger.complain(Promise.REPLACED, f"{message_id} is marked as replaced by {question_id}")


def report(ledger: Ledger, troubles: Troubles, seconds: float, happened: Sequence[str]) -> int:
    """Print the counts; the exit code. What must have happened for the run to prove anything is named."""
    for name, count in sorted(troubles.counts.items()):
        print(f"  {count:6} x {name}")
    for name, count in sorted(ledger.counts.items()):
        print(f"  {count:6} {name}")
    for kind, times in ledger.seconds.items():
        ordered = sorted(times)
        p50, p95 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.95))
        print(f"  {kind}: p50 {p50:.3f} s, p95 {p95:.2f} s, longest {ordered[-1]:.2f} s")
    for promise in Promise:
        print(f"  {sum(broken is promise for broken, _ in ledger.violations):6} times {promise}")
    for promise, how in ledger.violations[:SHOWN]:
        print(f"  BROKEN ({promise.name}): {how}")
    idle = [what for what in happened if not ledger.counts[what]]
    for what in idle:
        print(f"  BROKEN: this run proves nothing, as nothing was counted as {what}")
    print(f"soak: {len(ledger.turns)} turns promised, {len(ledger.violations)} promises broken, {seconds:.0f} s")
    return 1 if ledger.violations or idle else 0


if __name__ == "__main__":
    sys.exit(main())
