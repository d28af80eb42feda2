"""What becomes of a queued turn, on a real Postgres under row-level security."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from functions.dependencies.database import opened_database
from functions.outbox.drain import dead_letter_queue, handler
from infra.local.gateway.serverless import read_serverless
from infra.local.program import PROJECT
from shared.db.opening import open_database
from shared.errors import NotFound
from shared.history.conversations import delete_conversation, delete_conversations
from shared.history.models import answer_id
from shared.history.turns import begin_turn
from shared.outbox.again import DEPLOYING
from shared.outbox.keeping import Outbox, group_of, user_owner
from shared.outbox.queue import Queue
from shared.outbox.replay import ActingFor, Outcome, replay, store
from shared.outbox.seal import Seal
from shared.settings.database import DatabaseSettings
from tests.unit.outbox.turns import SECRET, turn

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from shared.db import Database
    from shared.outbox.models import WaitingTurn

Owner: TypeAlias = psycopg.Connection[tuple[Any, ...]]
NewUser: TypeAlias = Callable[[], str]


@pytest.fixture
def environment(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """The variables of the function."""
    variables = {
        "DATABASE_URL": postgres.app_url,
        "DATABASE_TRANSPORT": "pooled",
        "BETTER_AUTH_SECRET": SECRET,
        "BETTER_AUTH_URL": "https://api.example.com",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield
    opened_database().close()
    opened_database.cache_clear()
    dead_letter_queue.cache_clear()


@pytest.fixture
def database(postgres: Postgres) -> Generator[Database]:
    database = open_database(DatabaseSettings(postgres.app_url, "pooled"))
    yield database
    database.close()


@pytest.fixture
def owner(postgres: Postgres) -> Generator[Owner]:
    """The owner of the tables, who sees every row."""
    with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def new_user(owner: Owner) -> NewUser:
    def make() -> str:
        name = f"waiting-{uuid4()}"
        owner.execute(
            'insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")'
            " values (%s, 'Ada', %s, false, now(), now())",
            (name, f"{name}@example.com"),
        )
        return name

    return make


class Sent:
    """A queue that keeps what it was sent."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message(self, **parameters: Any) -> object:  # noqa: ANN401 (as botocore declares it)
        self.bodies.append(parameters["MessageBody"])
        return {}

    def get_queue_attributes(self, **parameters: object) -> dict[str, Any]:
        raise NotImplementedError(parameters)

    def change_message_visibility_batch(self, **parameters: object) -> object:
        raise NotImplementedError(parameters)

    def close(self) -> None:
        """It holds no connection."""


def turn_of(user: str, conversation: UUID | None = None) -> WaitingTurn:
    return replace(turn(), owner=user_owner(user), conversation_id=conversation or uuid4(), message_id=uuid4())


def sealed(waiting: WaitingTurn, secret: str = SECRET) -> str:
    return Seal.of(secret, "outbox").closed(waiting.written())


def replayed(database: Database, waiting: WaitingTurn, keep: int = 50) -> Outcome:
    return replay(sealed(waiting), database, SECRET, keep=keep)


def messages(owner: Owner, user: str) -> list[tuple[Any, ...]]:
    query = "select id, role, content, status from message where user_id = %s order by conversation_id, seq"
    return owner.execute(query, (user,)).fetchall()


def test_a_turn_is_stored_once_however_often_it_comes(database: Database, owner: Owner, new_user: NewUser) -> None:
    user = new_user()
    waiting = turn_of(user)

    outcomes = [replayed(database, waiting) for _ in range(3)]

    assert set(outcomes) == {Outcome.STORED}
    assert messages(owner, user) == [
        (waiting.message_id, "user", waiting.question, "complete"),
        (answer_id(waiting.message_id), "assistant", waiting.answer, "complete"),
    ]


def test_an_answer_joins_the_question_that_was_stored_before_the_database_went(
    database: Database, owner: Owner, new_user: NewUser
) -> None:
    user = new_user()
    waiting = turn_of(user)
    begin_turn(
        ActingFor(database, user),
        conversation_id=waiting.conversation_id,
        title="title",
        message_id=waiting.message_id,
        content=waiting.question,
        keep=50,
    )

    assert replayed(database, waiting) is Outcome.STORED

    assert [role for _, role, _, _ in messages(owner, user)] == ["user", "assistant"]


def test_turns_of_one_conversation_stay_in_order(database: Database, owner: Owner, new_user: NewUser) -> None:
    user, conversation = new_user(), uuid4()
    waiting = [turn_of(user, conversation) for _ in range(3)]

    for each in waiting:
        replayed(database, each)

    assert [row[0] for row in messages(owner, user)][::2] == [each.message_id for each in waiting]


