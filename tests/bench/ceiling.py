"""How much the local platform can do when nobody thinks in between: `make bench-ceiling`, with wrk (Debian's package).

So many connections send the next request as soon as they have the answer to the last. `GET /health/live` touches
nothing: what it takes is the gateway, the runtime client and the framework. Two others are signed-in reads, a batch
each; signing in hashes a password. wrk, everything that it asks, and the database share this machine: these are figures
of its processors, not of AWS, where each request has a processor of its own.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import httpx

from infra.local.components import Deployment
from infra.local.pgbouncer import PgBouncer
from infra.local.platform import Platform
from infra.local.program import inherited_environment
from infra.local.state import State
from tests.bench.machine import RESULTS, machine, spread
from tests.bench.routes import PASSWORD, PATIENCE_SECONDS, Reader

if TYPE_CHECKING:
    from shared.settings.database import Transport

CONNECTIONS: Final = (1, 4, 16)
SECONDS: Final = 2
WARM_UP_SECONDS: Final = 1
REPEATS: Final = 3
ALIVE: Final = "/health/live"
READS: Final = ("/api/auth/get-session", "/api/conversations")
SIGN_IN: Final = "/api/auth/sign-in/email"
"""Hashes a password, whatever the transport."""

AS_JSON: Final = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{body}]]
"""

UNITS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
SHARE: Final = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m) *$", re.MULTILINE)
REFUSED: Final = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Least, median and most of the repeats: requests a second, and milliseconds of the 50th and 99th percentile."""

    path: str
    transport: Transport | None
    connections: int
    rate: tuple[float, float, float]
    p50: tuple[float, float, float]
    p99: tuple[float, float, float]
    refused: int


def main() -> int:
    """Returns 1 when a request was refused or lost."""
    if shutil.which("wrk") is None:
        print("bench-ceiling: skipped, since wrk is not installed (Debian's package: wrk)")
        return 0
    transports: list[Transport] = ["http", "pooled"] if PgBouncer.installed() else ["http"]
    deployment = Deployment(settings={"RATE_LIMITS": "off", "USES_AN_HOUR": "0"})  # everything comes from one address
    with State.temporary() as state, Platform(state, transports, deployment=deployment) as platform:
        found = [each for transport in transports for each in _of(platform, transport)]
    _write(found)
    print(table(found))
    return 1 if any(each.refused for each in found) else 0


def _of(platform: Platform, transport: Transport) -> list[Ceiling]:
    url = platform.url(transport)
    with httpx.Client(base_url=url, headers={"origin": url}, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        reader = Reader(client)
        reader.sign_up()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    script = platform.state.private_folder("wrk") / "sign_in.lua"
    script.write_text(AS_JSON.format(body=json.dumps({"email": reader.email, "password": PASSWORD})), "utf-8")
    signed_in = ["-H", f"Cookie: {cookie}"]
    asked = dict.fromkeys(READS, signed_in)
    if transport == "http":
        asked |= {ALIVE: signed_in, SIGN_IN: ["-s", str(script)]}
    return [
        _ceiling(path, transport if path in READS else None, connections, [*options, url + path])
        for path, options in asked.items()
        for connections in CONNECTIONS
    ]


def _ceiling(path: str, transport: Transport | None, connections: int, words: list[str]) -> Ceiling:
    _wrk(words, connections, WARM_UP_SECONDS)
    said = [_wrk(words, connections, SECONDS) for _ in range(REPEATS)]
    shares = [{share: float(value) * UNITS[unit] for share, value, unit in SHARE.findall(each)} for each in said]
    return Ceiling(
        path,
        transport,
        connections,
        spread(float(RATE.findall(each)[0]) for each in said),
        spread(each["50"] for each in shares),
        spread(each["99"] for each in shares),
        sum(bool(REFUSED.search(each)) for each in said),
    )


def _wrk(words: list[str], connections: int, seconds: int) -> str:
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency", *words]
    done = subprocess.run(command, env=inherited_environment(), capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    return done.stdout


def table(found: list[Ceiling]) -> str:
    """One line a path, transport and number of connections."""
    lines = ["| request | transport | connections | requests a second | p50, ms | p99, ms |", "|---" * 6 + "|"]
    for each in found:
        rate, p50, p99 = (_cell(figures) for figures in (each.rate, each.p50, each.p99))
        refused = f", {each.refused} runs with refusals" if each.refused else ""
        lines.append(
            f"| `{each.path}` | {each.transport or 'none'} | {each.connections} | {rate}{refused} | {p50} | {p99} |"
        )
    return "\n".join(lines)


def _cell(figures: tuple[float, float, float]) -> str:
    least, middle, most = figures
    digits = 0 if middle >= 100 else 1
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def _write(found: list[Ceiling]) -> None:
    written = {"machine": machine(), "command": "make bench-ceiling", "found": [asdict(each) for each in found]}
    (RESULTS / "ceiling.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    page = [
        "# What the local platform can do at most",
        "",
        f"`make bench-ceiling`: {machine()}.",
        "",
        f"Median of {REPEATS} repeats of {SECONDS} s with wrk, and the least and most of them. Each connection sends",
        "its next request as soon as it has an answer; at most four processes of one function work at a time. wrk, the",
        "gateway, the functions, PgBouncer and Postgres share the processors.",
        "",
        table(found),
        "",
        "![Ceiling](ceiling.png)",
    ]
    (RESULTS / "ceiling.md").write_text("\n".join(page) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
