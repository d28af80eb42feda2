"""A model that dies at random: it breaks in another way each time, and for seconds its port is closed."""

from __future__ import annotations

import random
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.fixtures import scripted_model as scripts
from tests.fixtures.scripted_model import Behaviour, Caller, refuses, says, scripted_model

if TYPE_CHECKING:
    from collections.abc import Generator

FIRST_SECONDS: Final = 1
SECONDS: Final = 3
SETTINGS: Final = {
    "MODEL_NAME": "scripted",
    "MODEL_FIRST_SECONDS": str(FIRST_SECONDS),
    "MODEL_SECONDS": str(SECONDS),
    "MODEL_DAY_TOKENS": "1000000000000",
    "MODEL_READER_TOKENS": "1000000000000",
    "MODEL_READER_QUESTIONS": "1000000",
    "MODEL_ADDRESS_QUESTIONS": "1000000",
}
"""Nobody is short of tokens: it is the model that fails."""

SENTENCES: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def copied(caller: Caller) -> str:
    """Two sentences of the first source, with one that stands in none."""
    source = caller.body["messages"][1]["content"].split("source 1>>\n", 1)[-1].partition("\n\n")[2]
    prose = SENTENCES.split(source.partition("\n<<")[0].replace("\n", " "))
    return " ".join([f"{each.rstrip('.!?')} [1]." for each in prose[:2]] + ["It takes 97 minutes [1]."])


WELL: Final = says(copied)


def cut(caller: Caller) -> None:
    scripts.cut_after(copied(caller))(caller)


def stalls(caller: Caller) -> None:
    scripts.stalls_after(copied(caller))(caller)


WAYS: Final[tuple[Behaviour, ...]] = (
    *(cut, stalls, scripts.hangs_up, scripts.garbage, scripts.page, scripts.silent, scripts.empty),
    *map(refuses, (429, 500, 503)),
)


@contextmanager
def dying_model(seed: int) -> Generator[str]:
    """Its address, while it lives and dies."""
    chance = random.Random(seed)  # noqa: S311 (the same troubles for the same seed)

    def behaviour(caller: Caller) -> None:
        (WELL if chance.random() < 0.6 else chance.choice(WAYS))(caller)

    with scripted_model(behaviour) as first:
        port, address = first.port, first.url
    over = threading.Event()

    def live() -> None:
        while not over.is_set():
            with scripted_model(behaviour, port):
                over.wait(chance.uniform(5, 15))
            over.wait(chance.uniform(1, 4))

    life = threading.Thread(target=live)
    life.start()
    try:
        yield address
    finally:
        over.set()
        life.join()
