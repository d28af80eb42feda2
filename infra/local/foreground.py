"""`make run`: the platform in a terminal, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn

import psycopg

from infra.local.components import Deployment
from infra.local.gateway.fork_server import COMMON
from infra.local.interruption import interrupt_once
from infra.local.language_model import LanguageModel, chosen_model
from infra.local.origins import NoOrigin, chosen_site, own_other_name
from infra.local.owners import NoOwners, chosen_owners
from infra.local.passages import ingest_own_documents, is_empty
from infra.local.platform import Platform
from infra.local.process import ProcessFailed
from infra.local.state import RUNNING, AlreadyRunning
from infra.migrate import MigrationRefused

if TYPE_CHECKING:
    from infra.local.state import State
    from shared.settings.database import Transport

USUAL_PORT = 8787
LAST = "last.json"
WATCH_SECONDS = 0.2

BANNER = """
    {url}    open it in a browser, or call the API there
    {other}    the same, for pages of other servers on `localhost`: only there do browsers send them cookies

    sites      {sites} may call with cookies (SITE_ORIGIN=http://localhost:8000 make run: that one)
    API        specs/1-neon-db-setup/contracts/openapi.json
    data       {data}   (`make clean-data` removes it)
    logs       {logs}
    mail       {mail}, where whatever would be mailed is put down
    passages   `make ingest DOCS=path/to/build` brings in your own
    outage     {outage}
    stop       Ctrl-C
"""

OUTAGE = "`kill -STOP {door}` takes the database away, `kill -CONT {door}` brings it back"
NO_OUTAGE = "stop PostgreSQL to see one (there is no pooler to freeze)"

REASONS_TO_GIVE_UP = (NoOrigin, NoOwners, ProcessFailed, MigrationRefused, FileNotFoundError, psycopg.Error)


class Foreground:
    """One run.

    Args:
        state: Where the data lives; nobody else may use it meanwhile.
        transport: How the functions reach the database.
        port: Where to listen; as the last time unless given, and on the usual port the first time.
    """

    def __init__(self, state: State, transport: Transport, port: int | None) -> None:
        self.state = state
        self.transport: Transport = transport
        self.port = port or (state.read(LAST) or {}).get("port", USUAL_PORT)
        self._began = time.monotonic()

    def run(self) -> int:
        """Start everything, wait for Ctrl-C, SIGTERM or the end of a component, stop everything; the exit code."""
        try:
            with self.state.locked():
                return self._run_alone()
        except AlreadyRunning:
            running = self.state.read(RUNNING) or {}
            print(f"It is already running: {running.get('url', 'it is just starting')}", file=sys.stderr)
            return 1

    def _run_alone(self) -> int:
        interrupt_once()
        self.state.begin_logs()
        try:
            with ExitStack() as running:
                settings = chosen_site(os.environ) | chosen_owners(os.environ) | self._model(running)
                chosen = Deployment(settings, prewarm=True, fork_after=COMMON)
                platform = Platform(self.state, [self.transport], port=self.port, deployment=chosen, say=self._say)
                self._serve(running.enter_context(platform))
        except KeyboardInterrupt:
            self._say("everything is stopped")
            return 0
        except REASONS_TO_GIVE_UP as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        finally:
            self.state.remove(RUNNING)

    def _model(self, running: ExitStack) -> dict[str, str]:
        """What the functions are told of a model: MODEL=local starts one here, MODEL_URL names one elsewhere."""
        if os.environ.get("MODEL") != "local":
            return chosen_model(os.environ)
        self._say("loading a language model of 135 million weights")
        return running.enter_context(LanguageModel(self.state)).settings

    def _serve(self, platform: Platform) -> NoReturn:
        """Ends by an exception: an interruption, or the end of a component."""
        url = platform.url(self.transport)
        if is_empty(platform.qdrant.url):
            self._say("reading the project's own pages, so that there is something to ask about")
            ingest_own_documents(self.state, platform.qdrant.url)
        self.state.write(RUNNING, {"url": url, "qdrant": platform.qdrant.url})
        self.state.write(LAST, {"port": platform.gateways[self.transport].port})
        self._announce(platform, url)
        while True:
            platform.check()
            time.sleep(WATCH_SECONDS)

    def _announce(self, platform: Platform, url: str) -> None:
        self._say("ready")
        door = platform.door(self.transport)
        outage = OUTAGE.format(door=door.pid) if door else NO_OUTAGE
        text = BANNER.format(
            url=url,
            other=own_other_name(platform.gateways[self.transport].port),
            sites=", ".join(platform.sites),
            data=self.state.folder,
            logs=self.state.logs,
            mail=self.state.folder / "mail",
            outage=outage,
        )
        print(text, flush=True)

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:5.1f} s  {what}", flush=True)
