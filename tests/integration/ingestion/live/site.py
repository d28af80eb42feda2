"""A site on loopback that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Responder = Callable[["Asked"], "Told"]


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: dict[str, str]
    times: int


@dataclass(frozen=True, slots=True)
class Told:
    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    declared: int | None = None


@dataclass(slots=True)
class LiveSite:
    """Paths and what stands there: a text, or what makes an answer."""

    url: str = ""
    pages: dict[str, str | Told | Responder] = field(default_factory=dict[str, "str | Told | Responder"])
    asked: list[Asked] = field(default_factory=list[Asked])

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def told(self, path: str, headers: dict[str, str]) -> Told:
        asked = Asked(path, headers, 1 + self.paths().count(path))
        self.asked.append(asked)
        found = self.pages.get(path, Told("not here", 404))
        told = found(asked) if callable(found) else found
        return Told(told) if isinstance(told, str) else told


def html(title: str, *links: str, head: str = "") -> str:
    paragraphs = "".join(f"<p>{title} says something that is its own, number {number}.</p>" for number in range(3))
    linked = "".join(f"<a href='{each}'>on</a>" for each in links)
    main = f"<main><h1 id=top>{title}</h1>{paragraphs}</main>"
    return f"<html lang=en><head>{head}</head><body><nav>{linked}</nav>{main}</html>"


def sitemap(*addresses: str) -> Told:
    listed = "".join(f"<url><loc>{each}</loc></url>" for each in addresses)
    return Told(f"<?xml version='1.0'?><urlset>{listed}</urlset>", headers={"Content-Type": "application/xml"})


@contextmanager
def published(pages: dict[str, str | Told | Responder]) -> Generator[LiveSite]:
    site = LiveSite(pages=pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told = site.told(self.path, dict(self.headers.items()))
            body = told.body.encode() if isinstance(told.body, str) else told.body
            self.send_response(told.status)
            headers = {"Content-Type": "text/html; charset=utf-8", "Connection": "close", **told.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if told.declared is None else told.declared))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that the library gives)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
