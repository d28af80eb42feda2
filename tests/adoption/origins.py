"""Better Auth servers of several versions as processes, and a browser's way to ask one."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from tests.fixtures.missing import missing
from tests.integration.auth.conftest import HOME, SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

FOLDER: Final = Path(__file__).parent
SCRIPT: Final = FOLDER / "origin.mjs"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `cookie` is what a browser sends after it."""

    status: int
    body: Any
    cookies: Mapping[str, str]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)


@dataclass(frozen=True, slots=True)
class Configuration:
    """How a server was made.

    Attributes:
        version: Of Better Auth, as in the names of package.json.
        plugins: Besides the core; `mandatory` stands for fields of the site's own.
        spelling: Of tables and columns: camel, snake, plural or snake-plural.
        ids: None for Better Auth's own.
    """

    version: str
    plugins: tuple[str, ...] = ()
    spelling: str = "camel"
    ids: str | None = None

    def __str__(self) -> str:
        told = [self.version, "+".join(self.plugins) or "core", self.spelling, *([self.ids] if self.ids else [])]
        return " ".join(told)


@dataclass(slots=True)
class Origin:
    """A running server: `with Origin(configuration, url) as origin: origin.ask("GET", "/get-session")`."""

    configuration: Configuration
    database: str
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        node = shutil.which("node")
        if node is None or not (FOLDER / "node_modules").exists():
            reason = "Better Auth's versions are not installed: `make test-adoption` does that"
            missing(reason)
        each = self.configuration
        told = {"version": each.version, "plugins": each.plugins, "spelling": each.spelling, "ids": each.ids}
        words = json.dumps(told | {"database": self.database, "secret": SECRET, "origin": HOME})
        self._process = subprocess.Popen(  # noqa: S603 (our own script)
            [node, SCRIPT, words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.communicate(json.dumps({"end": True}), timeout=30)

    def make_tables(self) -> None:
        """As its own migrations do."""
        self._send({"tables": True})

    def ask(self, method: str, path: str, *, cookie: str = "", body: object = None) -> Answer:
        """As a browser on its own page."""
        told = self._send(
            {"method": method, "path": path, "headers": {"cookie": cookie} if cookie else {}, "body": body}
        )
        return Answer(told["status"], told["body"], cookies_set(told["cookies"]))

    def _send(self, question: Mapping[str, object]) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline() or '{"error": "the server has ended"}')
        assert "error" not in told, told["error"]
        return told


def cookies_set(lines: list[str]) -> dict[str, str]:
    """Name and value of `Set-Cookie` lines."""
    pairs = [line.partition(";")[0].partition("=") for line in lines]
    return {name: value for name, _, value in pairs}


def token_of(cookies: Mapping[str, str]) -> str:
    """The session token in a signed cookie."""
    return unquote(cookies["better-auth.session_token"]).rpartition(".")[0]
