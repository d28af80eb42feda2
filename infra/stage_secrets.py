"""The secrets of a deployed stage, for commands that a person or a pipeline runs: two secrets in AWS Secrets Manager.

`docs-chatbot-backend/<stage>` is what the functions get when they are deployed. `docs-chatbot-backend/<stage>/owner`
holds DATABASE_OWNER_URL, with which the schema can be changed: no function is ever given it.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL_REGION = "us-east-1"
"""As in serverless.yml."""


class NoSecrets(RuntimeError):
    """A secret of the stage cannot be read; the message says which, and never what is in it."""


def database_urls(stage: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """DATABASE_OWNER_URL and DATABASE_URL of a stage.

    Raises:
        NoSecrets: One of the two is not there, or may not be read.
    """
    import boto3  # noqa: PLC0415 (half a second that only a deployed stage is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)

    region = environ.get("AWS_REGION", USUAL_REGION)
    client: Any = boto3.client("secretsmanager", region_name=region)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] (as above)
    return {
        "DATABASE_OWNER_URL": _value(client, f"docs-chatbot-backend/{stage}/owner", "DATABASE_OWNER_URL"),
        "DATABASE_URL": _value(client, f"docs-chatbot-backend/{stage}", "DATABASE_URL"),
    }


def _value(client: Any, name: str, key: str) -> str:  # noqa: ANN401 (boto3 makes its clients at run time)
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 (as above) # pyright: ignore[reportMissingTypeStubs] (as above)

    try:
        return json.loads(client.get_secret_value(SecretId=name)["SecretString"])[key]
    except (BotoCoreError, ClientError) as error:
        raise NoSecrets(f"the secret {name}: {error}") from None
    except (KeyError, ValueError):
        raise NoSecrets(f"the secret {name} is no JSON object with {key}") from None
