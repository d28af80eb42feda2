"""A reader's stop crosses containers and reaches the model; what was written is stored, and a reload shows it."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.fixtures.platform import CALIBRATE, PATIENCE_SECONDS
from tests.fixtures.scripted_model import Caller, ScriptedModel, stalls_after
from tests.fixtures.writers import read_events
from tests.integration.chat.conftest import STREAMED, Chatting

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fixtures.platform import Person

FIRST = "Move each joint of the Wombat arm to the middle of its range before you start the calibration"


def test_a_stop_reaches_the_model_and_what_was_written_is_stored(
    person: Person, model: ScriptedModel, record_property: Callable[[str, object], None]
) -> None:
    question = str(uuid4())
    gone, asked = threading.Event(), [0.0]

    def writes_and_waits(caller: Caller) -> None:
        told = caller.body["messages"][1]["content"].partition("Move each joint")[0]
        number = re.findall(r"source (\d+)>>", told)[-1]
        stalls_after(f"{FIRST} [{number}]. And")(caller)
        record_property("milliseconds", round(1000 * (time.perf_counter() - asked[0])))
        gone.set()

    model.behave(writes_and_waits)

    body = {"message": CALIBRATE, "messageId": question}
    told: list[str] = []
    with person.api.stream("POST", STREAMED, json=body, headers={"accept": "text/event-stream"}) as streamed:
        for line in streamed.iter_lines():
            told.append(line)
            if line == "event: delta" and not asked[0]:
                asked[0] = time.perf_counter()
                assert person.api.post(f"/api/chat/{question}/stop").json()["stopping"] is True

    assert gone.wait(PATIENCE_SECONDS)
    (first, sources), *_, (name, reply) = read_events("\n".join(told) + "\n")
    assert (first, sources["stoppable"]) == ("sources", True)
    assert (name, reply["status"], reply["degraded"]) == ("done", "stopped", [])
    assert reply["answer"].startswith(FIRST)
    stored = Chatting(person.api).messages(reply["conversationId"])[1]
    assert (stored["content"], stored["status"]) == (reply["answer"], "stopped")