def test_a_turn_that_waited_while_everything_was_deleted_stays_away(
    database: Database, owner: Owner, new_user: NewUser
) -> None:
    user, somebody_else = new_user(), new_user()
    before, of_somebody_else = turn_of(user), turn_of(somebody_else)
    delete_conversations(ActingFor(database, user))
    afterwards = turn_of(user)

    outcomes = [replayed(database, each) for each in (before, before, of_somebody_else, afterwards)]

    assert outcomes == [Outcome.DROPPED, Outcome.DROPPED, Outcome.STORED, Outcome.STORED]
    assert [row[0] for row in messages(owner, user)][::2] == [afterwards.message_id]


def test_it_stays_away_as_well_where_its_conversation_was_begun_anew(
    database: Database, owner: Owner, new_user: NewUser
) -> None:
    user, conversation = new_user(), uuid4()
    before = turn_of(user, conversation)
    delete_conversations(ActingFor(database, user))
    afterwards = turn_of(user, conversation)

    assert [replayed(database, each) for each in (afterwards, before)] == [Outcome.STORED, Outcome.DROPPED]

    assert [row[0] for row in messages(owner, user)][::2] == [afterwards.message_id]


def test_what_was_deleted_is_not_revived(database: Database, owner: Owner, new_user: NewUser) -> None:
    user = new_user()
    waiting = turn_of(user)
    replayed(database, waiting)
    delete_conversation(ActingFor(database, user), waiting.conversation_id)

    outcomes = [replayed(database, each) for each in (waiting, turn_of(user, waiting.conversation_id))]

    assert outcomes == [Outcome.DROPPED, Outcome.DROPPED]
    assert messages(owner, user) == []


def test_what_was_deleted_while_it_waited_never_appears(database: Database, owner: Owner, new_user: NewUser) -> None:
    user = new_user()
    waiting = turn_of(user)
    with pytest.raises(NotFound):
        delete_conversation(ActingFor(database, user), waiting.conversation_id)

    assert replayed(database, waiting) is Outcome.DROPPED
    assert messages(owner, user) == []


def test_a_turn_is_stored_although_its_session_ended_while_it_waited(
    database: Database, owner: Owner, new_user: NewUser
) -> None:
    user, token, queue = new_user(), str(uuid4()), Sent()
    owner.execute(
        'insert into session (id, token, "userId", "expiresAt", "updatedAt")'
        " values (%s, %s, %s, now() + interval '7 days', now())",
        (token, token, user),
    )
    outbox = Outbox(SECRET, Queue("https://localhost/outbox.fifo", lambda: queue), token, lambda: user)
    assert outbox.keep(turn_of(user)).queued
    owner.execute('delete from session where "userId" = %s', (user,))

    assert replay(queue.bodies[0], database, SECRET, keep=50) is Outcome.STORED
    assert len(messages(owner, user)) == 2


def test_a_turn_of_a_user_who_is_gone_is_dropped(database: Database, owner: Owner, new_user: NewUser) -> None:
    user = new_user()
    owner.execute('delete from "user" where id = %s', (user,))

    assert replayed(database, turn_of(user)) is Outcome.DROPPED
    assert messages(owner, user) == []


def test_a_turn_for_somebody_elses_conversation_changes_nothing(
    database: Database, owner: Owner, new_user: NewUser
) -> None:
    ada, bo = new_user(), new_user()
    hers = turn_of(ada)
    replayed(database, hers)

    assert replayed(database, turn_of(bo, hers.conversation_id)) is Outcome.DROPPED

    assert len(messages(owner, ada)) == 2
    assert messages(owner, bo) == []


def test_the_cap_holds(database: Database, owner: Owner, new_user: NewUser) -> None:
    user = new_user()
    waiting = [turn_of(user) for _ in range(4)]

    for each in waiting:
        replayed(database, each, keep=3)

    kept = owner.execute("select id from conversation where user_id = %s", (user,)).fetchall()
    assert {row[0] for row in kept} == {each.conversation_id for each in waiting[1:]}
    again = [store(ActingFor(database, user), each, keep=3) for each in waiting[1:]]
    assert again == [None, None, waiting[0].conversation_id]


class Context(SimpleNamespace):
    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def event(*waiting: WaitingTurn | str, delivery: int = 1) -> dict[str, Any]:
    return {"Records": [_record(number, each, delivery) for number, each in enumerate(waiting)]}


