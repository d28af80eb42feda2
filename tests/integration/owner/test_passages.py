"""What the assistant answers from, as the owner sees it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from shared.guarded_client import GuardedClient
from shared.retrieval.search import SECONDS, Book
from shared.settings.answers import RetrievalSettings
from shared.settings.site import OwnerSettings
from tests.contract.qdrant.stand_in import running_stand_in
from tests.integration.owner.conftest import app_with

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import httpx

    from infra.local.server import Server
    from tests.integration.owner.conftest import Site

PATH = "/api/owner/passages"


@pytest.fixture(scope="module")
def qdrant() -> Generator[Server]:
    with running_stand_in() as server:
        yield server


class CountingBook(Book):
    """How often the search was asked."""

    asked = 0

    def ask(self, body: bytes, seconds: float = SECONDS) -> list[list[dict[str, Any]]]:
        self.asked += 1
        return super().ask(body, seconds)


def seen(site: Site, qdrant: Server) -> tuple[httpx.Response, CountingBook]:
    """The owner's look, on a connection of its own."""
    with closing(GuardedClient(qdrant.url, "the search")) as client:
        book = CountingBook(client, RetrievalSettings(qdrant.url))
        site.app = app_with(site.database, OwnerSettings((site.owner.email,)), opened=book)
        answer = site.get(PATH, site.owner.cookie())
    assert site.database.round_trips == 1
    return answer, book


def brought(qdrant: Server, folder: Path, **pages: str) -> int:
    """Ingest these pages alone; how many passages they are."""
    from infra.ingestion.choosing import Order  # noqa: PLC0415 (Qdrant's client: seconds of whoever collects tests)
    from infra.ingestion.ingest import ingest  # noqa: PLC0415
    from infra.ingestion.store.index import Options  # noqa: PLC0415

    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    report = ingest(Order([str(folder)]), qdrant.url, Options(wait=1))
    return report.added + report.changed + report.refreshed + report.unchanged + report.moved


def test_pages_passages_age_and_version_of_each_site_are_shown(site: Site, qdrant: Server, tmp_path: Path) -> None:
    brought(qdrant, tmp_path / "gears", gear="# Gear\n\nA gear turns.\n")
    passages = brought(qdrant, tmp_path / "arms", arm="# Arm\n\nIt has six joints.\n", leg="# Leg\n\nIt has two.\n")

    answer, book = seen(site, qdrant)

    sites = {each["site"]: each for each in answer.json()["sites"]}
    arms, gears = sites["arms"], sites["gears"]
    assert (arms["site"], arms["pages"], arms["passages"]) == ("arms", 2, passages)
    assert (gears["site"], gears["pages"]) == ("gears", 1)
    for counted in ("pages", "passages"):
        assert answer.json()[counted] == sum(each[counted] for each in sites.values())
    assert arms["ingestedAt"] >= gears["ingestedAt"]
    assert 0 <= arms["ageSeconds"] <= gears["ageSeconds"]
    assert book.asked == 1


def test_the_version_changes_with_what_the_pages_say_and_the_age_with_every_ingestion(
    site: Site, qdrant: Server, tmp_path: Path
) -> None:
    def look() -> dict[str, Any]:
        return next(each for each in seen(site, qdrant)[0].json()["sites"] if each["site"] == "wheels")

    brought(qdrant, tmp_path / "wheels", wheel="# Wheel\n\nIt is round.\n")
    first = look()
    brought(qdrant, tmp_path / "wheels")
    second = look()
    brought(qdrant, tmp_path / "wheels", hub="# Hub\n\nIn the middle.\n")
    third = look()

    assert first["version"] == second["version"] != third["version"]
    assert first["ingestedAt"] < second["ingestedAt"] < third["ingestedAt"]
    assert third["pages"] == 2


def test_a_reader_costs_the_search_nothing(site: Site, qdrant: Server) -> None:
    _, book = seen(site, qdrant)
    assert site.get(PATH, site.person().cookie()).status_code == 404
    assert book.asked == 1


def test_while_the_search_is_away_an_owner_is_told_so_and_everybody_else_is_not(site: Site) -> None:
    with running_stand_in() as server:
        book = Book(GuardedClient(server.url, "the search"), RetrievalSettings(server.url))
    site.app = app_with(site.database, OwnerSettings((site.owner.email,)), opened=book)
    answer = site.get(PATH, site.owner.cookie())
    assert (answer.status_code, answer.json()["code"]) == (503, "retrieval_unavailable")
    assert answer.headers["retry-after"]
    assert site.get(PATH, site.person().cookie()).status_code == 404
