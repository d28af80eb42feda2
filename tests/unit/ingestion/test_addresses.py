"""Anchors and routes are those that the site's generator makes, so that a source's link lands on its section."""

from __future__ import annotations

import pytest

from infra.ingestion.markdown.front_matter import FrontMatter
from infra.ingestion.markdown.routes import Site, route
from infra.ingestion.passages.slugs import Slugs


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Calibrate", "calibrate"),
        ("Step 1: Plug it in!", "step-1-plug-it-in"),
        ("Gripper / Handle", "gripper--handle"),
        ("Install LeRobot 🤗", "install-lerobot-"),
        ("`lerobot-record` options", "lerobot-record-options"),
        ("snake_case & CamelCase", "snake_case--camelcase"),
        ("Überblick", "überblick"),
        ("हिन्दी में", "हिन्दी-में"),
        ("机器人", "机器人"),
        ("C++ vs. C#", "c-vs-c"),
        ("2. `` test.each`table`(name) ``", "2-testeachtablename"),
        ("`` a`b ``", "ab"),
    ],
)
def test_an_anchor_is_the_headings_words(heading: str, anchor: str) -> None:
    assert Slugs().anchor(heading) == anchor


def test_repeated_headings_are_numbered_and_never_collide() -> None:
    slugs = Slugs()
    anchors = [slugs.anchor(heading) for heading in ("Follower", "Follower", "Follower 1", "Follower", "Follower-1")]
    assert anchors == ["follower", "follower-1", "follower-1-1", "follower-2", "follower-1-2"]


def test_a_heading_without_letters_still_has_an_anchor_of_its_own() -> None:
    slugs = Slugs()
    assert [slugs.anchor("???"), slugs.anchor("!!!")] == ["-1", "-2"]


@pytest.mark.parametrize(
    ("path", "front_matter", "expected"),
    [
        ("intro", FrontMatter(), "intro"),
        ("01-intro", FrontMatter(), "intro"),
        ("02-guides/03. set-up", FrontMatter(), "guides/set-up"),
        ("guides/index", FrontMatter(), "guides"),
        ("guides/README", FrontMatter(), "guides"),
        ("guides/01-Guides", FrontMatter(), "guides"),
        ("index", FrontMatter(), ""),
        ("2024-10-01-news", FrontMatter(), "2024-10-01-news"),
        ("7.0-release", FrontMatter(), "7.0-release"),
        ("guides/arm", FrontMatter(identifier="robot-arm"), "guides/robot-arm"),
        ("guides/arm", FrontMatter(slug="the-arm"), "guides/the-arm"),
        ("guides/arm", FrontMatter(slug="/start"), "start"),
        ("guides/arm", FrontMatter(slug="/"), ""),
    ],
)
def test_a_route_follows_docusaurus(path: str, front_matter: FrontMatter, expected: str) -> None:
    assert route(path, front_matter) == expected


@pytest.mark.parametrize(
    ("site", "path", "url"),
    [
        (Site("book", "https://book.example/docs/"), "01-intro", "https://book.example/docs/intro"),
        (Site("book", "https://book.example"), "index", "https://book.example/"),
        (Site("book", "/handbook"), "über uns", "/handbook/%C3%BCber%20uns"),
        (Site("book"), "01-intro/index", "/docs/book/01-intro/index"),
    ],
)
def test_an_address_is_the_published_one_or_the_local_readers(site: Site, path: str, url: str) -> None:
    assert site.page_url(path, FrontMatter()) == url
