"""The same questions with and without a model: `make bench-answers MODEL=none,scripted,local`.

Forty questions to the two books with gold answers, six of them off topic, asked as a guest asks them, one after the
other. `none` quotes; `scripted` copies three sentences of the first source and invents a fourth; `local` is the model
of `make run MODEL=local`; `env` is the one that MODEL_URL, MODEL_NAME and MODEL_API_KEY name. What a model of 135
million weights gets right says nothing about a larger one: its figures show that the check, the deadlines and the
quoted answer behind it do their work.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.local.language_model import LanguageModel
from infra.local.state import State
from shared.answering.generated.author import Author
from shared.answering.models import Ask, Mode
from shared.answering.turn.chat import Chat
from shared.answering.turn.events import Delta, Done
from shared.http_client import HttpClient
from shared.model.client import Model
from shared.model.endpoint import Endpoint
from shared.retrieval.search import Book as Searched
from shared.settings.answers import ModelSettings, RetrievalSettings
from shared.uuid7 import uuid7
from tests.bench.answers.books import LEROBOT, TEXTBOOK, opened
from tests.bench.answers.judging import holds
from tests.bench.answers.questions import OFF_TOPIC, Question, absent, questions_to
from tests.fixtures.scripted_model import Caller, says, scripted_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.generated.model_writing import ModelWriting
    from shared.answering.generated.writer import Brief
    from tests.bench.answers.books import Book

RESULTS: Final = Path(__file__).parents[1] / "results/answers_by_model.md"
GOLD: Final = 17
ASTRAY: Final = 3
"""Questions of each of the two books."""
INVENTED: Final = "This takes 97 minutes with `--turbo` [1]."


@dataclass
class Watched:
    """An author, of whom each writing is remembered."""

    author: Author
    begun: list[ModelWriting] = field(default_factory=list["ModelWriting"])

    def writing(self, brief: Brief) -> ModelWriting | None:
        writing = self.author.writing(brief)
        self.begun += [writing] if writing else []
        return writing


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question."""

    question: Question
    mode: Mode
    text: str
    degraded: bool
    first: float
    whole: float
    tokens: int
    judged: int
    dropped: int


def main(names: Sequence[str]) -> int:
    """Ask all of them, write; the exit code."""
    if missing := absent():
        print(f"Nothing is measured: {', '.join(map(str, missing))} is not there.")
        return 0
    with opened([TEXTBOOK, LEROBOT]) as url:
        answers = {name: list(_all_by(name, url)) for name in names}
    page = _page(answers)
    RESULTS.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _all_by(name: str, url: str) -> Iterator[Asked]:
    with ExitStack() as running:
        settings = _settings(name, running)
        model = Model([Endpoint(settings.url, settings.name, settings.api_key)]) if settings and settings.url else None
        for book in (TEXTBOOK, LEROBOT):
            searched = _searched(book, url)
            for question in _chosen(book):
                writer = Watched(Author(model, settings)) if model and settings else None
                yield _asked(question, searched, writer)
                print(f"{name} {question.name}", file=sys.stderr, flush=True)


def _settings(name: str, running: ExitStack) -> ModelSettings | None:
    match name:
        case "none":
            return None
        case "scripted":
            url = running.enter_context(scripted_model(says(_copied))).url
            return ModelSettings.read({"MODEL_URL": url, "MODEL_NAME": name})
        case "local":
            local = LanguageModel(running.enter_context(State.temporary()))
            return ModelSettings.read(running.enter_context(local).settings)
        case _:
            return ModelSettings.read(os.environ)


def _copied(caller: Caller) -> str:
    source = caller.body["messages"][1]["content"].split("source 1>>\n", 1)[1].split("\n\n", 1)[1]
    prose = re.split(r"(?<=[.!?])\s+(?=[A-Z])", source.partition("\n<<")[0].replace("\n", " "))
    return " ".join([f"{each.rstrip('.!?')} [1]." for each in prose[:3]] + [INVENTED])


def _searched(book: Book, url: str) -> Searched:
    return Searched(HttpClient(url), RetrievalSettings.read({"QDRANT_URL": url, "QDRANT_COLLECTION": book.name}))


def _chosen(book: Book) -> list[Question]:
    """Evenly from all over the lists."""
    questions = questions_to(book)
    gold = [each for each in questions if each.set_name == "gold"]
    astray = [each for each in questions if each.set_name == OFF_TOPIC]
    return [*gold[:: max(1, len(gold) // GOLD)][:GOLD], *astray[:: max(1, len(astray) // ASTRAY)][:ASTRAY]]


def _asked(question: Question, book: Searched, writer: Watched | None) -> Asked:
    began = time.monotonic()
    first = 0.0
    chat = Chat(book.search, None, 50, writer=writer)
    for event in chat.events(Ask(question.text, uuid7(), uuid7())):
        if isinstance(event, Delta) and not first:
            first = time.monotonic() - began
        if isinstance(event, Done):
            answer = event.reply.answer
            writing = writer.begun[0] if writer and writer.begun else None
            return Asked(
                question,
                answer.mode,
                answer.text,
                bool(event.reply.degraded),
                first,
                time.monotonic() - began,
                writing.usage.input + writing.usage.output if writing else 0,
                writing.judged if writing else 0,
                writing.dropped if writing else 0,
            )
    raise AssertionError


def _page(answers: dict[str, list[Asked]]) -> str:
    rows = {
        "questions": [str(len(each)) for each in answers.values()],
        "gold answers held": [_share(_gold(each)) for each in answers.values()],
        "off topic, refused": [_share(_refusals(each)) for each in answers.values()],
        "written by the model": [_share([asked.mode is Mode.GENERATED for asked in each]) for each in answers.values()],
        "quoted because it failed": [_share([asked.degraded for asked in each]) for each in answers.values()],
        "units it wrote": [str(sum(asked.judged for asked in each)) for each in answers.values()],
        "of them, cited and found there": [_kept(each) for each in answers.values()],
        "tokens a question": [f"{statistics.mean(asked.tokens for asked in each):.0f}" for each in answers.values()],
        "first unit, median": [_seconds([asked.first for asked in each]) for each in answers.values()],
        "whole answer, median": [_seconds([asked.whole for asked in each]) for each in answers.values()],
        "whole answer, slowest": [f"{max(asked.whole for asked in each):.2f} s" for each in answers.values()],
    }
    table = [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    head = [f"| | {' | '.join(answers)} |", "|---" * (len(answers) + 1) + "|"]
    return "\n".join(
        ["# Answers by a model, beside quoted ones", "", (__doc__ or "").partition("\n\n")[2], *head, *table, ""]
    )


def _gold(asked: list[Asked]) -> list[bool]:
    return [holds(each.question.gold, each.text) for each in asked if each.question.gold]


def _refusals(asked: list[Asked]) -> list[bool]:
    return [each.mode is Mode.REFUSED for each in asked if not each.question.gold]


def _share(found: list[bool]) -> str:
    return f"{sum(found)} of {len(found)}"


def _kept(asked: list[Asked]) -> str:
    judged = sum(each.judged for each in asked)
    return f"{judged - sum(each.dropped for each in asked)} of {judged}"


def _seconds(found: list[float]) -> str:
    return f"{statistics.median(found):.2f} s"
