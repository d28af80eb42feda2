"""Queues that outlive their stack, because turns of readers wait in them (infra/packaging/waiting_turns.js asks).

`python -m infra.kept_queues remove NAME ...` deletes the queues of a stack that was removed, unless something waits in
one of them. `python -m infra.kept_queues adopt STACK RESOURCES` hands queues that were kept to a new stack of the
stage, which could not make others of the same names. RESOURCES are the queues as the template has them, as JSON. Both
print as JSON which queues these were.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final, cast

from infra.stage_secrets import USUAL_REGION
from infra.waiting_turns import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

QUEUE: Final = "AWS::SQS::Queue"
PARTS: Final = ("Properties", "DeletionPolicy", "UpdateReplacePolicy")
CHANGE_SET: Final = "kept-queues"


def remove_empty(names: Sequence[str], environ: Mapping[str, str] = os.environ) -> list[str]:
    """Delete the queues that are there, if nothing waits in any of them; what was deleted."""
    client = _client("sqs", environ)
    addresses = _addresses(client, names)
    if any(waiting(names, environ).values()):
        return []
    for url in addresses.values():
        client.delete_queue(QueueUrl=url)
    return list(addresses)


def adopt(stack: str, queues: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> list[str]:
    """Import the queues that exist and do not belong to the stack; their names in the template."""
    formation = _client("cloudformation", environ)
    owned = _resources(formation, stack)
    wanted = {each: name for each, name in _names(queues).items() if each not in owned}
    addresses = _addresses(_client("sqs", environ), list(wanted.values()))
    found = {each: addresses[name] for each, name in wanted.items() if name in addresses}
    if found:
        _import(formation, stack, {each: queues[each] for each in found}, found)
    return list(found)


def _resources(formation: Any, stack: str) -> set[str]:  # noqa: ANN401 (boto3 makes its clients at run time)
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {each["LogicalResourceId"] for page in pages for each in page["StackResourceSummaries"]}


def _import(formation: Any, stack: str, queues: Mapping[str, Any], addresses: Mapping[str, str]) -> None:  # noqa: ANN401 (as above)
    named = {"StackName": stack, "ChangeSetName": CHANGE_SET}
    template = formation.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    resources = template["Resources"] | {each: {"Type": QUEUE, **_kept(queues[each])} for each in queues}
    parameters = formation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
    formation.create_change_set(
        **named,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(template | {"Resources": resources}),
        Parameters=[{"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in parameters],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        ResourcesToImport=[
            {"ResourceType": QUEUE, "LogicalResourceId": each, "ResourceIdentifier": {"QueueUrl": url}}
            for each, url in addresses.items()
        ],
    )
    formation.get_waiter("change_set_create_complete").wait(**named, WaiterConfig={"Delay": 2})
    formation.execute_change_set(**named)
    formation.get_waiter("stack_import_complete").wait(StackName=stack, WaiterConfig={"Delay": 2})


def _kept(queue: Mapping[str, Any]) -> dict[str, Any]:
    """As the template has it; the order of making is of no use to what exists."""
    return {
        name: value for name, value in queue.items() if name in {"Properties", "DeletionPolicy", "UpdateReplacePolicy"}
    }


def _names(queues: Mapping[str, Any]) -> dict[str, str]:
    return {each: queue["Properties"]["QueueName"] for each, queue in queues.items()}


def _addresses(client: Any, names: Sequence[str]) -> dict[str, str]:  # noqa: ANN401 (as above)
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = client.get_queue_url(QueueName=name)["QueueUrl"]
        except client.exceptions.QueueDoesNotExist:
            continue
    return found


def _client(service: str, environ: Mapping[str, str]) -> Any:  # noqa: ANN401 (as above)
    import boto3  # noqa: PLC0415 (half a second that only a deployed stage is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)

    return cast("Any", boto3).client(service, region_name=environ.get("AWS_REGION", USUAL_REGION))


def main(words: Sequence[str]) -> int:
    """Do as the words say and print the queues; the exit status."""
    what, *rest = words
    done = remove_empty(rest) if what == "remove" else adopt(rest[0], json.loads(rest[1]))
    print(json.dumps(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
