"""Each component is taken away for real, and the alarms of the deployment are evaluated over what was counted then."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra import sam
from tests.docs.prose import table_rows
from tests.fixtures.platform import CALIBRATE, until_queue_answers
from tests.integration.observability.test_logs import lines_of

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Platform, Relays
    from shared.settings import Transport
    from tests.fixtures.platform import Person

TIMES = 3
SERVER_ERROR = 500
LOUD = {"WARNING", "ERROR", "CRITICAL"}
"""Levels that the query `causes` asks for."""

TAKEN_AWAY = {row[0]: row[1:] for row in table_rows("specs/runbook.md", "## What a test takes away")}
ALARMS: dict[str, dict[str, Any]] = {
    name: each["Properties"]
    for name, each in yaml.safe_load(sam.TEMPLATE.read_text(encoding="utf-8"))["Resources"].items()
    if each["Type"] == "AWS::CloudWatch::Alarm"
}


@dataclass
class Seen:
    """What was counted in five minutes, by the functions and at the gateway."""

    statuses: list[int] = field(default_factory=list[int])
    ids: set[str] = field(default_factory=set[str])

    def add(self, answer: httpx.Response) -> None:
        self.statuses.append(answer.status_code)
        self.ids.add(answer.headers["x-request-id"])

    def of_the_api(self) -> dict[str, float]:
        return {"Count": len(self.statuses), "5xx": sum(status >= SERVER_ERROR for status in self.statuses)}


def use(person: Person) -> Seen:
    """What a reader does, and a monitor once."""
    seen = Seen()
    for _ in range(TIMES):
        ids = {"conversationId": str(uuid.uuid4()), "messageId": str(uuid.uuid4())}
        seen.add(person.api.post("/api/chat", json={"message": CALIBRATE, **ids}))
        seen.add(person.api.get("/api/conversations"))
    seen.add(person.api.get("/health"))
    return seen


def counted(lines: list[dict[str, Any]]) -> dict[str, float]:
    """Sums of the metrics of the whole stack, as CloudWatch takes them from the lines."""
    sums: dict[str, float] = {}
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            if directive["Dimensions"] == [["stack"]] and directive["Namespace"] == "docs-chatbot":
                for metric in directive["Metrics"]:
                    values = line[metric["Name"]]
                    sums[metric["Name"]] = sums.get(metric["Name"], 0) + sum(
                        [values] if isinstance(values, (int, float)) else values
                    )
    return sums


def ringing(own: dict[str, float], api: dict[str, float]) -> set[str]:
    """Alarms of the stack's own metrics and of the API's, that are over their threshold."""
    return {name for name, alarm in ALARMS.items() if over(alarm, value_of(alarm, own, api))}


def value_of(alarm: dict[str, Any], own: dict[str, float], api: dict[str, float]) -> float | None:
    if "Metrics" in alarm:
        by_id = {each["Id"]: each for each in alarm["Metrics"]}
        known = {
            name: api[each["MetricStat"]["Metric"]["MetricName"]]
            for name, each in by_id.items()
            if "MetricStat" in each
        }
        [expression] = [each["Expression"] for each in by_id.values() if "Expression" in each]
        return share(expression, known)
    if alarm["Namespace"] == "docs-chatbot":
        assert alarm["Statistic"] == "Sum"
        return own.get(alarm["MetricName"])
    return None


def share(expression: str, known: dict[str, float]) -> float:
    """The one form of metric mathematics that the stack uses."""
    form = r"IF\((\w+) > (\d+), 100 \* (\w+) / (\w+), 0\)"
    match = re.fullmatch(form, expression)
    assert match
    tested, least, part, whole = match.groups()
    return 100 * known[part] / known[whole] if known[tested] > float(least) else 0.0


def over(alarm: dict[str, Any], value: float | None) -> bool:
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("GreaterThanThreshold", "notBreaching")
    return value is not None and value > alarm["Threshold"]


@pytest.mark.parametrize("taken", TAKEN_AWAY)
def test_the_alarms_of_the_runbook_ring_and_no_others(  # one test for each row of the table
    platform: Platform, relays: Relays, transport: Transport, person: Person, taken: str
) -> None:
    until_queue_answers(person.api)
    parts = {"database": relays.database(transport), "retrieval": relays.qdrant, "queue": relays.queue}
    for name, relay in parts.items():
        if name in taken.split():
            relay.refuse()

    seen = use(person)

    lines = [each for each in lines_of(platform, transport) if each.get("request_id") in seen.ids]
    alarms, cause = TAKEN_AWAY[taken]
    assert ringing(counted(lines), seen.of_the_api()) == set(alarms.split(", ")) - {""}, json.dumps(counted(lines))
    loud = [each["message"] for each in lines if each["level"] in LOUD]
    assert any(cause in message for message in loud) == bool(cause), loud


def test_the_runbook_says_of_every_alarm_what_to_do() -> None:
    assert {row[0] for row in table_rows("specs/runbook.md", "## Alarms")} == set(ALARMS)


def test_the_runbook_names_the_saved_queries() -> None:
    resources = yaml.safe_load(sam.TEMPLATE.read_text(encoding="utf-8"))["Resources"].values()
    saved = {
        each["Properties"]["Name"].partition("/")[2]
        for each in resources
        if each["Type"] == "AWS::Logs::QueryDefinition"
    }
    assert {row[0].strip("`") for row in table_rows("specs/runbook.md", "# Runbook")} == saved
