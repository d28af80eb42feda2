"""CloudFormation's limits, and how far the stack is from them with as many functions as anybody plans for
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
import yaml

from infra.bundle import PROJECT
from tests.docs.prose import table_rows
from tests.package.conftest import OSLS, linked_project, without_credentials, without_network

FUNCTIONS = 60
AT_LEAST_MORE = 10

LIMITS = {row[0]: int(row[1].replace(",", "")) for row in table_rows("specs/guides/scaling.md", "## The stack itself")}
AT_MOST = {row[0]: int(row[2].replace(",", "")) for row in table_rows("specs/guides/scaling.md", "## The stack itself")}

ROOM = 0.9
"""Share of a limit that sixty functions may take: somebody has to notice before AWS does."""


@pytest.fixture(scope="module")
def crowded(template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The stack with functions added until there are sixty, each with a route and everything that one may be given."""
    assert template, "has built the zips"
    folder = linked_project(tmp_path_factory.mktemp("project"))
    written = yaml.load((PROJECT / "serverless.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    every_setting = {
        name: value for each in written["functions"].values() for name, value in each.get("environment", {}).items()
    }
    for number in range(max(AT_LEAST_MORE, FUNCTIONS - len(written["functions"]))):
        written["functions"][f"another{number}"] = another(number, every_setting)
    (folder / "serverless.yml").write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    words = [*without_network(), OSLS, "package", "--package", folder / "out"]
    done = subprocess.run(words, cwd=folder, env=without_credentials(), capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "out" / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))


def another(number: int, settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "handler": "functions/health/live.handler",
        "package": {"artifact": "build/healthLive.zip"},
        "environment": settings,
        "events": [{"httpApi": f"POST /api/another/{number}"}, {"httpApi": f"GET /api/another/{number}"}],
    }


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def taken(stack: dict[str, Any]) -> dict[str, int]:
    """Of each limit; those of variables are of one function
    (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""
    text = json.dumps(stack)
    variables = [each["Environment"]["Variables"] for each in of_type(stack, "AWS::Lambda::Function")]
    return {
        "resources": len(stack["Resources"]),
        "dynamic references": text.count("{{resolve:"),
        "outputs": len(stack["Outputs"]),
        "parameters": len(stack["Parameters"]),
        "bytes of the template": len(text.encode()),
        "bytes of a function's variables": max(len(json.dumps(each).encode()) for each in variables),
    }


def test_the_stack_is_as_small_as_the_table_says(template: dict[str, Any], production: dict[str, Any]) -> None:
    for stack in (template, production):
        found = taken(stack)
        assert found.keys() == AT_MOST.keys()
        assert {what: count for what, count in found.items() if count > AT_MOST[what]} == {}


@pytest.mark.long
def test_sixty_functions_stay_well_within_what_aws_takes(crowded: dict[str, Any]) -> None:
    assert len(of_type(crowded, "AWS::Lambda::Function")) >= FUNCTIONS
    found = taken(crowded)
    assert {what: count for what, count in found.items() if count > LIMITS[what] * ROOM} == {}


@pytest.mark.long
def test_a_function_more_costs_no_reference(crowded: dict[str, Any], template: dict[str, Any]) -> None:
    assert taken(crowded)["dynamic references"] == taken(template)["dynamic references"]
