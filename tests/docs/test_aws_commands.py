"""What the pages tell people to type into the AWS command line exists, with those options, and lacks none."""

from __future__ import annotations

import re
import shlex
from typing import Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from botocore import xform_name  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType] (as above)

from infra.local.program import PROJECT
from tests.fixtures.aws_command import options_of

PAGES = ("specs/guides/aws.md", "specs/runbook.md")
OF_THE_PROGRAM = {"query", "output"}
"""Options that every operation has."""


def commands(page: str) -> list[str]:
    """Each `aws` in a block of code or between backticks, up to the end of the command."""
    text = (PROJECT / page).read_text("utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    inline = [each.replace("\n", " ") for each in re.findall(r"(?<!`)`(aws [^`]+)`", text)]
    lines = [line for block in [*blocks, *inline] for line in block.splitlines() if not line.startswith("#")]
    return [each for line in lines for each in _commands_of(line)]


def _commands_of(line: str) -> list[str]:
    """Those of a line; one that is asked for the value of another's option stands for a word there."""
    inner = re.findall(r"\$\(([^()]*)\)", line)
    if inner:
        rest = re.sub(r"\$\([^()]*\)", "VALUE", line)
        return [*(found for each in inner for found in _commands_of(each)), *_commands_of(rest)]
    return [each.strip(" };") for each in re.findall(r"\baws [^;]*", line)]


COMMANDS = [command for page in PAGES for command in commands(page)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_pages_is_one_of_the_program(command: str) -> None:
    _, service, operation, *words = shlex.split(command, comments=True)
    words = [word for word in words if word != "/dev/stdout"]  # where `lambda invoke` puts the answer
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = cast("Any", boto3).client(service, region_name="us-east-1", **keys)
    shape = client.meta.service_model.operation_model(asked(client, operation, words)).input_shape
    options = options_of(words).keys() - OF_THE_PROGRAM
    members = {cast("Any", xform_name)(name, "-"): name for name in (shape.members if shape else ())}

    assert options <= members.keys(), "unknown options"
    assert {members[each] for each in options} >= set(shape.required_members if shape else ()), "one is missing"


def asked(client: Any, operation: str, words: list[str]) -> str:  # noqa: ANN401 (boto3 makes its clients at run time)
    """What AWS calls the operation; one that waits asks another again and again, and names itself in its first word."""
    if operation != "wait":
        return client.meta.method_to_api_mapping[operation.replace("-", "_")]
    return client.get_waiter(words.pop(0).replace("-", "_")).config.operation


def test_the_commands_are_found() -> None:
    assert len(COMMANDS) >= 20
