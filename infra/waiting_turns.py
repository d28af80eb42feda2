"""Turns of readers that wait in queues of a deployed stage: removing the stack would lose them.

`python -m infra.waiting_turns QUEUE ...` prints how many wait in each as JSON (infra/packaging/waiting_turns.js asks).
A queue that does not exist has none.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, cast

from infra.stage_secrets import USUAL_REGION
from shared.outbox.queue import WAITING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def waiting(names: Sequence[str], environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """How many messages each queue has that are not done with: ready, being worked on, or held back."""
    import boto3  # noqa: PLC0415 (half a second that only a deployed stage is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)

    client: Any = cast("Any", boto3).client("sqs", region_name=environ.get("AWS_REGION", USUAL_REGION))
    return {name: _depth(client, name) for name in names}


def _depth(client: Any, name: str) -> int:  # noqa: ANN401 (boto3 makes its clients at run time)
    try:
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
    except client.exceptions.QueueDoesNotExist:
        return 0
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(WAITING))["Attributes"]
    return sum(int(attributes.get(each, 0)) for each in WAITING)


if __name__ == "__main__":
    print(json.dumps(waiting(sys.argv[1:])))
