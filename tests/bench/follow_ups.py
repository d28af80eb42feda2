"""`python -m tests.bench.follow_ups URL --corpus NAME`: conversations asked of a running platform.

Each line of a FILE is a conversation: `turns`, each with a `question` and regular expressions (`gold`) that its answer
must hold. A guest's client sends what was said so far as `turns`; with `--signed-in` a new user asks, and the
conversation is stored. `followups.jsonl` beside this program is asked of the project's own pages (`self`, what
`make run` reads by itself) and of two others, which `make ingest` must have read.
The share of follow-ups that hold is the last line; it is an error where that is below the goal.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL: Final = 0.75
ADDED: Final = re.compile(r"`|\*\*|(?<=\s)\[\d+\]")
"""Marks that stand between the words of an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn, and whether its answer is right."""

    name: str
    question: str
    answer: str
    follows: bool
    right: bool


def main() -> int:
    """Ask, count, and show what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("files", nargs="*", type=Path, default=[Path(__file__).with_name("followups.jsonl")])
    parser.add_argument("--corpus", default="self")
    parser.add_argument("--signed-in", action="store_true", help="ask as a new user, not as a guest")
    chosen = parser.parse_args()
    with httpx.Client(base_url=chosen.url, timeout=60, headers={"origin": chosen.url}) as client:
        if chosen.signed_in:
            sign_up(client)
        turns = [each for line in lines(chosen.files, chosen.corpus) for each in asked(client, line)]
    for each in turns:
        if not each.right:
            print(f"\n--- {each.name} {each.question}\n{each.answer}")
    return told([each.right for each in turns if each.follows])


def sign_up(client: httpx.Client) -> None:
    """The client keeps the cookie."""
    user = {"name": "Reader", "email": f"reader-{uuid4().hex}@example.com", "password": uuid4().hex}
    client.post("/api/auth/sign-up/email", json=user).raise_for_status()


def lines(files: list[Path], corpus: str) -> Iterator[dict[str, Any]]:
    """The conversations about one corpus."""
    for file in files:
        read = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
        yield from (each for each in read if each["corpus"] == corpus)


def asked(client: httpx.Client, conversation: dict[str, Any]) -> Iterator[Asked]:
    """Each turn of a conversation, answered with what was said before it."""
    said: list[dict[str, str]] = []
    stored = {"conversationId": str(uuid4())} if client.cookies else {}
    for place, turn in enumerate(conversation["turns"]):
        told = stored or {"turns": said}
        answered = client.post("/api/chat", json={"message": turn["question"], "messageId": str(uuid4()), **told})
        answered.raise_for_status()
        reply = answered.json()
        said += [{"role": "user", "content": turn["question"]}, {"role": "assistant", "content": reply["answer"]}]
        yield Asked(
            f"{conversation['id']}.{place + 1}", turn["question"], reply["answer"], bool(place), holds(turn, reply)
        )


def holds(turn: dict[str, Any], reply: dict[str, Any]) -> bool:
    """Whether the answer is one, and has everything that it must have."""
    text = " ".join(ADDED.sub("", reply["answer"]).split())
    return reply["mode"] != "refused" and all(re.search(each, text, re.IGNORECASE) for each in turn["gold"])


def told(right: list[bool]) -> int:
    """Say how many follow-ups are right; the exit code."""
    share = sum(right) / len(right) if right else 0.0
    print(f"\nfollow-ups right: {sum(right)} of {len(right)} ({100 * share:.0f} %; the goal is {100 * GOAL:.0f} %)")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
