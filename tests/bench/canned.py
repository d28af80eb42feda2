"""An HTTP server that gives one answer to everything at once, so that what is measured is the client alone."""

from __future__ import annotations

import argparse
import asyncio
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.ports import LOOPBACK

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


async def serve(answer: bytes, reader: StreamReader, writer: StreamWriter) -> None:
    """Answer until the client goes."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            await reader.readexactly(int(found[1]) if found else 0)
            writer.write(answer)
    except asyncio.IncompleteReadError:
        writer.close()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("answer", type=Path)
    options = parser.parse_args()
    body = options.answer.read_bytes()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    server = await asyncio.start_server(partial(serve, head + body), LOOPBACK, options.port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
