"""The chat with a scripted writer, as a function that streams: what `make bench-stream` measures.

Everything but the writer and the passages is what is deployed: route, events, stop, tables, runtime loop. The message
says what is written: `200 units 10 ms apart`. Each unit holds the time at which the writer had it; an answer holds when
its writer was stopped.
"""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Final

from functions.chat import ask
from functions.dependencies.book import book
from functions.dependencies.writer import hired
from shared.answering.models import Answer, Mode, Source
from shared.app import Handler, build_app
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.answering.generated.writer import Brief
    from shared.answering.models import Ask
    from shared.answering.turn.chat import Chat

SCRIPT: Final = re.compile(r"(\d+) units (\d+) ms apart")
PAGE: Final = Passage("https://site.test/arm", "arm", "Arm", (), (Paragraph("Calibrate the arm first."),), 1.0)


class Paced:
    """Writes a unit every so many milliseconds, as a model does."""

    sources = (Source(1, "Arm", "https://site.test/arm", "Calibrate the arm first."),)

    def __init__(self, units: int, seconds: float) -> None:
        self._units = units
        self._seconds = seconds
        self._stopped = threading.Event()
        self._stopped_at = 0
        self._ended = False

    def units(self) -> Iterator[str]:
        for number in range(self._units):
            if self._stopped.wait(self._seconds):
                return
            yield f"{number} {time.time_ns()} and a sentence of an ordinary length, so that it weighs what they weigh. "
        self._ended = True

    def stop(self) -> None:
        if not self._ended and not self._stopped.is_set():
            self._stopped_at = time.time_ns()
        self._stopped.set()

    def answer(self) -> Answer:
        return Answer(f"stopped at {self._stopped_at}", Mode.GENERATED, self.sources)


class Writer:
    def writing(self, brief: Brief) -> Paced:
        units, milliseconds = map(int, SCRIPT.fullmatch(brief.ask.message).groups())  # pyright: ignore[reportOptionalMemberAccess] (ours)
        return Paced(units, milliseconds / 1000)


class Hired:
    """In place of a deployment's model."""

    def join(self, chat: Chat, ask: Ask, *, stored: bool) -> None:
        del ask, stored
        chat.writer = Writer()


class OnePage:
    """In place of the passages."""

    def search(self, question: str, **_: object) -> Found:
        del question
        return Found((PAGE,), 0.9, on_topic=True)


async def hired_writer() -> Hired:
    return Hired()


async def one_page() -> OnePage:
    return OnePage()


app = build_app(ask.router)
app.dependency_overrides = {hired: hired_writer, book: one_page}
handler = Handler(app)
