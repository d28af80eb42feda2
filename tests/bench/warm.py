"""How many requests meet a cold start, with containers kept warm and without: `make bench-warm`.

A simulation, seeded: readers come as a Poisson process with a daily curve, and call functions as the widget does. Each
function has containers; a request takes the one that was used last, and where none is idle a new one starts, which is
its cold start. A container ends when nobody has used it for so long. Every four minutes the function `keepWarm` calls
each function, as serverless.yml says. The results page names each parameter, and whether it was measured or assumed:
AWS documents neither how long a container stays nor which one it takes. Exits with 1 when, with five minutes of idle
life or more, more than 0.5 % of all requests meet a cold start.
"""

from __future__ import annotations

import heapq
import json
import math
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from infra.bundle import PROJECT
from infra.local.gateway.serverless import read_serverless
from shared.events import STAY_SECONDS
from tests.docs.prose import table_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

RESULTS: Final = Path(__file__).parent / "results"
GOAL: Final = 0.005
READERS_AND_DAYS: Final = {100: 90, 1_000: 20, 10_000: 4}
"""Visits a day, and for how many days they are followed."""

IDLE_MINUTES: Final = (3, 5, 10, 15)
GOAL_FROM_MINUTES: Final = 5
DAY: Final = 86_400.0
MONTH_SECONDS: Final = 2_628_000
SEED: Final = 20

DAILY_SWING: Final = 0.8
SIGNED_IN: Final = 0.4
QUESTIONS: Final = 2
BETWEEN_QUESTIONS: Final = 40.0
RARE: Final = {
    "conversationsOpen": 0.3,
    "messagesFeedback": 0.1,
    "authSignInEmail": 0.05,
    "conversationsDelete": 0.03,
    "conversationsChange": 0.03,
    "authSignUpEmail": 0.02,
    "authSignOut": 0.02,
    "profile": 0.02,
    "archiveExport": 0.01,
}
"""What a visit of somebody who is signed in also calls, and how often."""

ANSWER_SECONDS: Final = 0.15
SLOWER_THERE: Final = 2.0
LOG_BYTES: Final = 400

ASSUMED: Final = (
    ("visits a day", "a Poisson process; by the hour from 0.2 to 1.8 times the mean", "assumed"),
    ("signed in", "40 % of visits: session and list at once, then the rest; guests ask only", "assumed"),
    ("questions", "two a visit, 40 s apart in the mean", "assumed"),
    (
        "rare routes, of visits with a session",
        ", ".join(f"{name} {share:.0%}" for name, share in RARE.items()),
        "assumed",
    ),
    ("a warm answer", f"{ANSWER_SECONDS} s, as in the guide about costs", "assumed"),
    ("INIT", "what `make bench-cold` measured of each function", "measured here"),
    ("INIT on Lambda", f"{SLOWER_THERE:.0f} times that, at 0.58 of a processor", "assumed"),
    ("a call to keep warm", f"{STAY_SECONDS} s where there are two, 2 ms otherwise", "ours"),
    ("which container", "the one that was used last, if any is idle", "assumed"),
    ("how long it stays", "as the tables say after its last use, exactly", "assumed"),
)


@dataclass(slots=True)
class Function:
    """The containers of one function.

    Attributes:
        init: Seconds of a cold start.
        idle: Seconds that a container stays without being used.
        life: Seconds after which it is replaced whatever happens, in the mean; half as many at least.
        free: Of each container, when it has been or will be free, and when it is replaced.
        requests: How many there were, without those that keep it warm.
        cold: How many of these met a cold start.
    """

    init: float
    idle: float
    life: float = math.inf
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 (the same for the same seed)
    free: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    requests: int = 0
    cold: int = 0

    def call(self, now: float, seconds: float, *, counts: bool = True) -> None:
        """Serve a request."""
        self.free = [each for each in self.free if each[0] + self.idle >= now and now < each[1]]
        idle = [each for each in self.free if each[0] <= now]
        self.requests += counts
        if idle:
            taken = max(idle)
            self.free.remove(taken)
            self.free.append((now + seconds, taken[1]))
        else:
            self.cold += counts
            self.free.append((now + self.init + seconds, now + self.life * self.chance.uniform(0.5, 1.5)))


