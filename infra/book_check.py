"""The owner's questions, asked of the running assistant: `make check-book FILE=…` (specs/guides/checking-the-book.md).

Each line of the file has a `question` and what its answer must show: the `page` that one of its sources is on, `words`
that the answer holds, or that the book does not answer it (`"refused": true`). Each is asked as a guest who wants
nothing stored. Printed is what fell, with what came instead; the exit code is 1 where something fell.

The assistant is the one at API=https://…, else that of the platform on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from shared.errors import Misconfigured
from shared.http_client import HttpClient, Unreachable
from shared.links import page_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

LOCAL: Final = "http://localhost:{port}"
USUAL_PORT: Final = "8787"
SECONDS: Final = 30.0
TRIES: Final = 5
LONGEST_WAIT: Final = 60.0
"""Seconds that are waited when too many questions were asked; a stage answers some each minute."""
INTERRUPTED: Final = 128 + signal.SIGINT
SHOWN: Final = 80
"""Characters of a question that a message names it by."""
FIELDS: Final = frozenset({"question", "page", "words", "refused"})
EXAMPLE: Final = '{"question": "…", "page": "docs/arm", "words": ["…"]}'


class CannotCheck(Exception):
    """The file is not what it should be, or the assistant does not answer; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A question of the owner's, and what its answer must show.

    Attributes:
        page: Path, or its end, of the page that a source is on; None where any will do.
        words: That the answer holds, in any case.
        refused: The book does not answer it, and the assistant says so.
    """

    question: str
    page: str | None = None
    words: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What the assistant said."""

    answer: str
    pages: tuple[str, ...]
    mode: str


def read_expected(text: str) -> list[Expected]:
    """The questions of the file.

    Raises:
        CannotCheck: A line is no such question, or there is none; the message names the line.
    """
    found = [_expected(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise CannotCheck("there is no question in it")
    return found


def _expected(number: int, line: str) -> Expected:
    try:
        read: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CannotCheck(f"line {number} is not like {EXAMPLE}") from error
    if not isinstance(read, dict):
        raise CannotCheck(f"line {number} is not like {EXAMPLE}")
    given = cast("dict[str, Any]", read)
    wrong = next(_complaints(given), None)
    if wrong:
        raise CannotCheck(f"line {number}: {wrong}")
    words = tuple(given.get("words") or ())
    return Expected(given["question"], given.get("page"), words, given.get("refused", False))


def _complaints(given: Mapping[str, Any]) -> Iterator[str]:
    question, page = given.get("question"), given.get("page")
    words: object = given.get("words") or []
    if unknown := given.keys() - FIELDS:
        meant = get_close_matches(min(unknown).lower(), FIELDS, 1)
        yield f"there is no field `{min(unknown)}`{f'; did you mean `{meant[0]}`?' if meant else ''}"
    if not _is_text(question):
        yield "`question` is a text"
    if page is not None and not _is_text(page):
        yield "`page` is a path, such as docs/arm"
    if not isinstance(words, list) or not all(map(_is_text, cast("list[object]", words))):
        yield "`words` is a list of texts"
    if not isinstance(given.get("refused", False), bool):
        yield "`refused` is true or false"
    if given.get("refused") is True and (page or words):
        yield "what the book does not answer has neither `page` nor `words`"
    if not given.get("refused") and not page and not words:
        yield "say what the answer must show: `page`, `words`, or `refused`"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def faults(expected: Expected, given: Given) -> list[str]:
    """What the answer does not show."""
    if expected.refused:
        return [] if given.mode == "refused" else [f"answered ({given.mode}), from {_listed(given.pages)}"]
    if given.mode == "refused":
        return ["refused"]
    wrong_page = expected.page is not None and not any(_is_page(expected.page, each) for each in given.pages)
    missing = [each for each in expected.words if each.casefold() not in given.answer.casefold()]
    return [
        *([f"no source on {expected.page}, but {_listed(given.pages)}"] if wrong_page else []),
        *([f"without {', '.join(map(repr, missing))}"] if missing else []),
    ]


def _listed(pages: Sequence[str]) -> str:
    return ", ".join(pages) or "nothing"


def _is_page(wanted: str, path: str) -> bool:
    """Whether a path ends with whole parts of the wanted one."""
    end = page_path(wanted).strip("/")
    return f"/{path.strip('/')}".endswith(f"/{end}")


def ask(client: HttpClient, question: str, wait: Callable[[float], None] = time.sleep, *, below: str = "") -> Given:
    """Ask as a guest; nothing is stored.

    Args:
        client: Of the assistant's host.
        question: As a reader types it.
        wait: Until a limit has room again.
        below: Path of the address that all routes are below.

    Raises:
        CannotCheck: There is no answer.
    """
    body = json.dumps({"message": question, "temporary": True}).encode()
    for _ in range(TRIES):
        try:
            headers = {"content-type": "application/json", "accept": "application/json"}
            response = client.request("POST", f"{below}/api/chat", body, headers, timeout=SECONDS, idempotent=True)
        except Unreachable as error:
            raise CannotCheck("the assistant does not answer; is it running?") from error
        if response.status != HTTPStatus.TOO_MANY_REQUESTS:
            return _given(question, response.status, response.body)
        after = response.headers.get("retry-after", "1")
        wait(min(float(after), LONGEST_WAIT) if after.isdecimal() else LONGEST_WAIT)  # else it is a date
    raise CannotCheck("too many questions for the assistant's limits; ask fewer, or RATE_LIMITS=off on that stage")


def _given(question: str, status: int, body: bytes) -> Given:
    try:
        read = json.loads(body)
        if status != HTTPStatus.OK:
            told = read.get("message", "no reason given")
            raise CannotCheck(f"the assistant answers {status} to {question[:SHOWN]!r}: {told}")
        if read["degraded"]:
            raise CannotCheck(f"the assistant has to do without: {', '.join(read['degraded'])}")
        pages = tuple(dict.fromkeys(page_path(each["url"]) or "/" for each in read["sources"]))
        return Given(read["answer"], pages, read["mode"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotCheck(f"that is not the assistant: it answers {status} without what an answer has") from error


def report(asked: Sequence[tuple[Expected, Given]]) -> tuple[str, int]:
    """What fell, and how many."""
    fallen = [(each, wrong) for each, given in asked if (wrong := faults(each, given))]
    lines = [f"FELL  {each.question}\n      {'; '.join(wrong)}" for each, wrong in fallen]
    return "\n".join([*lines, f"{len(asked) - len(fallen)} of {len(asked)} questions hold"]), len(fallen)


def _assistant(address: str) -> tuple[HttpClient, str]:
    try:
        return HttpClient(address), urlsplit(address).path.rstrip("/")
    except (Misconfigured, ValueError) as error:
        told = "it begins with https://, or leads to this machine"
        raise CannotCheck(f"API={address} is no address such as https://api.example.com: {told}") from error


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Ask, print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.book_check", description=__doc__)
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    try:
        expected = read_expected(file.read_text(encoding="utf-8-sig"))
        client, below = _assistant(environ.get("API") or LOCAL.format(port=environ.get("PORT") or USUAL_PORT))
        with closing(client):
            text, fallen = report([(each, ask(client, each.question, below=below)) for each in expected])
    except (CannotCheck, OSError) as error:
        print(f"{file}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 2
    except UnicodeDecodeError:
        print(f"{file}: that is no text in UTF-8; save it as such", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped: there is no verdict", file=sys.stderr)
        return INTERRUPTED
    print(text)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
