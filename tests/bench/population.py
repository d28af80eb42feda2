"""Fills a migrated database with readers: a sample with full histories, and others around them with a little each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

CONVERSATIONS: Final = 50
MESSAGES: Final = 20
"""Of each conversation of somebody in the sample."""

HEAVY_MESSAGES: Final = 1000
"""Of each conversation of the heaviest reader: 50,000 messages, which take years of questions."""

OTHERS_CONVERSATIONS: Final = 1
OTHERS_MESSAGES: Final = 4

QUESTION_WORDS: Final = 12
ANSWER_WORDS: Final = 110
"""About 75 and 700 characters: a question of a line, an answer of three paragraphs."""

VOCABULARY: Final = 20_000
NOW: Final = datetime.now(UTC)

OTHERS_DELETED: Final = 2
"""Conversations that somebody deleted: these, or as many as they have."""

RATE_SOME: Final = """
    insert into message_feedback (user_id, message_id, value)
    select user_id, id, 'up' from message where role = 'assistant' and seq % 10 in (0, 4)
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the sample."""

    user_id: str
    token: str
    conversations: list[UUID]


class Population:
    """Readers of one database.

    Args:
        users: How many there are.
        sample: How many of them have full histories; they are spread evenly among the others.
        seed: The same seed makes the same readers.
        heavy: Whether there is one reader more, whose history is fifty times as long.
    """

    def __init__(self, users: int, sample: int, seed: int = 1, *, heavy: bool = False) -> None:
        self.users = users
        self.heaviest: Person | None = None
        self._heavy = heavy
        self.sample: list[Person] = []
        self._every = max(1, users // sample)
        self._wanted = min(sample, users)
        self._chance = random.Random(seed)  # noqa: S311 (no secret is made of it)
        self._words = [self._word(rank) for rank in range(VOCABULARY)]
        # Zipf's law: the word of rank r is as frequent as 1/r
        self._weights = [1 / (rank + 1) for rank in range(VOCABULARY)]
        total = 0.0
        self._cumulative = [total := total + weight for weight in self._weights]

    def load(self, superuser_url: str) -> int:
        """COPY everything in; returns how many messages there are then."""
        with psycopg.connect(superuser_url) as connection:
            people = list(self._people())
            _copy(connection, 'copy "user" (id, name, email, "emailVerified") from stdin', self._users(people))
            columns = '(id, token, "userId", "expiresAt", "updatedAt")'
            _copy(connection, f"copy session {columns} from stdin", self._sessions(people))
            columns = "(id, user_id, title, message_count, created_at, updated_at)"
            _copy(connection, f"copy conversation {columns} from stdin", self._conversations(people))
            columns = "(id, conversation_id, user_id, seq, role, content, created_at)"
            messages = _copy(connection, f"copy message {columns} from stdin", self._messages(people))
            columns = "(user_id, conversation_id)"
            _copy(connection, f"copy deleted_conversation {columns} from stdin", self._deleted(people))
            connection.execute(RATE_SOME)
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        return messages

    def searched(self) -> str:
        """A word that stands in about every fiftieth answer."""
        return self._words[self._chance.randrange(400, 600)]

    def said(self, words: int) -> str:
        """A text of that many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._cumulative, k=words))

    def _people(self) -> Iterator[tuple[Person, int]]:
        """Everybody, each with the number of messages in their conversations."""
        for number in range(self.users):
            full = number % self._every == 0 and len(self.sample) < self._wanted
            person = self._person(number, CONVERSATIONS if full else OTHERS_CONVERSATIONS)
            if full:
                self.sample.append(person)
            yield person, MESSAGES if full else OTHERS_MESSAGES
        if self._heavy:
            self.heaviest = self._person(self.users, CONVERSATIONS)
            yield self.heaviest, HEAVY_MESSAGES

    def _person(self, number: int, conversations: int) -> Person:
        ids = [self._id() for _ in range(conversations)]
        return Person(f"user-{number:08}", f"token-{number:08}-{'x' * 16}", ids)

    def _users(self, people: list[tuple[Person, int]]) -> Iterator[tuple[object, ...]]:
        for person, _ in people:
            yield person.user_id, "Reader", f"{person.user_id}@example.com", False

    def _sessions(self, people: list[tuple[Person, int]]) -> Iterator[tuple[object, ...]]:
        for person, _ in people:
            yield f"s{person.token}", person.token, person.user_id, NOW + timedelta(days=7), NOW

    def _conversations(self, people: list[tuple[Person, int]]) -> Iterator[tuple[object, ...]]:
        for person, messages in people:
            for each in person.conversations:
                at = NOW - timedelta(seconds=self._chance.randrange(10**7))
                yield each, person.user_id, self.said(6)[:80], messages, at, at

    def _messages(self, people: list[tuple[Person, int]]) -> Iterator[tuple[object, ...]]:
        """As they come in real life: what belongs together is not stored together."""
        all_conversations = [(person, each, count) for person, count in people for each in person.conversations]
        self._chance.shuffle(all_conversations)
        for person, conversation_id, count in all_conversations:
            for seq in range(1, count + 1):
                role, words = ("user", QUESTION_WORDS) if seq % 2 else ("assistant", ANSWER_WORDS)
                yield self._id(), conversation_id, person.user_id, seq, role, self.said(words), NOW

    def _deleted(self, people: list[tuple[Person, int]]) -> Iterator[tuple[object, ...]]:
        for person, _ in people:
            for _ in range(max(OTHERS_DELETED, len(person.conversations))):
                yield person.user_id, self._id()

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)

    def _word(self, rank: int) -> str:
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        return "".join(self._chance.choice(letters) for _ in range(3 + rank.bit_length() // 2))


def _copy(connection: psycopg.Connection, command: str, rows: Iterator[tuple[object, ...]]) -> int:
    count = 0
    with connection.cursor().copy(command.encode()) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
