"""How many requests the API may let in, with as many functions at once as Lambda runs in the account.

`python -m infra.quota RATE BURST` prints as JSON what fits of the throttle that is wanted, since a deployment asks
(infra/packaging/fit_throttle.js): `{"quota": 10, "rate": 50, "burst": 8}`. What API Gateway turns away is a 429, which
says to come back; what Lambda turns away is a 5xx. A new account runs ten at once, until somebody asks for more
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final, cast

from infra.stage_secrets import USUAL_REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARE: Final = 0.8
"""Of what the account runs at once: the outbox and whatever else is in the account need some as well."""

ANSWER_SECONDS: Final = 0.15
"""A call takes so long (specs/guides/costs.md)."""


def fitting(quota: int, rate: int, burst: int) -> dict[str, int]:
    """The throttle that is wanted, or as much of it as so many functions at once can serve."""
    at_once = max(1, int(quota * SHARE))
    return {"quota": quota, "rate": min(rate, int(at_once / ANSWER_SECONDS)), "burst": min(burst, at_once)}


def quota(environ: Mapping[str, str] = os.environ) -> int:
    """How many functions the account runs at once in the region, as Lambda says."""
    import boto3  # noqa: PLC0415 (half a second that only a deployment is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)

    client: Any = cast("Any", boto3).client("lambda", region_name=environ.get("AWS_REGION", USUAL_REGION))
    return int(client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])


if __name__ == "__main__":
    print(json.dumps(fitting(quota(), int(sys.argv[1]), int(sys.argv[2]))))
