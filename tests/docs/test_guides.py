"""What the guides tell to write is what a computer can read: each block of code, by the language that it names."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from tests.docs.prose import ROOT
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GUIDES = sorted((ROOT / "specs/guides").glob("*.md"))
TYPESCRIPT = ROOT / "node_modules/.bin/tsc"
ELSEWHERE = {"mermaid", "sql"}
"""Pictures, and statements that `make test-adoption` runs against databases of other servers."""
BY_GENERATORS = ("chat.md",)
"""The generators build these (tests/sites/test_chat_guide.py), which fill in what stands around them."""

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_VOID = {"meta", "link", "br", "img", "input"}


class Block(NamedTuple):
    """Of code."""

    page: str
    language: str
    text: str


class Balanced(HTMLParser):
    """Every element that was begun is ended."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.open += [] if tag in _VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def blocks(page: Path) -> list[Block]:
    return [Block(page.name, language, text) for _, language, text in _FENCE.findall(page.read_text("utf-8"))]


def _run(*words: str | Path, stdin: str = "") -> str:
    if shutil.which(str(words[0])) is None:
        missing(f"{words[0]} is not installed")
    done = subprocess.run(words, input=stdin, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _read_html(text: str) -> None:
    assert Balanced(text).open == []


def _read_script(text: str) -> None:
    _run("node", "--check", "--input-type=module", "-", stdin=text)


READERS: dict[str, Callable[[str], object]] = {
    "html": _read_html,
    "js": _read_script,
    "json": json.loads,
    "sh": lambda text: _run("sh", "-n", stdin=text),
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}
ALL = [each for page in [*GUIDES, ROOT / "README.md"] if page.name not in BY_GENERATORS for each in blocks(page)]
READ = [each for each in ALL if each.language in READERS]
TYPED = [each for each in ALL if each.language == "ts" and "import " in each.text]
COLUMNS = [each for each in ALL if each.language == "ts" and each not in TYPED]
"""Lines of an object that the reader has."""

FOREIGN = """
declare module 'pg' { export class Pool { constructor(how: { connectionString?: string }) } }
declare const process: { env: Record<string, string | undefined> }
"""
"""As much of the types of Node and of a driver as the guides use; neither is installed here."""


def test_every_block_names_a_language_that_is_read_here_or_is_what_somebody_types() -> None:
    known = {*READERS, *ELSEWHERE, "ts", ""}
    assert [(each.page, each.language) for each in ALL if each.language not in known] == []


@pytest.mark.parametrize("block", READ, ids=lambda each: f"{each.page}-{each.language}")
def test_a_block_can_be_read(block: Block) -> None:
    READERS[block.language](block.text)


@pytest.mark.parametrize("block", TYPED, ids=lambda each: each.page)
def test_a_block_of_types_holds(block: Block, tmp_path: Path) -> None:
    if not TYPESCRIPT.exists():
        missing("the npm packages are not installed (make setup)")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    shutil.copy(ROOT / "functions/widget/docs-chat.d.ts", tmp_path)
    (tmp_path / "foreign.d.ts").write_text(FOREIGN, "utf-8")
    (tmp_path / "block.ts").write_text(f"{block.text}\nexport {{}}\n", "utf-8")
    strict = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2023", "--lib", "es2023,dom,dom.iterable"]
    _run(
        TYPESCRIPT,
        *strict,
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
        tmp_path / "foreign.d.ts",
        tmp_path / "block.ts",
    )


@pytest.mark.parametrize("block", COLUMNS, ids=lambda each: each.page)
def test_lines_of_an_object_are_that(block: Block) -> None:
    _read_script(f"({{\n{block.text}\n}})")


def test_a_wrong_attribute_or_event_of_the_element_does_not_compile(tmp_path: Path) -> None:
    wrong = """
        import type { DocsChatAttributes } from './docs-chat'
        // @ts-expect-error there is no such placement
        export const attributes: DocsChatAttributes = { placement: 'corner' }
        // @ts-expect-error an answer has no such detail
        document.addEventListener('docs-chat:answer', ({ detail }) => detail.text)
        // @ts-expect-error what is asked is a text
        document.querySelector('docs-chat')?.ask(1)
    """
    test_a_block_of_types_holds(Block("", "ts", wrong), tmp_path)


def test_the_function_that_a_host_runs_names_the_readers_address() -> None:
    [function] = [each.text for each in blocks(ROOT / "specs/guides/docusaurus.md") if each.language == "js"]
    event = "{request: {headers: {}}, viewer: {ip: '203.0.113.7'}}"

    told = _run("node", "-e", f"{function}\nconsole.log(JSON.stringify(handler({event})))")

    assert json.loads(told)["headers"] == {"x-real-ip": {"value": "203.0.113.7"}}


def test_every_host_is_told_to_pass_on_the_same_path_and_the_secret() -> None:
    by_language = {each.language: each.text for each in blocks(ROOT / "specs/guides/docusaurus.md")}
    vercel, netlify = json.loads(by_language["json"]), tomllib.loads(by_language["toml"])
    cloudfront = yaml.safe_load(by_language["yaml"])
    [route], [redirect] = vercel["routes"], netlify["redirects"]
    found = re.fullmatch(route["src"], "/api/chat")

    assert found is not None
    assert route["dest"].replace("$1", found[1]).endswith("/api/chat")
    assert (redirect["from"], redirect["to"].replace(":splat", "chat")[-9:]) == ("/api/*", "/api/chat")
    assert cloudfront["CacheBehaviors"][0]["TargetOriginId"] == cloudfront["Origins"][0]["Id"]
    secrets = [route["transforms"][0]["target"]["key"], *redirect["headers"]]
    secrets += [each["HeaderName"] for each in cloudfront["Origins"][0]["OriginCustomHeaders"]]
    assert {each.lower() for each in secrets} == {"x-host-secret"}
