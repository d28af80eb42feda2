"""The element's files travel compressed, are asked for again only when they changed, and nothing else is to be had."""

from __future__ import annotations

import asyncio
import hashlib
import re

import httpx
import pytest

from functions.widget.files import NEVER, SOON, router
from infra.local.program import PROJECT
from shared.app import build_app

WIDGET = PROJECT / "functions/widget"


APP = build_app(router)


def get(path: str, **headers: str) -> httpx.Response:
    """The answer to somebody who takes nothing compressed unless the headers say so."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://api.example.com") as client:
            return await client.get(path, headers={"accept-encoding": "identity", **headers})

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())


def hashed(name: str) -> str:
    content = (WIDGET / name).read_bytes()
    stem, _, ending = name.partition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}.{ending}"


def test_the_first_script_is_kept_for_minutes_and_used_while_a_newer_one_is_fetched() -> None:
    answer = get("/docs-chat.js")

    assert answer.status_code == 200
    assert answer.content == (WIDGET / "docs-chat.js").read_bytes()
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == SOON


def test_whoever_has_it_already_is_told_so_and_sent_nothing() -> None:
    tag = get("/docs-chat.js").headers["etag"]

    again = get("/docs-chat.js", **{"if-none-match": f'W/"other", {tag}'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == SOON


def test_it_travels_compressed_to_whoever_takes_that_and_under_a_tag_of_its_own() -> None:
    plain = get("/docs-chat.js")
    answer = get("/docs-chat.js", **{"accept-encoding": "br, gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(plain.content) / 2
    assert answer.content == plain.content, "the client has unpacked it"
    assert answer.headers["etag"] != plain.headers["etag"]
    assert "accept-encoding" in answer.headers["vary"]


@pytest.mark.parametrize("name", sorted(path.name for path in WIDGET.glob("*.js")))
def test_each_script_can_be_had_by_its_hash_for_ever(name: str) -> None:
    answer = get(f"/docs-chat/{hashed(name)}")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == NEVER
    assert answer.content == (WIDGET / name).read_bytes()


def test_the_first_script_asks_for_the_others_by_the_names_that_they_have() -> None:
    others = sorted(path.name for path in WIDGET.glob("*.js") if path.name != "docs-chat.js")
    text = get("/docs-chat.js").text

    assert others
    assert [name for name in others if f'"{hashed(name)}"' not in text] == []


@pytest.mark.parametrize("name", sorted(path.name for path in WIDGET.glob("*.js")))
def test_each_script_names_its_map_which_is_served(name: str) -> None:
    script = (WIDGET / name).read_text("utf-8")
    [address] = re.findall(r"^//# sourceMappingURL=(.+)$", script, re.MULTILINE)

    answer = get(address)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == SOON
    assert len(answer.json()["sources"]) == len(answer.json()["sourcesContent"])


def test_the_types_are_served_as_text_under_their_own_name() -> None:
    answer = get("/docs-chat/docs-chat.d.ts")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == SOON
    assert answer.content == (WIDGET / "docs-chat.d.ts").read_bytes()


@pytest.mark.parametrize("name", ["docs-chat.js", "files.py", "source/chat.js", "..%2ffiles.py", "more-0.js", "%00"])
def test_there_is_nothing_else(name: str) -> None:
    assert get(f"/docs-chat/{name}").status_code == 404
