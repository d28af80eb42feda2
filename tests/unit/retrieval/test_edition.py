"""Which pages may answer: those of the version that is named, of the reader's page, or that readers have."""

from __future__ import annotations

import pytest

from infra.ingestion.store.places import Places
from shared.retrieval.queries import Edition

NOT_OTHERS = {"must_not": [{"key": "release", "match": {"value": "other"}}]}
PLACES = {"/docs/next/": "next", "/docs/next/beta/": "beta", "/docs/1.0/": "1.0"}


def test_the_version_that_readers_have_answers_unless_somebody_asks_for_another() -> None:
    assert Edition().filter() == NOT_OTHERS
    assert Edition("1.0").filter() == {"must": [{"key": "version", "match": {"value": "1.0"}}]}


def test_the_language_of_the_pages_is_one_that_is_written_like_the_tag_or_its_first_part() -> None:
    [condition] = Edition(language="pt-BR").filter()["must"]

    assert condition == {"key": "lang", "match": {"any": ["pt", "pt-BR", "pt-br"]}}
    assert Edition(language="de").filter() == {"must": [{"key": "lang", "match": {"any": ["de"]}}], **NOT_OTHERS}


@pytest.mark.parametrize(
    ("page", "version"),
    [
        ("https://site.test/docs/next/arm", "next"),
        ("/docs/next/arm#calibrate", "next"),
        ("/docs/next/beta/arm", "beta"),
        ("https://site.test/docs/1.0/", "1.0"),
        ("/docs/arm", None),
        ("/docs/nextdoor", None),
        ("https://[", None),
        ("", None),
        (None, None),
    ],
)
def test_a_readers_page_tells_the_version(page: str | None, version: str | None) -> None:
    assert Edition(page=page).at(PLACES).version == version


def test_a_version_that_is_named_counts_more_than_the_readers_page() -> None:
    assert Edition("1.0", page="/docs/next/arm").at(PLACES).version == "1.0"


def test_a_versions_place_is_the_folder_that_all_its_pages_are_in() -> None:
    places = Places()
    for path, version, release in (
        ("/docs/arm", "2.0", "current"),
        ("/docs/next/arm#a", "next", "other"),
        ("/docs/next/nested/leg", "next", "other"),
        ("/docs/1.0/arm", "1.0", "other"),
    ):
        places.see(f"https://site.test{path}", version, release)

    assert places.found() == {"/docs/next/": "next", "/docs/1.0/": "1.0"}


def test_a_version_between_whose_pages_released_ones_stand_has_no_place() -> None:
    places = Places()
    places.see("https://site.test/docs/guide/arm", "2.0", "current")
    places.see("https://site.test/docs/arm-next", "next", "other")

    assert places.found() == {}
