"""Settings of a deployed stage, for commands that a person or a pipeline runs: `.env.STAGE`, or `.env` without one.

The deployment reads the same file (`useDotenv` in serverless.yml), by the rules of the npm package dotenv, which these
are too. Whoever fills a store of passages for a preview must name the collection that its functions search.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.stage_secrets import values

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT: Final = Path(__file__).parents[1]
LINE: Final = re.compile(
    r"""^[\s\ufeff]*(?:export\s+)?(?P<name>[\w.-]+)(?:\s*=\s*?|:\s+?)
        (?P<value>\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?
        \s*(?:\#.*)?$""",
    re.MULTILINE | re.VERBOSE,
)
QUOTES: Final = ("'", '"', "`")
REFERENCE: Final = re.compile(r"(?<!\\)\$(?:\{(?P<braced>[^{}]+)\}|(?P<bare>[a-z_]\w*))", re.ASCII | re.IGNORECASE)
"""To another setting; one with a backslash before it is meant as it stands."""
OTHERWISE: Final = re.compile(r"(?P<name>.*?)(?::?(?P<how>[-+])(?P<value>.*))?", re.DOTALL)
MOST_NESTED: Final = 10


def with_settings(environ: Mapping[str, str] = os.environ, folder: Path = PROJECT) -> dict[str, str]:
    """What the shell says, and what it does not say as the file of STAGE does."""
    stage = environ.get("STAGE")
    return {**(_read(folder, stage, environ) if stage else {}), **environ}


def with_passages(environ: Mapping[str, str] = os.environ, folder: Path = PROJECT) -> dict[str, str]:
    """The same, and where the passages of STAGE are, as its functions are told.

    Raises:
        NoSecrets: The secret of the stage cannot be read, or does not name the store.
    """
    settings = with_settings(environ, folder)
    if not settings.get("STAGE"):
        return settings
    return {**values(settings["STAGE"], ["QDRANT_URL"], ["QDRANT_API_KEY"], settings), **settings}


def _read(folder: Path, stage: str, environ: Mapping[str, str]) -> dict[str, str]:
    path = next((path for path in (folder / f".env.{stage}", folder / ".env") if path.is_file()), None)
    found: dict[str, str] = {}
    for line in LINE.finditer(path.read_text("utf-8") if path else ""):
        found[line["name"]] = _expanded(_unquoted(line["value"] or ""), {**found, **environ})
    return found


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """With the values of the settings that it names: `$NAME`, `${NAME}`, `${NAME:-otherwise}`, `${NAME:+instead}`."""
    for _ in range(MOST_NESTED):
        before, text = text, REFERENCE.sub(lambda found: _value(found["braced"] or found["bare"], known), text)
        if text == before:
            break
    return text.replace("\\$", "$")


def _value(expression: str, known: Mapping[str, str]) -> str:
    said = OTHERWISE.fullmatch(expression)
    name, how, value = (said["name"], said["how"], said["value"]) if said else (expression, None, None)
    if how == "+":
        return (known.get(name) and value) or ""
    return known.get(name) or value or ""


def _unquoted(text: str) -> str:
    value = text.strip()
    quote = value[:1]
    if len(value) > 1 and quote in QUOTES and value.endswith(quote):
        value = value[1:-1]
        return value.replace("\\n", "\n").replace("\\r", "\r") if quote == '"' else value
    return value
