"""`python -m infra.local.gateway`: prints one line when it is ready, runs until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from contextlib import closing, nullcontext, suppress
from pathlib import Path

from infra.local.gateway.cors import read_cors
from infra.local.gateway.environment import OF_ANY_PROCESS
from infra.local.gateway.environments import Environments, Limits
from infra.local.gateway.event_sources import read_sources
from infra.local.gateway.fork_server import ForkServer
from infra.local.gateway.pages import Pages
from infra.local.gateway.processes import Code, dying_with
from infra.local.gateway.routes import Routes
from infra.local.gateway.runtime_api import LOOPBACK, listen
from infra.local.gateway.server import Front, GatewayServer
from infra.local.gateway.serverless import read_serverless

BACKLOG = 2048


def main() -> None:
    """Read the command line, and serve."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.gateway", description=__doc__)
    limits = Limits()
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--port", type=int, required=True, help="0: any free one; the line printed when ready tells")
    parser.add_argument("--serverless", type=Path, required=True, help="serverless.yml")
    parser.add_argument("--environment", type=Path, required=True, help="JSON: the functions' environment variables")
    parser.add_argument("--root", required=True, help="folder of the functions' code; {function} stands for the name")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the functions; needs awslambdaric")
    parser.add_argument("--cap", type=int, default=limits.each, help="environments of one function at most")
    parser.add_argument("--cap-of", type=_cap, action="append", default=[], metavar="KEY=N", help="of one instead")
    parser.add_argument("--cap-overall", type=int, default=limits.overall, help="environments together at most")
    parser.add_argument("--patience", type=float, default=limits.patience, help="seconds to wait for an environment")
    parser.add_argument("--log-dir", type=Path, help="folder for one log file a function; else standard error")
    parser.add_argument("--address-header", help="header that names the client's address; else that of the connection")
    forks = "imported once, in a process that environments are copies of (Linux); none may read a setting"
    parser.add_argument("--fork-after", nargs="*", default=[], metavar="MODULE", help=forks)
    parser.add_argument("--prewarm", action="store_true", help="start one environment of each function at once")
    return parser


def _cap(told: str) -> tuple[str, int]:
    key, _, number = told.partition("=")
    return key, int(number)


async def _serve(arguments: argparse.Namespace) -> None:
    variables: dict[str, str] = json.loads(arguments.environment.read_text("utf-8"))
    document = read_serverless(arguments.serverless, variables)
    routes = Routes(document)
    limits = Limits(arguments.cap, dict(arguments.cap_of), arguments.cap_overall, arguments.patience)
    fork_server = _fork_server(arguments)
    code = Code(arguments.root, variables, arguments.python, fork_server)
    environments = Environments(routes.functions, code, limits, arguments.log_dir)
    pages = Pages(variables, {"functions": environments.report, "processes": environments.processes})
    address_header = arguments.address_header.lower().encode() if arguments.address_header else None
    front = Front(routes, environments, pages, read_cors(document, routes.methods), address_header)
    sources = read_sources(document, routes.functions, variables)
    server = GatewayServer(front, sources=sources, prewarm=arguments.prewarm)
    listener = listen(arguments.host, arguments.port, BACKLOG)
    with closing(fork_server) if fork_server else nullcontext():
        await server.serve(sockets=[listener])


def _fork_server(arguments: argparse.Namespace) -> ForkServer | None:
    if not arguments.fork_after:
        return None
    return ForkServer(arguments.python, arguments.fork_after, OF_ANY_PROCESS, dying_with(os.getpid()))


if __name__ == "__main__":
    main()
