"""The model is taken away, and the alarms of the deployment are evaluated over what was counted then."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from tests.fixtures.alarms import Seen, expect
from tests.fixtures.platform import CALIBRATE
from tests.fixtures.scripted_model import ScriptedModel, hangs_up
from tests.integration.observability.test_logs import lines_of

if TYPE_CHECKING:
    from infra.local.platform import Platform
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person


def test_the_alarm_of_the_runbook_rings_and_no_others(
    platform: Platform, model: ScriptedModel, transport: Transport, person: Person
) -> None:
    model.behave(hangs_up)
    seen = Seen()
    for _ in range(3):
        ids = {"conversationId": str(uuid.uuid4()), "messageId": str(uuid.uuid4())}
        seen.add(person.api.post("/api/chat", json={"message": CALIBRATE, **ids}))
    expect("model", seen, lines_of(platform, transport))