def _record(number: int, waiting: WaitingTurn | str, delivery: int) -> dict[str, Any]:
    group = "nobody" if isinstance(waiting, str) else group_of(waiting)
    return {
        "messageId": f"message {number}",
        "receiptHandle": "handle",
        "body": waiting if isinstance(waiting, str) else sealed(waiting),
        "attributes": {
            "MessageGroupId": group,
            "MessageDeduplicationId": f"once {number}",
            "ApproximateReceiveCount": str(delivery),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:outbox.fifo",
        "awsRegion": "us-east-1",
    }


def undone(answer: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@pytest.mark.usefixtures("environment")
def test_a_batch_is_stored_and_only_what_is_not_done_comes_again(owner: Owner, new_user: NewUser) -> None:
    ada, bo = new_user(), new_user()
    forged = "e30.AAAA"  # no dead-letter queue here: it must not be lost, so it has to come again

    answer = handler(event(turn_of(ada), forged, turn_of(bo)), Context())  # pyright: ignore[reportArgumentType] (all that is used of it)

    assert undone(answer) == ["message 1"]
    assert len(messages(owner, ada)) == len(messages(owner, bo)) == 2


@pytest.mark.usefixtures("environment")
def test_while_the_database_is_away_everything_comes_again(monkeypatch: pytest.MonkeyPatch, new_user: NewUser) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:x@127.0.0.1:1/docs")

    answer = handler(event(turn_of(new_user()), turn_of(new_user())), Context())  # pyright: ignore[reportArgumentType] (as above)

    assert undone(answer) == ["message 0", "message 1"]


FAILING = """
create or replace function failing() returns trigger language plpgsql as $$ begin
    raise '[NEON_SMGR] [shard 0] request failed too many times, cancelling query' using errcode = {code};
end $$;
create trigger failing before insert on message for each row execute function failing();
"""
WELL = "drop function if exists failing() cascade"
HOUR_SECONDS = 3600


@contextmanager
def no_message_stored(owner: Owner, code: str) -> Generator[None]:
    """Postgres itself refuses them with this SQLSTATE."""
    owner.execute(sql.SQL(FAILING).format(code=sql.Literal(code)))
    try:
        yield
    finally:
        owner.execute(WELL)


@pytest.fixture
def dead_letters(environment: None, monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[[], bool]]:
    """Says whether anybody has called the queue for dead letters."""
    assert environment is None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "none")
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("OUTBOX_DEAD_LETTER_URL", f"{address}/123456789012/dead-letters.fifo")
        yield lambda: bool(select.select([listener], [], [], 0)[0])


@pytest.mark.parametrize("code", ["XX000", "58030", "53100", "42703", "42501"])
def test_an_hour_in_which_postgres_can_store_nothing_brings_no_turn_to_the_dead_letters(
    dead_letters: Callable[[], bool], owner: Owner, new_user: NewUser, code: str
) -> None:
    user = new_user()
    waiting = [turn_of(user) for _ in range(3)]
    pause = read_serverless(PROJECT / "serverless.yml", {})["params"]["default"]["outboxPause"]
    with no_message_stored(owner, code):
        for _ in range(HOUR_SECONDS // pause):  # as often as the queue hands them over in an hour
            assert len(undone(handler(event(*waiting), Context()))) == 3  # pyright: ignore[reportArgumentType] (as above)
    assert not dead_letters()

    assert undone(handler(event(*waiting), Context())) == []  # pyright: ignore[reportArgumentType] (as above)
    assert len(messages(owner, user)) == 6


def test_a_turn_whose_values_are_refused_goes_to_the_dead_letters(
    dead_letters: Callable[[], bool], owner: Owner, new_user: NewUser
) -> None:
    with no_message_stored(owner, "22023"):
        handler(event(turn_of(new_user())), Context())  # pyright: ignore[reportArgumentType] (as above)
    assert dead_letters()


def test_a_turn_of_a_secret_that_the_replay_gets_later_waits_for_it(
    dead_letters: Callable[[], bool], owner: Owner, new_user: NewUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, rotated = new_user(), f"{SECRET} of the next deployment"
    newly = sealed(turn_of(user), rotated)
    for delivery in range(1, DEPLOYING):
        assert undone(handler(event(newly, delivery=delivery), Context())) == ["message 0"]  # pyright: ignore[reportArgumentType] (as above)
    assert not dead_letters()

    monkeypatch.setenv("BETTER_AUTH_SECRET", rotated)
    assert undone(handler(event(newly, delivery=DEPLOYING), Context())) == []  # pyright: ignore[reportArgumentType] (as above)
    assert len(messages(owner, user)) == 2


@pytest.mark.parametrize(("text", "delivery"), [(None, DEPLOYING), ("sealed by nobody", 1)])
def test_what_no_secret_will_open_goes_to_the_dead_letters(
    dead_letters: Callable[[], bool], new_user: NewUser, text: str | None, delivery: int
) -> None:
    handler(event(text or sealed(turn_of(new_user()), f"{SECRET} of yore"), delivery=delivery), Context())  # pyright: ignore[reportArgumentType] (as above)
    assert dead_letters()
