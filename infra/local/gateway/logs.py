"""The functions' logs: what they print themselves, and a line about each invocation as Lambda writes it."""

from __future__ import annotations

import sys
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from infra.local.gateway.environment import Environment
    from infra.local.gateway.invocation import Invocation
    from infra.local.gateway.routes import Function


def open_log(folder: Path | None, function: Function) -> BinaryIO:
    """The function's log, `<key>.log`, to be added to; standard error where there is no folder."""
    if folder is None:
        return sys.stderr.buffer
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"{function.key}.log").open("ab", buffering=0)


def report_line(environment: Environment, invocation: Invocation, seconds: float) -> bytes:
    """How an invocation went; `Init Duration` only where it began with a cold start."""
    milliseconds = seconds * 1000
    parts = [
        f"REPORT RequestId: {invocation.request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {ceil(milliseconds)} ms",
        f"Memory Size: {environment.function.memory} MB",
        f"Max Memory Used: {environment.peak_megabytes} MB",
    ]
    if environment.invocations == 1:
        parts.append(f"Init Duration: {environment.init_milliseconds:.2f} ms")
    return ("\t".join(parts) + "\n").encode()
