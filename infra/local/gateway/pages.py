"""What the gateway serves itself, where the API has no route: the demo page, and the pages that answers link to."""

from __future__ import annotations

import asyncio
import json
import logging
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from infra.local.gateway.events import HttpResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEMO = Path(__file__).resolve().parents[1] / "demo"
INDEX = "index.html"

DEMO_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing but this folder's own files: no inline script or style, no other host."""

DOCS_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""An ingested page may bring styles in its head; it never runs a script and fetches nothing from elsewhere."""

PROBLEM_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="/demo/style.css"></head>
<body class="notice"><main><h1>{title}</h1><p>{text}</p><p><a href="/">Back to the chat</a></p></main></body>
</html>
"""
NOT_FOUND = PROBLEM_PAGE.format(title="No such page", text="This page has not been ingested, or it was removed.")
UNAVAILABLE = PROBLEM_PAGE.format(title="Not available right now", text="The pages cannot be read. Please try again.")

log = logging.getLogger("gateway")


class Pages:
    """Answers GET for everything that is not the API's.

    Args:
        variables: The functions' environment: ingested pages are read from where the functions search.
        reports: What there is to know about the functions: the one called `x` is at `/_gateway/x`.
    """

    def __init__(self, variables: Mapping[str, str], reports: Mapping[str, Callable[[], object]]) -> None:
        self._variables = variables
        self._reports = {f"/_gateway/{name}": report for name, report in reports.items()}

    async def find(self, method: str, raw_path: str) -> HttpResponse | None:
        """The page at a path as it was sent (still percent-encoded), if there is one."""
        path = unquote(raw_path)
        if method not in {"GET", "HEAD"}:
            return None
        if report := self._reports.get(path):
            return _response(200, "application/json", json.dumps(report()).encode(), "default-src 'none'")
        if path.startswith("/docs/"):
            return await self._ingested_page(path.removeprefix("/docs/"))
        return _demo_file(INDEX if path == "/" else path.removeprefix("/demo/") if path.startswith("/demo/") else None)

    async def _ingested_page(self, path: str) -> HttpResponse:
        try:
            page = await asyncio.to_thread(_read_page, self._variables, path)
        except Exception:
            log.exception("cannot read /docs/%s", path)
            return _response(503, "text/html; charset=utf-8", UNAVAILABLE.encode(), DOCS_POLICY)
        status = 404 if page is None else 200
        return _response(status, "text/html; charset=utf-8", (page or NOT_FOUND).encode(), DOCS_POLICY)


def _read_page(variables: Mapping[str, str], path: str) -> str | None:
    from infra.ingestion.rendering import page_html  # noqa: PLC0415 (the gateway starts faster, and pages are asked for later)

    if "QDRANT_URL" not in variables:
        return None
    return page_html(variables["QDRANT_URL"], path, variables.get("QDRANT_COLLECTION", "docs"))


def _demo_file(name: str | None) -> HttpResponse | None:
    """A file of the demo's folder, by its exact name: there is no path in it that could lead elsewhere."""
    if name is None or name not in {file.name for file in DEMO.iterdir() if file.is_file()}:
        return None
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return _response(200, f"{kind}; charset=utf-8", (DEMO / name).read_bytes(), DEMO_POLICY)


def _response(status: int, content_type: str, body: bytes, policy: str) -> HttpResponse:
    headers = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "content-security-policy": policy,
        "cache-control": "no-cache",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    return HttpResponse(status, [(name.encode(), value.encode()) for name, value in headers.items()], body)
