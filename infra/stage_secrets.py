"""The secrets of a deployed stage, for commands that a person or a pipeline runs: two secrets in AWS Secrets Manager.

`docs-chatbot-backend/<stage>` is what the functions get when they are deployed. `docs-chatbot-backend/<stage>/owner`
holds DATABASE_OWNER_URL, with which the schema can be changed: no function is ever given it.

`python -m infra.stage_secrets STAGE KEY ...` prints the values of these keys of the first as JSON: a deployment needs
them (infra/packaging/stage_secrets.js).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USUAL_REGION = "us-east-1"
"""As in serverless.yml."""

EXIT_MISSING = 2


class NoSecrets(RuntimeError):
    """A secret of the stage cannot be read; the message says which, and never what is in it."""


def database_urls(stage: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """DATABASE_OWNER_URL and DATABASE_URL of a stage.

    Raises:
        NoSecrets: One of the two is not there, or may not be read.
    """
    client = _secrets_manager(environ)
    return {
        **_values(client, f"docs-chatbot-backend/{stage}/owner", ["DATABASE_OWNER_URL"]),
        **_values(client, f"docs-chatbot-backend/{stage}", ["DATABASE_URL"]),
    }


def values(
    stage: str, required: Sequence[str], optional: Sequence[str] = (), environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """What the functions of a stage get, by key; an optional key that is not there is left out.

    Raises:
        NoSecrets: The secret cannot be read, or lacks a required key.
    """
    return _values(_secrets_manager(environ), f"docs-chatbot-backend/{stage}", required, optional)


def _secrets_manager(environ: Mapping[str, str]) -> Any:  # noqa: ANN401 (boto3 makes its clients at run time)
    import boto3  # noqa: PLC0415 (half a second that only a deployed stage is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)

    region = environ.get("AWS_REGION") or USUAL_REGION
    return boto3.client("secretsmanager", region_name=region)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] (as above)


def _values(client: Any, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, str]:  # noqa: ANN401 (as above)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

    try:
        stored = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    except (BotoCoreError, ClientError) as error:
        raise NoSecrets(f"the secret {name} in {client.meta.region_name}: {error}") from None
    except (KeyError, ValueError):
        raise NoSecrets(f"the secret {name} is no JSON object") from None
    found: dict[str, Any] = {key: stored.get(key) for key in (*required, *optional)} if isinstance(stored, dict) else {}  # pyright: ignore[reportUnknownMemberType] (JSON holds anything)
    missing = [key for key in required if not found.get(key)]
    if missing:
        raise NoSecrets(f"the secret {name} is no JSON object with {', '.join(missing)}")
    senseless = [key for key, value in found.items() if value is not None and not isinstance(value, str)]
    if senseless:
        raise NoSecrets(f"the secret {name} has something else than a text under {', '.join(senseless)}")
    return {key: value for key, value in found.items() if value}


def main(words: Sequence[str] | None = None) -> int:
    """Print the values of keys; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.stage_secrets", description="Print secrets of a stage.")
    parser.add_argument("stage")
    parser.add_argument("required", nargs="*", metavar="KEY")
    parser.add_argument("--optional", action="append", default=[], metavar="KEY", help="left out where it is not there")
    arguments = parser.parse_args(words)
    try:
        found = values(arguments.stage, arguments.required, arguments.optional)
    except NoSecrets as error:
        print(error, file=sys.stderr)
        return EXIT_MISSING
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
