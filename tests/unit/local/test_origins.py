"""Which sites may call the local platform."""

from __future__ import annotations

import pytest

from infra.local.origins import NoOrigin, chosen_site, site_origins, trusted_origins

DOCUSAURUS = "http://localhost:3000"


def test_unless_chosen_it_is_the_one_that_serverless_yml_names() -> None:
    assert site_origins({}) == [DOCUSAURUS]
    assert trusted_origins(8787, site_origins({})) == f"http://localhost:8787,{DOCUSAURUS}"


def test_a_site_that_was_chosen_takes_its_place() -> None:
    chosen = chosen_site({"SITE_ORIGIN": "https://book.test", "HOME": "/root"})

    assert chosen == {"SITE_ORIGIN": "https://book.test"}
    assert site_origins(chosen) == ["https://book.test"]


def test_an_empty_choice_is_none() -> None:
    assert chosen_site({"SITE_ORIGIN": ""}) == {}


@pytest.mark.parametrize("site", ["localhost:3000", "http://localhost:3000/", "http://a/docs", "*", "ftp://a", "x y"])
def test_what_is_no_origin_is_refused_rather_than_allowing_nobody_in_silence(site: str) -> None:
    with pytest.raises(NoOrigin, match="has to be an origin"):
        chosen_site({"SITE_ORIGIN": site})
