"""A zip under AWS' own Runtime Interface Emulator and runtime client: what INIT and an invocation cost, and the memory.

The emulator is part of the AWS SAM command line
(https://github.com/aws/aws-lambda-runtime-interface-emulator). It starts the function at its first invocation.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from infra.bundle import PROJECT
from infra.local.ports import LOOPBACK, answers, free_port
from infra.local.process import Process, descendants
from infra.local.program import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

ALONE = ("-S", "-s", "-P", "-B")
"""No site-packages, no folder but those in PYTHONPATH, nothing written: as in /var/task."""

MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}
EMULATORS = PROJECT / "build" / "sam-venv"
MEMORY = "1024"
SECONDS = 29


@dataclass(frozen=True, slots=True)
class Unzipped:
    """A function's zip, unpacked, and what runs it.

    Attributes:
        name: Of the function.
        handler: As in serverless.yml.
        task: The folder, /var/task in AWS.
        size: Bytes of the zip.
        python: AWS' Python.
        runtime_client: Folder with awslambdaric.
    """

    name: str
    handler: str
    task: Path
    size: int
    python: Path
    runtime_client: Path

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The function's environment, with what Lambda itself sets."""
        return {
            **environment,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": MEMORY,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(SECONDS),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "LAMBDA_TASK_ROOT": str(self.task),
            "PYTHONPATH": f"{self.task}:{self.runtime_client}",
            "_HANDLER": self.handler,
        }


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start and the invocations after it, in milliseconds and megabytes."""

    init: float
    warm: list[float]
    peak: float
    answer: bytes


def emulator() -> Path | None:
    """The emulator for this machine, if the AWS SAM command line is installed (`make bench-cold` does that)."""
    name = f"aws-lambda-rie-{MACHINES.get(os.uname().machine)}"
    return next(EMULATORS.glob(f"lib/python*/site-packages/samcli/local/rapid/{name}"), None)


def run(function: Unzipped, event: bytes, environment: Mapping[str, str], log: Path, invocations: int) -> Start:
    """Start a function anew and invoke it so many times; the first one is not counted as warm."""
    port, runtime_port = free_port(), free_port()
    words = [
        emulator() or "",
        *("--runtime-interface-emulator-address", f"{LOOPBACK}:{port}"),
        *("--runtime-api-address", f"{LOOPBACK}:{runtime_port}"),
        *("--log-level", "info"),
        *(function.python, *ALONE, "-m", "awslambdaric", function.handler),
    ]
    log.unlink(missing_ok=True)
    process = Process(Program("emulator", words, log, function.variables(environment), function.task))
    process.start(lambda: answers(port))
    try:
        url = f"http://{LOOPBACK}:{port}/2015-03-31/functions/function/invocations"
        answer = b""
        for _ in range(1 + invocations):
            with urlopen(Request(url, event), timeout=SECONDS) as response:
                answer = response.read()
        peak = max(_peak(child) for child in descendants(process.pid))
    finally:
        process.stop(grace=0.1)
    written = log.read_text("utf-8", "replace")
    [init] = re.findall(r"INIT REPORT\(durationMs: ([\d.]+)\)", written)
    durations = [float(each) for each in re.findall(r"REPORT RequestId.*?\tDuration: ([\d.]+) ms", written)]
    return Start(float(init), durations[1:], peak, answer)


def _peak(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0
