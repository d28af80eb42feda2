"""How long a warm `POST /api/chat` takes here and in another checkout, asked in turn: `make bench-warm-chat BEFORE=…`.

`BEFORE` is a commit, checked out below `build`, or the folder of a checkout that has been set up. Both start their own
platform, each reads the same book with its own ingestion, and each question is asked of one and then of the other by
signed-in readers, every one in a conversation of its own: whatever else the machine does falls on both. Which of them
is asked first changes with every question. The page is tests/bench/results/warm_chat.md; the exit code is 1 where p50
or p95 is more than 1.05 times that of the other checkout.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import httpx

from infra.local.process import Process
from infra.local.program import PROJECT, Program
from infra.local.state import RUNNING
from tests.bench.answers.books import TEXTBOOK
from tests.bench.answers.questions import GOLD
from tests.bench.machine import RESULTS, machine, percentile

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

MOST: Final = 1.05
ROUNDS: Final = 6
READERS: Final = 8
"""Take turns, because what one may ask in a minute is limited."""
WARM: Final = 20
"""Questions before the first that counts."""
START_SECONDS: Final = 300.0
BUILD: Final = PROJECT / "build" / "bench-warm-chat"
SHARES: Final = (("p50", 0.5), ("p95", 0.95))


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the project at some commit, set up.

    Attributes:
        name: `before` or `now`.
        folder: Where it lies.
    """

    name: str
    folder: Path

    @property
    def python(self) -> Path:
        """Its own interpreter, with what that commit needs."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def data(self) -> Path:
        """Where its platform keeps what it has."""
        return BUILD / f"data-{self.name}"

    @property
    def commit(self) -> str:
        """What is checked out."""
        told = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 (git, wherever it is)
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return told.stdout.strip()

    def run(self, *arguments: str | Path) -> None:
        """A command of `python -m infra.local`, until it ends."""
        command = [self.python, "-m", "infra.local", "--data", self.data, *arguments]
        subprocess.run(command, cwd=self.folder, check=True)  # noqa: S603 (our own words)

    @contextmanager
    def running(self, book: Path) -> Generator[str]:
        """The address of its platform, which holds the book."""
        if not (self.data / "qdrant").exists():
            self.run("ingest", book, "--from", "markdown")
        (self.data / RUNNING).unlink(missing_ok=True)
        command = [self.python, "-m", "infra.local", "--data", self.data, "run"]
        platform = Process(Program(f"platform {self.name}", command, BUILD / f"{self.name}.log", folder=self.folder))
        platform.start()
        try:
            yield self._url(platform)
        finally:
            platform.stop()

    def _url(self, platform: Process) -> str:
        ends_at = time.monotonic() + START_SECONDS
        while not (self.data / RUNNING).exists():
            platform.check()
            if time.monotonic() > ends_at:
                raise TimeoutError(self.name)
            time.sleep(0.2)
        return json.loads((self.data / RUNNING).read_text(encoding="utf-8"))["url"]


def main() -> int:
    """Ask, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="a commit, or the folder of a checkout that has been set up")
    parser.add_argument("--book", type=Path, default=TEXTBOOK.path)
    parser.add_argument("--questions", type=Path, default=GOLD / "textbook.jsonl")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    if missing := [each for each in (chosen.book, chosen.questions) if not each.exists()]:
        print(f"Nothing is measured: {', '.join(map(str, missing))} is not there.")
        return 0
    BUILD.mkdir(parents=True, exist_ok=True)
    lines = chosen.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()] * chosen.rounds
    checkouts = (Checkout("before", checked_out(chosen.before)), Checkout("now", PROJECT))
    with ExitStack() as stack:
        urls = [stack.enter_context(each.running(chosen.book)) for each in checkouts]
        before, now = measured(urls, questions)
    return written((checkouts[0].commit, checkouts[1].commit), before, now)


def checked_out(before: str) -> Path:
    """The folder of a commit, set up; or the folder itself."""
    if Path(before).is_dir():
        return Path(before).resolve()
    folder = BUILD / before
    if not folder.exists():
        told = subprocess.run(["git", "worktree", "add", "--detach", folder, before], cwd=PROJECT, check=False)  # noqa: S603, S607 (a commit that somebody names)
        if told.returncode:
            raise SystemExit(told.returncode)
        subprocess.run(["make", "setup-python"], cwd=folder, check=True)  # noqa: S607 (make, wherever it is)
    return folder


def measured(urls: Sequence[str], questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each question at both addresses, without those that only warm up."""
    taken: tuple[list[float], list[float]] = [], []
    readers = [[_reader(url) for _ in range(READERS)] for url in urls]
    for place, question in enumerate([*questions[:WARM], *questions]):
        for side in (0, 1) if place % 2 else (1, 0):
            milliseconds = _ask(readers[side][place % READERS], question)
            if place >= WARM:
                taken[side].append(milliseconds)
    return taken


def _reader(url: str) -> httpx.Client:
    client = httpx.Client(base_url=url, timeout=60, headers={"origin": url})
    user = {"name": "Reader", "email": f"reader-{uuid4().hex}@example.com", "password": uuid4().hex}
    _told(client, "/api/auth/sign-up/email", user)
    return client


def _ask(reader: httpx.Client, question: str) -> float:
    return _told(reader, "/api/chat", {"message": question, "messageId": str(uuid4()), "conversationId": str(uuid4())})


def _told(client: httpx.Client, path: str, body: dict[str, str]) -> float:
    """Milliseconds of the answer; who has asked too often waits, and asks again."""
    while True:
        started = time.perf_counter()
        answered = client.post(path, json=body)
        taken = 1000 * (time.perf_counter() - started)
        if answered.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            answered.raise_for_status()
            return taken
        time.sleep(float(answered.headers["retry-after"]))


def compared(before: Sequence[float], now: Sequence[float]) -> list[tuple[str, float, float, float]]:
    """Name, both, and how many times longer it takes now."""
    rows: list[tuple[str, float, float, float]] = []
    for name, share in SHARES:
        was, found = percentile(sorted(before), share), percentile(sorted(now), share)
        rows.append((name, was, found, found / was))
    return rows


def page(commits: tuple[str, str], count: int, rows: Sequence[tuple[str, float, float, float]]) -> str:
    """The page."""
    missed = [name for name, *_, ratio in rows if ratio > MOST]
    return "\n".join(
        [
            "# A warm question, before and now",
            "",
            f"`make bench-warm-chat BEFORE={commits[0]}`: {machine()}.",
            "",
            f"{count} questions to each of two platforms on one machine, in turn, by signed-in readers; now is",
            f"{commits[1]}. Milliseconds of `POST /api/chat`; the goal is at most {MOST} times as long.",
            "",
            f"| | {commits[0]} | now | ratio |",
            "|---|---|---|---|",
            *(f"| {name} | {was:.1f} | {found:.1f} | {ratio:.2f} |" for name, was, found, ratio in rows),
            "",
            f"Missed: {', '.join(missed)}." if missed else "The goal is reached.",
            "",
        ]
    )


def written(commits: tuple[str, str], before: Sequence[float], now: Sequence[float]) -> int:
    """Write the page, print it; the exit code."""
    rows = compared(before, now)
    text = page(commits, len(now), rows)
    (RESULTS / "warm_chat.md").write_text(text, "utf-8")
    print(text)
    return 1 if any(ratio > MOST for *_, ratio in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
