"""Whatever the model does, the reader gets what specs/model.md says, over both routes, and it is what is stored."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.prose import table_rows
from tests.fixtures import scripted_model as scripts
from tests.fixtures.platform import CALIBRATE, PATIENCE_SECONDS, signed_up_at
from tests.fixtures.scripted_model import Behaviour, Caller, ScriptedModel, by_question, one_a_request, refuses, says
from tests.fixtures.writers import read_events
from tests.integration.chat.conftest import PLAIN, STREAMED, Chatting

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx

    from infra.local.platform import Platform

TABLE = {row[0]: row[1:] for row in table_rows("specs/model.md", "## What the model does, and what the reader gets")}
SLACK_SECONDS = 20.0
"""What a busy machine adds to what is promised: a wait without an end takes longer than both."""

OTHERS = {"database", "retrieval"}
"""What is done without where it is late; here, that the model breaks is tried."""

FIRST = "Move each joint of the Wombat arm to the middle of its range before you start the calibration [n]."
SECOND = "Calibration takes four minutes and survives a power cut [n]."
GOOD = f"{FIRST} {SECOND}"


def citing(text: str) -> Behaviour:
    return says(lambda caller: text.replace("[n]", f"[{number(caller)}]"))


def number(caller: Caller) -> str:
    """Under which the model is given the section that answers."""
    told = caller.body["messages"][1]["content"].partition("Move each joint")[0]
    return re.findall(r"source (\d+)>>", told)[-1]


def stalls(caller: Caller) -> None:
    scripts.stalls_after(GOOD.replace("[n]", f"[{number(caller)}]") + " And")(caller)


def breaks_off(caller: Caller) -> None:
    scripts.cut_after(GOOD.replace("[n]", f"[{number(caller)}]") + " And")(caller)


def never_ends(caller: Caller) -> None:
    scripts.endless(FIRST.replace("[n]", f"[{number(caller)}]") + " ")(caller)


def at_its_limit(caller: Caller) -> None:
    says(GOOD.replace("[n]", f"[{number(caller)}]") + " The arm", ended="length")(caller)


BEHAVIOURS: dict[str, tuple[Behaviour, ...]] = {
    "answers well": (citing(GOOD),),
    "is silent": (scripts.silent,),
    "is slow to start": (scripts.never_starts,),
    "is slow between tokens": (stalls,),
    "writes no whole sentence in time": (scripts.drips("Move each joint of the arm to the middle "),),
    "only thinks": (scripts.only_thinks,),
    "is cut in the middle": (breaks_off,),
    "hangs up": (scripts.hangs_up,),
    **{f"says {status}": (refuses(status),) for status in (400, 401, 403, 404, 408, 429, 500, 503)},
    "says 503 once": (refuses(503), citing(GOOD)),
    "sends garbage": (scripts.garbage,),
    "sends a web page": (scripts.page,),
    "says nothing": (scripts.empty,),
    "never ends": (never_ends,),
    "is cut at its limit": (at_its_limit,),
    "is cut before its first sentence ends": (says("Move each joint", ended="length"),),
    "writes another language": (
        citing("Bewegen Sie jedes Gelenk in die Mitte, bevor Sie mit der Kalibrierung beginnen [n]."),
    ),
    "cites [9]": (citing(f"{FIRST[:-1]}[9]. {SECOND}"),),
    "invents a link": (citing(f"[{FIRST[:-5]}](https://evil.example/?q=1) [n]. {SECOND}"),),
    "shows an image of another host": (citing(f"![](https://evil.example/?q=1) {GOOD}"),),
    "writes HTML": (citing(f"<b>{FIRST}</b> <script>{SECOND}"),),
    "invents a number": (citing(f"{GOOD} Calibration takes nine minutes [n]."),),
    "calls a tool": (scripts.calls_a_tool,),
    "refuses": (says("I'm sorry, but I can't help with that request."),),
    "finds no answer": (says("NO_ANSWER"),),
    "invents all of it": (citing("Calibration takes nine minutes [n]. Use `wombat fly` [n]."),),
}


LANES = ("How can I", "How should I", "How must I")
"""Rows are tried side by side, as most of their time is waiting: each on functions, and with questions, of its own."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A reader at one gateway, whose model is told what to do by the questions of this lane."""

    reader: httpx.Client
    begins: str
    told: dict[str, Behaviour]

    def question(self, route: str) -> str:
        return f"{self.begins} calibrate the {'Wombat arm' if route == PLAIN else 'arm of the Wombat'}?"

    def ask(self, route: str) -> dict[str, Any]:
        """The reply; the streamed route is asked for events, the other one for JSON."""
        if route == PLAIN:
            return Chatting(self.reader, route).ask(self.question(route))
        body = {"message": self.question(route)}
        streamed = self.reader.post(route, json=body, headers={"accept": "text/event-stream"})
        assert streamed.status_code == 200, streamed.text
        events = read_events(streamed.text)
        assert (events[0][0], events[-1][0]) == ("sources", "done")
        return events[-1][1]

    def until_it_is_asked_again(self, route: str) -> None:
        """The circuit breaker opens after a failure, and lets somebody ask again after a second or more."""
        self.told[self.question(route)] = citing(GOOD)
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while Chatting(self.reader, route).ask(self.question(route))["mode"] != "generated":
            assert time.monotonic() < ends_at, "the model is not asked again"
            time.sleep(0.1)

    def quoted(self, route: str) -> str:
        """The answer without the model."""
        return self.unhurried(lambda: Chatting(self.reader, route).ask(self.question(route), mode="extractive"))[
            "answer"
        ]

    def unhurried(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A reply for which the search and the database were in time, as they are on any machine that is not busy."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not OTHERS.isdisjoint((reply := ask())["degraded"]):
            assert time.monotonic() < ends_at, reply
            time.sleep(0.1)
        return reply

    def tried(self, does: str, route: str) -> Tried:
        quoted, began = self.quoted(route), 0.0

        def ask() -> dict[str, Any]:
            nonlocal began
            self.until_it_is_asked_again(route)
            self.told[self.question(route)] = one_a_request(*BEHAVIOURS[does])
            began = time.monotonic()
            return self.ask(route)

        reply = self.unhurried(ask)
        took = time.monotonic() - began
        return Tried(route, reply, took, quoted, Chatting(self.reader).messages(reply["conversationId"])[1])


@dataclass(frozen=True, slots=True)
class Tried:
    """What a reader got over one route, and what of it is stored."""

    route: str
    reply: dict[str, Any]
    seconds: float
    quoted: str
    stored: dict[str, Any]


@pytest.fixture(scope="module")
def lanes(platform: Platform, model: ScriptedModel) -> Generator[list[Lane]]:
    told: dict[str, Behaviour] = {}
    model.behave(by_question(told))
    with ExitStack() as stack:
        gateways = [
            stack.enter_context(platform.another_gateway(f"lane {at}", "http", {})) for at in range(1, len(LANES))
        ]
        made: list[Lane] = []
        for begins, url in zip(LANES, [platform.url("http"), *(each.url for each in gateways)], strict=True):
            person = stack.enter_context(signed_up_at(url))
            made.append(Lane(person.api, begins, told))
        yield made


@pytest.fixture(scope="module")
def tries(lanes: list[Lane]) -> Generator[dict[str, Future[list[Tried]]]]:
    """Every row of the table, over both routes at once, in whichever lane is free."""
    free: SimpleQueue[Lane] = SimpleQueue()
    for lane in lanes:
        free.put(lane)

    def tried(does: str) -> list[Tried]:
        lane = free.get()
        try:
            with ThreadPoolExecutor() as routes:
                return list(routes.map(partial(lane.tried, does), (PLAIN, STREAMED)))
        finally:
            free.put(lane)

    with ThreadPoolExecutor(len(lanes)) as pool:
        yield {does: pool.submit(tried, does) for does in TABLE}


@pytest.mark.parametrize("does", TABLE)
def test_the_reader_gets_what_the_table_says(does: str, tries: dict[str, Future[list[Tried]]]) -> None:
    mode, answer, degraded, status, seconds = TABLE[does]

    for each in tries[does].result():
        reply, route = each.reply, each.route
        assert reply["mode"] == mode, route
        assert (reply["answer"] == each.quoted) == (answer == "quoted"), route
        assert reply["degraded"] == [each for each in [degraded] if each], route
        assert each.seconds < float(seconds) + SLACK_SECONDS, route
        assert (each.stored["content"], each.stored["status"]) == (reply["answer"], status), route
        if answer != "quoted":
            check_written(answer, reply)


def check_written(answer: str, reply: dict[str, Any]) -> None:
    [source] = reply["sources"]
    expected = GOOD.replace("[n]", f"[{source['n']}]")
    assert source["url"].endswith("#calibrate-by-hand")
    assert (reply["answer"] == expected) or reply["answer"].startswith(expected.partition(" Calib")[0])
    assert reply["grounded"]
    assert reply["usage"]["cost"] > 0
    for word in ("[9]", "evil.example", "<", "nine", "]("):
        assert word not in reply["answer"], answer


def test_every_behaviour_of_the_table_is_tried() -> None:
    assert TABLE.keys() == BEHAVIOURS.keys()


def test_a_guest_is_answered_by_the_model_as_well(api: httpx.Client, lanes: list[Lane]) -> None:
    lanes[0].told[CALIBRATE] = citing(GOOD)
    ends_at = time.monotonic() + PATIENCE_SECONDS
    # a guest whose batch takes longer than the search is quoted to: the second time it is open
    while (reply := Chatting(api).ask(CALIBRATE))["mode"] != "generated":
        assert time.monotonic() < ends_at
    assert reply["saved"] == "no"
