"""The ids of hosted zones in Route 53, by which a stack knows them; people know them by their names.

`python -m infra.hosted_zones NAME ...` prints them as JSON, `{"example.com": "Z0123456789ABCDEFGHIJ"}`, since a
deployment asks (infra/packaging/hosted_zones.js). A zone that only a private network sees proves no certificate, so it
does not count.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final, cast

from infra.stage_secrets import USUAL_REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXIT_UNCLEAR: Final = 2


class NoZone(RuntimeError):
    """There is no such zone, or more than one; the message says what to write instead of the name."""


def zone_ids(names: Iterable[str]) -> dict[str, str]:
    """The id of the one public zone of each name.

    Raises:
        NoZone: The account has none of that name, or several, or may not be asked.
    """
    import boto3  # noqa: PLC0415 (half a second that only a deployment is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

    client = cast("Any", boto3).client("route53", region_name=os.environ.get("AWS_REGION", USUAL_REGION))
    try:
        return {name: _only_one(name, _public(client, name)) for name in names}
    except (BotoCoreError, ClientError) as error:
        raise NoZone(f"{error}\nWrite the id of the zone instead of its name.") from None


def _public(client: Any, name: str) -> list[str]:  # noqa: ANN401 (boto3 makes its clients at run time)
    """The zones of that name come first, and then those that follow it in order."""
    found = client.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    here = [zone for zone in found if zone["Name"].rstrip(".") == name and not zone["Config"]["PrivateZone"]]
    return [zone["Id"].removeprefix("/hostedzone/") for zone in here]


def _only_one(name: str, ids: Sequence[str]) -> str:
    if not ids:
        raise NoZone(
            f"Route 53 has no public hosted zone {name} in this account. Leave it out where the zone is elsewhere."
        )
    if len(ids) > 1:
        raise NoZone(
            f"Route 53 has {len(ids)} public hosted zones {name}. Write one of their ids: {', '.join(sorted(ids))}."
        )
    return ids[0]


def main(names: Sequence[str]) -> int:
    """Print the ids; returns the exit status."""
    try:
        found = zone_ids(names)
    except NoZone as error:
        print(error, file=sys.stderr)
        return EXIT_UNCLEAR
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
