"""The page of the owner's desk, a document, a script and a style sheet, under a policy that lets nothing else in."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from shared.errors import NotFound
from shared.web import Response

FOLDER: Final = Path(__file__).parent
DOCUMENT: Final = "desk.html"
KINDS: Final = {
    DOCUMENT: "text/html; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "desk.css": "text/css; charset=utf-8",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Its own files alone; and where browsers can, no text ever becomes markup."""


def file(name: str, known: str) -> Response:
    """One of them, or nothing of it for whoever has it already.

    Args:
        name: Of the file.
        known: Tags that the browser has.

    Raises:
        NotFound: There is none of that name.
    """
    if name not in KINDS:
        raise NotFound("Not Found")
    content, tag = _read(name)
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": POLICY,
        "etag": tag,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=KINDS[name], headers=headers)


@cache
def _read(name: str) -> tuple[bytes, str]:
    content = (FOLDER / name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
