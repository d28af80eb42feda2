"""Writes infra/template.yaml for the AWS SAM command line: `python -m infra.sam`.

It is what osls compiles from serverless.yml, so that there is one description of the deployment and not two, with the
zips where `sam local` finds them: in build/, after `npm run bundle`. A test compares it with serverless.yml.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

from infra.bundle import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = PROJECT / "infra" / "template.yaml"
OSLS = PROJECT / "node_modules" / ".bin" / "osls"
COMPILED = "cloudformation-template-update-stack.json"

HEADER = """\
# Written by `python -m infra.sam` from serverless.yml: change that file, and run it again.
#
#   make sam-validate                                              is it sound?
#   npm run bundle && sam local invoke -t infra/template.yaml HealthLiveLambdaFunction -e tests/events/healthLive.json
"""

TRANSFORM = "AWS::Serverless-2016-10-31"

FOR_DEPLOYMENTS_ONLY = ("ServerlessDeploymentBucket", "ServerlessDeploymentBucketPolicy")
"""Where osls uploads to; SAM has a bucket of its own."""


def compiled() -> dict[str, Any]:
    """The CloudFormation that osls makes of serverless.yml, for the stage `dev`; the zips are built on the way."""
    with tempfile.TemporaryDirectory() as output:
        kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        words = [OSLS, "package", "--stage", "dev", "--package", output]
        done = subprocess.run(words, cwd=PROJECT, env=kept, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return json.loads((Path(output) / COMPILED).read_text(encoding="utf-8"))


def for_sam(template: dict[str, Any]) -> dict[str, Any]:
    """The same with SAM's functions, whose zips lie in build/, and without what changes with every build."""
    resources = {
        name: _function(each) if each["Type"] == "AWS::Lambda::Function" else each
        for name, each in template["Resources"].items()
        if name not in FOR_DEPLOYMENTS_ONLY
    }
    outputs = {name: each for name, each in template["Outputs"].items() if not _names_bucket(each)}
    head = {"AWSTemplateFormatVersion": template["AWSTemplateFormatVersion"], "Transform": TRANSFORM}
    cleaned = {name: _without_needless_order(each) for name, each in resources.items()}
    return head | template | {"Resources": cleaned, "Outputs": outputs}


def _function(compiled: dict[str, Any]) -> dict[str, Any]:
    properties = dict(compiled["Properties"])
    zipped = properties.pop("Code")["S3Key"].rpartition("/")[2]
    tracing = properties.pop("TracingConfig")["Mode"]
    kept = {"CodeUri": f"../build/{zipped}", **properties, "Tracing": tracing}
    return {**compiled, "Type": "AWS::Serverless::Function", "Properties": kept}


def _without_needless_order(resource: dict[str, Any]) -> dict[str, Any]:
    """Without the `DependsOn` that the properties imply anyway: SAM's linter complains of them."""
    named = set(_references(resource["Properties"])) if "Properties" in resource else set[str]()
    written = resource.get("DependsOn", [])
    kept = [name for name in ([written] if isinstance(written, str) else written) if name not in named]
    rest = {key: value for key, value in resource.items() if key != "DependsOn"}
    return rest | ({"DependsOn": kept} if kept else {})


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 (a template holds anything)
    """Names of resources in `Ref` and `Fn::GetAtt`."""
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _references(each)
    elif isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            if key == "Ref":
                yield each
            elif key == "Fn::GetAtt":
                yield each[0]
            else:
                yield from _references(each)


def _names_bucket(output: dict[str, Any]) -> bool:
    return output["Value"] == {"Ref": FOR_DEPLOYMENTS_ONLY[0]}


def text(template: dict[str, Any]) -> str:
    """The file as it is committed, from what osls compiled."""
    return HEADER + yaml.safe_dump(for_sam(template), sort_keys=False, width=120)


if __name__ == "__main__":
    TEMPLATE.write_text(text(compiled()), encoding="utf-8")
    print(f"wrote {TEMPLATE.relative_to(PROJECT)}", file=sys.stderr)
