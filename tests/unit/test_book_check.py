"""The owner's questions, asked of an assistant behind a real socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from infra.book_check import CannotCheck, Expected, Given, ask, faults, main, read_expected
from infra.local.program import PROJECT
from shared.http_client import HttpClient
from tests.fixtures.signals import interruptible

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

ARM: dict[str, Any] = {
    "answer": "To Calibrate the arm, move every joint.",
    "sources": [{"n": 1, "title": "Arm", "url": "https://book.example/docs/arm.html#calibrate", "snippet": "…"}],
    "mode": "extractive",
    "degraded": [],
}
REFUSED: dict[str, Any] = {"answer": "The book does not say.", "sources": [], "mode": "refused", "degraded": []}


@dataclass
class Assistant:
    """Answers what it was told to, in turn, the last one again and again."""

    origin: str
    answers: list[tuple[int, dict[str, Any]]]
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    paths: list[str] = field(default_factory=list[str])
    retry_after: str = "7"


@pytest.fixture
def assistant() -> Generator[Assistant]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said.paths.append(self.path)
            said.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            status, body = said.answers.pop(0) if len(said.answers) > 1 else said.answers[0]
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("retry-after", said.retry_after)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 (the original's name)

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        said = Assistant(f"http://127.0.0.1:{server.server_port}", [(200, ARM)])
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield said
        server.shutdown()


def check(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *lines: dict[str, Any] | str) -> int:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), encoding="utf-8")
    return check_at(assistant.origin, file, monkeypatch)


def check_at(address: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["check", str(file)])
    return main({"API": address})


def test_a_book_that_answers_holds(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"question": "How do I calibrate the arm?", "page": "docs/arm", "words": ["calibrate", "joint"]}
    assert check(assistant, tmp_path, monkeypatch, line, "") == 0
    assert capsys.readouterr().out == "1 of 1 questions hold\n"
    assert assistant.asked == [{"message": line["question"], "temporary": True}]


def test_a_file_that_an_editor_of_windows_wrote_is_read(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "questions.jsonl"
    line = '{"question": "How do I calibrate\u2028the arm?", "page": "docs/arm"}'
    file.write_bytes(f"\ufeff{line}\r\n{line}\r\n".encode())
    assert check_at(assistant.origin, file, monkeypatch) == 0
    assert len(assistant.asked) == 2


def test_an_assistant_is_asked_below_the_address_that_it_has(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "x", "page": "docs/arm"}', encoding="utf-8")
    assert check_at(f"{assistant.origin}/v1/", file, monkeypatch) == 0
    assert check_at(f"{assistant.origin}/", file, monkeypatch) == 0
    assert assistant.paths == ["/v1/api/chat", "/api/chat"]


@pytest.mark.parametrize("address", ["api.example.com", "http://api.example.com", "https://[", "localhost:8787"])
def test_what_is_no_address_of_an_assistant_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "x", "page": "docs/arm"}', encoding="utf-8")
    assert check_at(address, file, monkeypatch) == 2
    assert f"API={address} is no address such as https://api.example.com" in capsys.readouterr().err


def test_what_fell_is_printed_with_what_came_instead_and_fails(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.answers = [(200, ARM), (200, REFUSED), (200, ARM), (200, REFUSED)]
    lines = (
        {"question": "Where is the camera?", "page": "docs/camera", "words": ["lens"]},
        {"question": "What is gravity?", "words": ["mass"]},
        {"question": "Which wine goes with salmon?", "refused": True},
        {"question": "Who won?", "refused": True},
    )
    assert check(assistant, tmp_path, monkeypatch, *lines) == 1
    assert capsys.readouterr().out == (
        "FELL  Where is the camera?\n      no source on docs/camera, but /docs/arm; without 'lens'\n"
        "FELL  What is gravity?\n      refused\n"
        "FELL  Which wine goes with salmon?\n      answered (extractive), from /docs/arm\n"
        "1 of 4 questions hold\n"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "line 1 is not like"),
        ("[]", "line 1 is not like"),
        ('{"page": "x"}', "`question` is a text"),
        ('{"question": "x"}', "say what the answer must show"),
        ('{"question": "x", "word": ["y"]}', "there is no field `word`; did you mean `words`?"),
        ('{"question": "x", "Pages": "y"}', "there is no field `Pages`; did you mean `page`?"),
        ('{"question": "x", "zzz": "y"}', "there is no field `zzz`\n"),
        ('{"question": "x", "words": "y"}', "`words` is a list of texts"),
        ('{"question": "x", "page": 3}', "`page` is a path"),
        ('{"question": "x", "refused": 1}', "`refused` is true or false"),
        ('{"question": "x", "refused": true, "page": "y"}', "neither `page` nor `words`"),
        ("", "there is no question in it"),
        ("[" * 100_000, "line 1 is not like"),
    ],
)
def test_a_line_that_is_no_question_is_named(
    assistant: Assistant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    says: str,
) -> None:
    assert check(assistant, tmp_path, monkeypatch, line) == 2
    assert says in capsys.readouterr().err
    assert assistant.asked == []


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, {"message": "Something went wrong on our side."}, "answers 500 to 'x': Something went wrong"),
        (200, {"hello": "world"}, "that is not the assistant"),
        (200, ARM | {"degraded": ["retrieval"]}, "has to do without: retrieval"),
    ],
)
def test_no_answer_is_no_verdict(assistant: Assistant, status: int, body: dict[str, Any], says: str) -> None:
    assistant.answers = [(status, body)]
    with closing(HttpClient(assistant.origin)) as client, pytest.raises(CannotCheck, match=says):
        ask(client, "x")


def test_limits_are_waited_for_as_long_as_they_say_but_not_for_ever(assistant: Assistant) -> None:
    waited: list[float] = []
    assistant.answers = [(429, {}), (200, ARM)]
    with closing(HttpClient(assistant.origin)) as client:
        assert ask(client, "x", waited.append).mode == "extractive"
        assert waited == [7.0]
        assistant.answers = [(429, {})]
        with pytest.raises(CannotCheck, match="too many questions"):
            ask(client, "x", waited.append)


def test_a_limit_that_names_a_date_is_waited_for_a_minute(assistant: Assistant) -> None:
    waited: list[float] = []
    assistant.answers = [(429, {}), (200, ARM)]
    assistant.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"
    with closing(HttpClient(assistant.origin)) as client:
        assert ask(client, "x", waited.append).mode == "extractive"
    assert waited == [60.0]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe{\x00", "that is no text in UTF-8"), (None, ": No such file or directory")],
    ids=["UTF-16", "no file"],
)
def test_a_file_that_cannot_be_read_is_said_in_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    says: str,
) -> None:
    file = tmp_path / "questions.jsonl"
    if content is not None:
        file.write_bytes(content)
    assert check_at("http://127.0.0.1:1", file, monkeypatch) == 2
    assert capsys.readouterr().err.startswith(f"{file}: {says.removeprefix(': ')}")


def test_whoever_stops_it_is_told_that_there_is_no_verdict(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "x", "page": "docs/arm"}', encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as silent, interruptible():
        variables = {**os.environ, "API": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        command = [sys.executable, "-m", "infra.book_check", str(file)]
        with subprocess.Popen(command, cwd=PROJECT, env=variables, stderr=subprocess.PIPE, text=True) as checking:  # noqa: S603 (our own module)
            silent.settimeout(120)
            with silent.accept()[0]:
                checking.send_signal(signal.SIGINT)
                assert checking.communicate(timeout=120)[1] == "stopped: there is no verdict\n"
    assert checking.returncode == 130


def test_nobody_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = Assistant("http://127.0.0.1:1", [])
    assert check(nobody, tmp_path, monkeypatch, {"question": "x", "words": ["y"]}) == 2
    assert "is it running?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("page", "path", "same"),
    [
        ("docs/arm", "/book/docs/arm", True),
        ("/docs/arm.html", "/docs/arm", True),
        ("https://book.example/docs/arm", "/docs/arm", True),
        ("arm", "/docs/farm", False),
        ("docs/arm", "/docs/arm/calibrate", False),
    ],
)
def test_a_page_is_named_by_its_path_or_the_end_of_it(*, page: str, path: str, same: bool) -> None:
    assert (faults(Expected("x", page), Given("", (path,), "extractive")) == []) is same


def test_every_line_is_read() -> None:
    text = '{"question": "a", "page": "p"}\n\n{"question": "b", "words": ["w"]}\n'
    assert read_expected(text) == [Expected("a", "p"), Expected("b", None, ("w",))]