@dataclass(frozen=True, slots=True)
class World:
    """What one simulation assumes.

    Attributes:
        readers: Visits a day.
        idle_minutes: How long a container stays without being used.
        warm: Containers kept of each function.
        life_hours: After which a container is replaced.
        answer: Seconds of a chat's answer.
        days: That are simulated; with none, as many as give enough requests of so many readers.
    """

    readers: int
    idle_minutes: float
    warm: Mapping[str, int]
    life_hours: float = math.inf
    answer: float = ANSWER_SECONDS
    days: int = 0

    def cold_share(self) -> float:
        """Of all requests, how many meet a cold start."""
        inits = init_seconds()
        functions = {
            name: Function(inits.get(name, inits["chat"]), self.idle_minutes * 60, self.life_hours * 3600)
            for name in routed()
        }
        days = self.days or READERS_AND_DAYS[self.readers]
        calls = heapq.merge(requests(self.readers, days), self._keeping(days))
        for now, name, counts in calls:
            stays = STAY_SECONDS if self.warm.get(name, 0) > 1 else 0.002
            answer = self.answer if name == "chat" else ANSWER_SECONDS
            functions[name].call(now, answer if counts else stays, counts=counts)
        return sum(each.cold for each in functions.values()) / sum(each.requests for each in functions.values())

    def _keeping(self, days: int) -> Iterator[tuple[float, str, bool]]:
        every = keeping_minutes() * 60
        for turn in range(int(days * DAY / every) if self.warm else 0):
            yield from ((turn * every, name, False) for name in sorted(self.warm) for _ in range(self.warm[name]))


def requests(readers: int, days: int) -> list[tuple[float, str, bool]]:
    """What readers call, and when; the same for each world with so many of them."""
    chance = random.Random(SEED)  # noqa: S311 (the same visits for the same seed)
    found: list[tuple[float, str, bool]] = []
    highest = readers / DAY * (1 + DAILY_SWING)
    now = 0.0
    while (now := now + chance.expovariate(highest)) < days * DAY:
        if chance.random() * (1 + DAILY_SWING) < 1 - DAILY_SWING * math.cos(2 * math.pi * now / DAY):  # thinning
            found += visit(now, chance)
    return sorted(found)


def visit(now: float, chance: random.Random) -> Iterator[tuple[float, str, bool]]:
    """One reader's."""
    asked = now
    for _ in range(QUESTIONS):
        asked += chance.expovariate(1 / BETWEEN_QUESTIONS)
        yield asked, "chat", True
    if chance.random() < SIGNED_IN:
        yield now, "authGetSession", True
        yield now, "conversationsList", True
        for name, share in RARE.items():
            if chance.random() < share:
                yield now + chance.uniform(5, 200), name, True


def document() -> dict[str, Any]:
    """serverless.yml."""
    return dict(read_serverless(PROJECT / "serverless.yml", {}))


def routed() -> list[str]:
    """The functions with a route."""
    functions: dict[str, Any] = document()["functions"]
    return [
        name
        for name, each in functions.items()
        if any({"http", "httpApi"} & event.keys() for event in each.get("events", []))
    ]


def kept() -> dict[str, int]:
    """How many containers of each function are kept warm."""
    more: dict[str, int] = document()["custom"]["warmContainers"]
    return {name: more.get(name, 1) for name in routed()}


def keeping_minutes() -> int:
    """How often."""
    [event] = document()["functions"]["keepWarm"]["events"]
    return int(event["schedule"]["rate"].removeprefix("rate(").split()[0])


def init_seconds() -> dict[str, float]:
    """Of each function on Lambda, from what was measured here."""
    lines = json.loads((RESULTS / "cold.json").read_text("utf-8"))["lines"]
    return {line["name"]: line["init"] / 1000 * SLOWER_THERE for line in lines}


