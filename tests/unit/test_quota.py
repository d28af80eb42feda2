"""A new account runs ten functions at once: what it cannot serve is turned away with a 429 and not with a 5xx."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from infra.quota import fitting, quota

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.mark.parametrize(
    ("at_once", "wanted", "given"),
    [
        (10, (50, 100), (50, 8)),
        (10, (500, 1000), (53, 8)),
        (1000, (500, 1000), (500, 800)),
        (1000, (50, 100), (50, 100)),
        (10_000, (500, 1000), (500, 1000)),
        (1, (50, 100), (6, 1)),
    ],
)
def test_no_more_is_let_in_than_the_account_can_run(
    at_once: int, wanted: tuple[int, int], given: tuple[int, int]
) -> None:
    assert fitting(at_once, *wanted) == {"quota": at_once, "rate": given[0], "burst": given[1]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Lambda's API, as far as one question goes."""

    class Lambda(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"AccountLimit": {"ConcurrentExecutions": 10}, "AccountUsage": {}}).encode()
            self.send_response(200 if self.path == "/2016-08-19/account-settings" else 404)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lambda)
    threading.Thread(target=server.serve_forever).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("aws")
def test_lambda_itself_says_how_many_that_are() -> None:
    assert quota({}) == 10
