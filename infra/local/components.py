"""The servers that the platform is made of, and what each of them is told of a deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.gateway.environments import Limits
from infra.local.ports import LOOPBACK
from infra.local.program import PROJECT
from infra.local.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.local.state import State


@dataclass(frozen=True, slots=True)
class Deployment:
    """What one platform does unlike others.

    Attributes:
        settings: Variables of the functions besides, or instead of, those of `Platform.environment`.
        address_header: Names the client's address to the gateways (infra/local/gateway/server.py).
        prewarm: Starts one container of each function in the background, so that the first click is not a cold start.
        host: The name or address of this machine by which functions find what they depend on.
        containers: Function -> how many at most, where that is more than the gateways' own number.
        fork_after: Modules that each gateway imports once: containers are copies of a process that has them (Linux).
    """

    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    address_header: str | None = None
    prewarm: bool = False
    host: str = LOOPBACK
    containers: Mapping[str, int] = field(default_factory=dict[str, int])
    fork_after: Sequence[str] = ()


def passages_store(state: State) -> Server:
    """The stand-in for Qdrant; one process at a time may have it open."""
    return Server("stand-in for Qdrant", "infra.local.qdrant", "--data", state.private_folder("qdrant"), state=state)


def neon_sql(state: State, pooler_port: int) -> Server:
    """As with the `-pooler` host in the connection string, Neon's proxy goes through PgBouncer."""
    arguments = ["--postgres-host", LOOPBACK, "--postgres-port", str(pooler_port)]
    return Server("stand-in for Neon", "infra.local.neon_sql", *arguments, state=state)


def gateway_of(state: State, name: str, port: int | None, deployment: Deployment) -> Server:
    """What API Gateway and Lambda are on AWS; its functions' variables are in `environment_file(name)`."""
    files = ["--serverless", PROJECT / "serverless.yml", "--environment", state.folder / environment_file(name)]
    arguments = [*files, "--root", PROJECT, "--log-dir", state.logs / f"functions-{name.replace(' ', '-')}"]
    if deployment.prewarm:
        arguments.append("--prewarm")
    if deployment.address_header:
        arguments += ["--address-header", deployment.address_header]
    for function, most in deployment.containers.items():
        arguments += ["--cap-of", f"{function}={most}"]
    if deployment.containers:
        arguments += ["--cap-overall", str(Limits().overall + sum(deployment.containers.values()))]
    if deployment.fork_after:
        arguments += ["--fork-after", *deployment.fork_after]
    return Server(f"gateway {name}", "infra.local.gateway", *arguments, state=state, port=port)


def environment_file(name: str) -> str:
    """Where the variables of a gateway's functions are, in the state's folder."""
    return f"environment-{name.replace(' ', '-')}.json"