def price() -> list[tuple[str, str, float]]:
    """Dollars a month: what is paid, for what, and how many."""
    table = table_rows("specs/guides/costs.md", "# What it costs")
    of = {row[0].strip("`"): float(row[1]) for row in table if row[1].replace(".", "").isdigit()}
    times = MONTH_SECONDS / (keeping_minutes() * 60)
    containers = kept()
    calls = times * (sum(containers.values()) + 1)
    staying = sum(each * (STAY_SECONDS if each > 1 else 0.002) for each in containers.values())
    seconds = times * (staying + 0.4)  # the last: keepWarm itself, a call of Lambda's API for each container
    logged = calls * LOG_BYTES / 1e9
    return [
        ("calls", f"{calls:,.0f}", calls / 1e6 * of["lambda_calls"]),
        ("GB-seconds", f"{seconds:,.0f}", seconds * of["gigabyte_second"]),
        ("log lines of the platform", f"{logged:.2f} GB", logged * of["log_gigabyte"]),
        ("traces, lines of our own, metrics", "none", 0.0),
    ]


def main() -> int:
    """Simulate, and write the page; the exit code."""
    warm, missed, rows, shares = kept(), 0, list[str](), dict[tuple[int, int], tuple[float, float]]()
    for readers in READERS_AND_DAYS:
        for minutes in IDLE_MINUTES:
            before, after = World(readers, minutes, {}).cold_share(), World(readers, minutes, warm).cold_share()
            shares[readers, minutes] = before, after
            counts = minutes >= GOAL_FROM_MINUTES
            missed += counts and after > GOAL
            met = ("yes" if after <= GOAL else "NO") if counts else "no goal"
            rows.append(f"| {readers:,} | {minutes} min | {before:.2%} | {after:.2%} | {met} |")
            print(rows[-1], flush=True)
    (RESULTS / "warm.md").write_text(page(rows, sensitivities(warm)), "utf-8")
    worst = max(after for (_, minutes), (_, after) in shares.items() if minutes >= GOAL_FROM_MINUTES)
    total = sum(each for _, _, each in price())
    print(f"bench-warm: at most {worst:.2%} of requests meet a cold start, for ${total:.2f} a month; {missed} missed")
    return 1 if missed else 0


def sensitivities(warm: Mapping[str, int]) -> list[str]:
    """What becomes of it where one assumption is wrong, at five minutes of idle life."""
    single = dict.fromkeys(warm, 1)
    worlds: dict[str, Callable[[int], World]] = {
        "one container of each function": lambda readers: World(readers, 5, single),
        "each container replaced after two hours in the mean": lambda readers: World(readers, 5, warm, life_hours=2),
        "each container replaced after six hours in the mean": lambda readers: World(readers, 5, warm, life_hours=6),
        "an answer takes 4 s, as with a model": lambda readers: World(readers, 5, warm, answer=4.0),
    }
    return [
        f"| {what} | {' | '.join(f'{world(readers).cold_share():.2%}' for readers in READERS_AND_DAYS)} |"
        for what, world in worlds.items()
    ]


def page(rows: list[str], others: list[str]) -> str:
    """The results."""
    inits = init_seconds()
    costs = price()
    lines = [
        "# How many requests meet a cold start",
        "",
        "Written by `make bench-warm`, a simulation. *Today* nothing is kept warm (`WARM=off`); *after*, `keepWarm`",
        f"calls each of {len(kept())} functions every {keeping_minutes()} minutes, some for more than one container.",
        f"The goal is {GOAL:.1%} from five minutes of idle life on.",
        "",
        "| visits a day | a container stays | today | after | met |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "| at five minutes, after, if | " + " | ".join(f"{each:,} visits" for each in READERS_AND_DAYS) + " |",
        "|---|" + "---|" * len(READERS_AND_DAYS),
        *others,
        "",
        "| parameter | value | from |",
        "|---|---|---|",
        *(f"| {' | '.join(each)} |" for each in ASSUMED),
        "",
        f"A cold start is {inits['conversationsList']:.2f} s for the list, {inits['chat']:.2f} s for the chat: twice",
        "INIT of [cold.md](cold.md). Its first request then opens a connection to the database (specs/performance.md).",
        "",
        "| a month | how much | dollars |",
        "|---|---|---|",
        *(f"| {what} | {much} | {dollars:.2f} |" for what, much, dollars in costs),
        f"| sum | | {sum(dollars for _, _, dollars in costs):.2f} |",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
