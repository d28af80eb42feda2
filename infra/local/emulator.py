"""An emulator of AWS that takes a real deployment: CloudFormation, API Gateway, Lambda, SQS and what they need.

ministack, in an environment of its own (`make deploy-local` installs it), because it runs the functions with its own
interpreter, which must be the one that AWS would take.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from infra.local.ports import LOOPBACK, answers, free_port
from infra.local.process import Process
from infra.local.program import PROJECT, Program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from infra.local.state import State

PYTHON = PROJECT / "build" / "deploy-venv" / "bin" / "python"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}


def functions_secret(variables: Mapping[str, str]) -> str:
    """What Secrets Manager holds for the functions of a stage, given the platform's variables."""
    chosen = {name: variables[name] for name in ("DATABASE_URL", "BETTER_AUTH_SECRET", "QDRANT_URL")}
    return json.dumps({**chosen, "QDRANT_API_KEY": "not checked by the stand-in"})


class Emulator:
    """One account with nothing in it; all of it is gone at the end.

    Args:
        state: Where its log and its files lie.
        inherited: Environment variables that its functions see besides those that they were deployed with.
    """

    def __init__(self, state: State, inherited: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._files = state.private_folder("ministack")
        variables = {
            **inherited,
            "BIND_HOST": LOOPBACK,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": "localhost",
            "TMPDIR": str(self._files),
            "PYTHONUNBUFFERED": "1",
        }
        # "-P": a folder of ours must not stand before the function's own
        command = [PYTHON, "-P", "-m", "ministack"]
        self.process = Process(Program("ministack", command, state.logs / "ministack.log", variables))

    def __enter__(self) -> Self:
        self.process.start(lambda: answers(self.port))
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()
        shutil.rmtree(self._files, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """What a program needs in order to take this for AWS."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}

    def api_url(self, api: str) -> str:
        """Where an HTTP API answers that AWS would have at `https://<api>.execute-api.<region>.amazonaws.com`."""
        return f"{self.url}/_aws/execute-api/{api}"

    def call(self, service: str, action: str, **arguments: object) -> dict[str, object]:
        """One call of a service with a JSON protocol, such as `secretsmanager` or `logs`; nothing checks signatures."""
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"{service}.{action}",
            "authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request",
        }
        request = Request(self.url, json.dumps(arguments).encode(), headers)  # noqa: S310 (on loopback)
        with urlopen(request, timeout=10) as answer:  # noqa: S310 (as above)
            return json.load(answer)

    def functions(self) -> list[str]:
        """Names of the Lambda functions that exist."""
        return list(self.code())

    def code(self) -> dict[str, str]:
        """The digest of each function's code."""
        with urlopen(f"{self.url}/2015-03-31/functions/?MaxItems=1000", timeout=10) as answer:  # noqa: S310 (on loopback)
            return {each["FunctionName"]: each["CodeSha256"] for each in json.load(answer)["Functions"]}
