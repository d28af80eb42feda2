"""`GET /docs-chat.js` and the files that it loads: the element that a site puts on its pages."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path as FilePath
from typing import Annotated, Final

from shared.app import build_handler
from shared.errors import NotFound
from shared.record import record
from shared.web import APIRouter, Header, Path, Response

router = APIRouter()

FIRST: Final = "docs-chat.js"
"""What a site's tag names. It knows the hashes of all others."""

KINDS: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
}

SOON: Final = "public, max-age=300, stale-while-revalidate=86400"
"""An element that was mended reaches readers within minutes, and none of them waits for it."""

NEVER: Final = "public, max-age=31536000, immutable"
"""The name has the hash of what is in it."""

Encodings = Annotated[str, Header(alias="accept-encoding", include_in_schema=False)]
Tags = Annotated[str, Header(alias="if-none-match", include_in_schema=False)]


@record
class File:
    """One file of the element."""

    name: str
    content: bytes
    hash: str

    @property
    def hashed_name(self) -> str:
        """The name under which it may be kept for ever."""
        stem, dot, ending = self.name.partition(".")
        return f"{stem}-{self.hash}{dot}{ending}"


@cache
def files() -> dict[str, File]:
    """Every file by the names under which it is served: of scripts that with their hash, of others their own."""
    found = [_file(path) for path in sorted(FilePath(__file__).parent.iterdir()) if path.suffix in KINDS]
    return {each.hashed_name if each.name.endswith(".js") else each.name: each for each in found}


def _file(path: FilePath) -> File:
    content = path.read_bytes()
    return File(path.name, content, hashlib.sha256(content).hexdigest()[:8])


@cache
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@router.get("/docs-chat.js", response_class=Response)
async def element(accept_encoding: Encodings = "", if_none_match: Tags = "") -> Response:
    """The script that a site's pages load: it makes `<docs-chat>` an element."""
    first = next(each for each in files().values() if each.name == FIRST)
    return _answer(first, SOON, accept_encoding, if_none_match)


@router.get("/docs-chat/{file}", response_class=Response)
async def part(
    file: Annotated[str, Path(max_length=100, description="Its name has the hash of its content")],
    accept_encoding: Encodings = "",
    if_none_match: Tags = "",
) -> Response:
    """A file of the element: the script itself for `integrity`, what it loads later, maps, and its types."""
    found = files().get(file)
    if found is None:
        raise NotFound
    return _answer(found, NEVER if file == found.hashed_name else SOON, accept_encoding, if_none_match)


def _answer(file: File, kept: str, accept_encoding: str, if_none_match: str) -> Response:
    """The file, compressed for whoever takes that; nothing of it for whoever has it already."""
    squeezed = "gzip" in accept_encoding
    tag = f'"{file.hash}{"-gzip" if squeezed else ""}"'
    headers = {"cache-control": kept, "etag": tag, "vary": "accept-encoding, origin"}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    headers["content-type"] = KINDS[FilePath(file.name).suffix]
    if not squeezed:
        return Response(file.content, headers=headers)
    return Response(_compressed(file.content), headers={**headers, "content-encoding": "gzip"})


handler = build_handler(router)
