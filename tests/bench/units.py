"""How soon a checked unit leaves, a stop arrives, and what streams leave behind: `make bench-units`.

A scripted model in this process notes when it sends the token that ends a sentence; the author in the same process
gives the unit out after it was read, cut and checked. The exit code is 1 where a goal is missed.
"""

from __future__ import annotations

import resource
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.answering.generated.author import Author
from shared.answering.generated.writer import Brief
from shared.answering.models import Ask
from shared.answering.turn.chat import Chat
from shared.answering.turn.events import Delta
from shared.model.client import Model
from shared.model.endpoint import Endpoint
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage
from shared.settings.answers import ModelSettings
from tests.fixtures.scripted_model import HEAD, Caller, ScriptedModel, delta, event, says, scripted_model, tokens

if TYPE_CHECKING:
    from shared.answering.generated.model_writing import ModelWriting

RESULTS: Final = Path(__file__).parent / "results/units.md"
SENTENCES: Final = 200
STREAMS: Final = 1_000
FEW: Final = 10
UNIT_MILLISECONDS: Final = 30.0
STOP_MILLISECONDS: Final = 200.0
GROWTH_MEGABYTES: Final = 5.0
PAUSE_SECONDS: Final = 0.002
"""Between two tokens: a fast model's pace."""

SAID: Final = "Calibrate the arm before you use it."
WORDS: Final = ["joint", "motor", "cable", "shoulder", "elbow", "wrist", "gripper", "camera", "battery", "sensor"]
PASSAGES: Final = tuple(
    Passage(f"https://site.test/{n}", f"p{n}", f"Page {n}", (), (Paragraph(f"{SAID} " + " ".join(WORDS * 40)),), 1.0)
    for n in range(8)
)
FOUND: Final = Found(PASSAGES, 0.9, on_topic=True)
NOBODY: Final = UUID(int=1)

INTRODUCTION: Final = """\
In one process, without the route and its stop over the database: what reading, cutting and checking add."""


def main() -> int:
    """Measure, write; the exit code."""
    with scripted_model() as server:
        left = _milliseconds_to_leave(server)
        stopped = _milliseconds_to_stop(server)
        grown = _megabytes_grown(server)
    p95 = statistics.quantiles(left, n=20)[-1]
    rows = [
        ("a unit leaves after the token that ends it, median", f"{statistics.median(left):.1f} ms", ""),
        ("the same, p95 of 200", f"{p95:.1f} ms", f"{UNIT_MILLISECONDS:.0f} ms"),
        ("a stop reaches the model, slowest of 20", f"{max(stopped):.1f} ms", f"{STOP_MILLISECONDS:.0f} ms"),
        (
            f"peak memory after {STREAMS} streams above that after {FEW}",
            f"{grown:.1f} MB",
            f"{GROWTH_MEGABYTES:.0f} MB",
        ),
    ]
    page = "\n".join(
        [
            "# How soon units leave (`make bench-units`)",
            "",
            INTRODUCTION,
            "",
            "| what | measured | goal |",
            "|---|---|---|",
        ]
        + [f"| {name} | {found} | {goal} |" for name, found, goal in rows]
        + [""]
    )
    RESULTS.write_text(page, encoding="utf-8")
    print(page)
    return int(p95 > UNIT_MILLISECONDS or max(stopped) > STOP_MILLISECONDS or grown > GROWTH_MEGABYTES)


def _author(server: ScriptedModel) -> Author:
    settings = ModelSettings.read({"MODEL_URL": server.url, "MODEL_NAME": "m", "MODEL_SECONDS": "25"})
    return Author(Model([Endpoint(server.url, "m")]), settings)


def _writing(server: ScriptedModel) -> ModelWriting:
    ask = Ask("How do I calibrate the arm?", NOBODY, NOBODY)
    quoted = Chat(lambda _: FOUND, None, 50).reply(ask).answer
    writing = _author(server).writing(Brief(ask, ask.message, FOUND, quoted, (), "en"))
    assert writing is not None
    return writing


def _milliseconds_to_leave(server: ScriptedModel) -> list[float]:
    sent: list[float] = []

    def paced(caller: Caller) -> None:
        caller.send(HEAD)
        for _ in range(SENTENCES):
            for token in tokens(f"{SAID[:-1]} [1]."):
                time.sleep(PAUSE_SECONDS)
                caller.send(delta(token))
            time.sleep(PAUSE_SECONDS)
            sent.append(time.perf_counter())
            caller.send(delta("\n\n"))
        caller.send(delta(None, "stop") + event("[DONE]"))

    server.behave(paced)
    came = [time.perf_counter() for _ in _writing(server).units()]
    return [1000 * (there - here) for here, there in zip(sent, came, strict=False)]


def _milliseconds_to_stop(server: ScriptedModel) -> list[float]:
    return [_one_stop(server) for _ in range(20)]


def _one_stop(server: ScriptedModel) -> float:
    gone = threading.Event()

    def stalls(caller: Caller) -> None:
        caller.send(HEAD + b"".join(map(delta, tokens(f"{SAID[:-1]} [1]. And"))))
        caller.until_gone()
        gone.set()

    server.behave(stalls)
    writing = _writing(server)
    asked: list[float] = []

    def stop() -> None:
        asked.append(time.perf_counter())
        writing.stop()

    for _ in writing.units():
        threading.Timer(0.02, stop).start()
    assert gone.wait(20)
    return 1000 * (time.perf_counter() - asked[0])


def _megabytes_grown(server: ScriptedModel) -> float:
    server.behave(says(f"{SAID[:-1]} [1]. It helps."))
    chat_peaks: list[float] = []
    for number in range(1, STREAMS + 1):
        chat = Chat(lambda _: FOUND, None, 50, writer=_author(server))
        assert any(isinstance(each, Delta) for each in chat.events(Ask("How do I calibrate the arm?", NOBODY, NOBODY)))
        if number in {FEW, STREAMS}:
            chat_peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        server.asked.clear()
    return chat_peaks[1] - chat_peaks[0]


if __name__ == "__main__":
    sys.exit(main())
