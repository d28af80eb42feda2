"""A stand-in for Qdrant, and a collection of its own for each test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from infra.ingestion.choosing import Order
from infra.ingestion.ingest import ingest
from infra.ingestion.store.index import Options
from tests.contract.qdrant.stand_in import running_stand_in
from tests.fixtures.loopback import NO_TLS

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.ingestion.ingest import Report
    from infra.local.server import Server

MINILM = "sentence-transformers/all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class Book:
    """A folder of Markdown and the collection that it is ingested into."""

    folder: Path
    server: Server
    options: Options

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def ingest(
        self, folder: Path | None = None, *, site: str | None = None, site_url: str | None = None, force: bool = False
    ) -> Report:
        order = Order([str(folder or self.folder)], site=site, site_url=site_url)
        return ingest(order, self.server.url, replace(self.options, force=force))

    def post(self, route: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
        url = f"{self.server.url}/collections/{self.options.collection}/points/{route}"
        return httpx.post(url, json=body, timeout=60, verify=NO_TLS).raise_for_status().json()["result"]

    def passages(self) -> dict[str, dict[str, Any]]:
        """Give every stored passage by its address."""
        points = [each for each in self.post("scroll", {"limit": 10_000})["points"] if "site" in each["payload"]]
        return {f"{each['payload']['url']} {each['payload']['position']}": each["payload"] for each in points}

    def texts(self) -> set[str]:
        return {each["text"] for each in self.passages().values()}

    def ask(self, question: str) -> list[dict[str, Any]]:
        """Search as a chat turn does; best first."""
        dense = {"query": {"text": question, "model": MINILM}, "using": "dense", "limit": 50}
        sparse = {"query": {"text": question, "model": "qdrant/bm25"}, "using": "bm25", "limit": 50}
        body = {"prefetch": [dense, sparse], "query": {"fusion": "rrf"}, "limit": 8, "with_payload": True}
        return [each["payload"] for each in self.post("query", body)["points"]]


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    with running_stand_in() as server:
        yield server


@pytest.fixture
def book(server: Server, tmp_path: Path) -> Book:
    """Three pages of a small book."""
    folder = tmp_path / "robot-book" / "docs"
    book = Book(folder, server, Options(collection=f"docs-{tmp_path.name}"))
    book.write("index.md", "# Robot book\n\nAll about the robot arm.\n")
    book.write(
        "arm.md",
        "# Arm\n\nIt has six joints.\n\n## Calibrate\n\nMove each joint to its middle.\n\n## Care\n\nOil it.\n",
    )
    book.write("guides/camera.mdx", "# Camera\n\n<Tip>\n\nPlug it into USB 3.\n\n</Tip>\n")
    return book


def corpus(name: str) -> Path:
    """Find a folder of real documentation beside the project, or skip."""
    folder = Path(__file__).resolve().parents[3] / ".." / "shared" / "corpus" / name / "docs"
    if not folder.is_dir():
        pytest.skip(f"needs the documentation {name} in {folder}")
    return folder
