"""Every generator's site is read as its readers see it: `make test-sites` (ARGS="-m smoke" for half a minute)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.passages.pages import passages
from tests.sites import witnesses
from tests.sites.generators import GENERATORS, SMOKE, Generator
from tests.sites.scores import BASE, SECRET, pages_of, score, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

BY_NAME = {each.name: each for each in GENERATORS}
ALL = [pytest.param(each, id=each.name, marks=pytest.mark.smoke if each.name in SMOKE else ()) for each in GENERATORS]


@pytest.mark.parametrize("generator", ALL)
def test_addresses_answer_anchors_exist_words_are_kept_and_nothing_hidden_is_told(generator: Generator) -> None:
    made = score(generator, generator.built())
    assert made.pages >= 2
    assert (made.dead_addresses, made.dead_anchors, made.secrets) == ([], [], 0)
    assert made.kept >= 99, made.lost
    assert made.foreign <= 0.5, made.added


def urls(folder: Path, site_url: str = "") -> set[str]:
    return {each.url.partition(f"{BASE}/")[2] for page in pages_of(folder, site_url) for each in passages(page, "x")}


@pytest.mark.parametrize(
    ("name", "witness"), [("mkdocs", witnesses.mkdocs), ("mdbook", witnesses.mdbook), ("sphinx", witnesses.sphinx)]
)
def test_what_the_generator_itself_lists_is_found_at_its_address(
    name: str, witness: Callable[[Path], set[str]]
) -> None:
    """The page's own heading is the page: its address leads to the same place without an anchor."""
    generator = BY_NAME[name]
    folder = generator.built()
    listed = {each for each in witness(folder) if SECRET not in each}
    pages = pages_of(folder, generator.site_url)
    headings = {
        f"{page.address.partition(f'{BASE}/')[2]}{f'#{anchor}' if anchor else ''}"
        for page in pages
        for anchor in ["", *(page.anchors or ())]
    }
    assert listed <= headings
    with_text = {each for each in listed if "#" in each}
    titles = {f"{page.address.partition(f'{BASE}/')[2]}#{_first_anchor(page.content)}" for page in pages}
    assert len(with_text - urls(folder, generator.site_url) - titles) <= len(with_text) // 20


def _first_anchor(content: object) -> str:
    found = re.search(r"anchor='([^']*)'", str(content))
    return found[1] if found else ""


def test_what_pagefind_finds_is_kept() -> None:
    folder = BY_NAME["starlight"].built()
    found = witnesses.pagefind(folder)
    for page in pages_of(folder):
        text = found.get(page.address.partition("lantern.example")[2]) or found[page.address.partition(BASE)[2]]
        missing = Counter(re.findall(r"\w+", text.lower())) - words(page)
        assert missing.total() <= 0.01 * len(text.split()) + 1, missing


def test_versions_and_languages_are_told_apart() -> None:
    """The unreleased version does not speak for the released one, and the translation is German."""
    pages = pages_of(BY_NAME["docusaurus"].built())
    assert "yurt" not in str(pages)
    assert "A component promises 90 hours of light." in str(pages)
    assert {(each.language, each.version) for each in pages if "/docs/" in each.address} == {
        ("en", "2.0"),
        ("de", "2.0"),
    }
