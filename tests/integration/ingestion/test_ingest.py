"""A folder of Markdown and what Qdrant holds of it stay in step."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx
import pytest

from infra.ingestion.choosing import Order
from infra.ingestion.ingest import SAMPLE_SITE, TooMuchWouldGo, ingest
from infra.ingestion.progress import Silent
from infra.ingestion.rendering import page_html
from infra.ingestion.sources import NothingToIngest
from infra.ingestion.store.generations import MINILM
from infra.ingestion.store.index import Options, PassageIndex
from infra.ingestion.store.patience import StoreFailed
from infra.local.ports import LOOPBACK, free_port
from shared.http_client import HttpClient
from shared.retrieval import queries
from shared.retrieval.examples import POINT as EXAMPLES
from shared.retrieval.queries import Edition
from shared.retrieval.search import Book as Searched
from shared.retrieval.vocabulary import POINT, Vocabulary
from shared.settings.answers import RetrievalSettings
from tests.contract.qdrant.stand_in import running_stand_in
from tests.fixtures.loopback import NO_TLS, get

if TYPE_CHECKING:
    from pathlib import Path

    from infra.ingestion.ingest import Report
    from infra.local.server import Server
    from tests.integration.ingestion.conftest import Book


def counts(report: Report) -> dict[str, int]:
    named = ("added", "moved", "changed", "refreshed", "removed", "unchanged")
    return {name: getattr(report, name) for name in named if getattr(report, name)}


def test_a_folder_is_ingested_and_found_again(book: Book) -> None:
    report = book.ingest()
    assert (report.site, report.pages, counts(report)) == ("robot-book", 3, {"added": 5})
    best = book.ask("How do I calibrate the joints?")[0]
    told = ("site", "path", "url", "page_url", "anchor", "title", "heading_path", "text")
    assert {name: best[name] for name in told} == {
        "site": "robot-book",
        "path": "arm",
        "url": "/docs/robot-book/arm#calibrate",
        "page_url": "/docs/robot-book/arm",
        "anchor": "calibrate",
        "title": "Arm",
        "heading_path": ["Arm", "Calibrate"],
        "text": "Move each joint to its middle.",
    }
    assert (best["section"], best["lang"], best["kind"], best["position"]) == ("", "en", "text", 1)
    assert best["embed_model"] == "sentence-transformers/all-minilm-l6-v2"
    assert best["content_hash"]
    assert best["ingest_id"]


def test_the_collection_is_named_for_its_model_and_has_its_indexes(book: Book) -> None:
    book.ingest()
    described = get(f"{book.server.url}/collections/{book.options.collection}").json()["result"]
    filtered = {"site", "path", "section", "lang", "version", "release", "url", "page_url", "file"}
    assert set(described["payload_schema"]) == filtered
    aliases = get(f"{book.server.url}/aliases").json()["result"]["aliases"]
    name = next(each["collection_name"] for each in aliases if each["alias_name"] == book.options.collection)
    assert name.startswith(f"{book.options.collection}__all-minilm-l6-v2__384__2")


@pytest.mark.smoke
def test_a_second_ingestion_sends_nothing(book: Book) -> None:
    book.ingest()
    before = book.passages()
    assert counts(book.ingest()) == {"unchanged": 5}
    # ingest_id names the ingestion that wrote the passage
    assert book.passages() == before


def test_a_site_of_several_pages_of_the_store_is_read_to_its_end(book: Book) -> None:
    paged = replace(book, options=replace(book.options, page=2))
    paged.ingest()
    assert counts(paged.ingest()) == {"unchanged": 5}
    for name in ("arm.md", "index.md"):
        paged.remove(name)
    paged.ingest(force=True)
    assert {passage["path"] for passage in paged.passages().values()} == {"guides/camera"}


def test_an_edited_section_changes_alone(book: Book) -> None:
    book.ingest()
    before = book.passages()
    book.write("arm.md", "# Arm\n\nIt has six joints.\n\n## Calibrate\n\nPress the button.\n\n## Care\n\nOil it.\n")
    assert counts(book.ingest()) == {"changed": 1, "unchanged": 4}
    after = book.passages()
    assert {each for each in before if before[each] != after[each]} == {"/docs/robot-book/arm#calibrate 1"}
    assert "Press the button." in book.texts()


def test_an_inserted_section_moves_the_later_ones_without_embedding_them_again(book: Book) -> None:
    book.ingest()
    book.write("arm.md", (book.folder / "arm.md").read_text().replace("## Calibrate", "## New\n\nNew.\n\n## Calibrate"))
    assert counts(book.ingest()) == {"added": 1, "refreshed": 2, "unchanged": 3}
    assert book.passages()["/docs/robot-book/arm#calibrate 2"]["text"] == "Move each joint to its middle."
    assert book.ask("calibrate")[0]["anchor"] == "calibrate"


def test_example_questions_lead_to_where_the_pages_are_now(book: Book) -> None:
    book.write("arm.md", "# Arm\n\n## How do I calibrate the arm?\n\nTo calibrate the arm, press its button.\n")
    for place in ("https://old.example", "https://new.example"):
        book.ingest(site_url=place)
        [point] = book.post("scroll", {"filter": {"must": [{"has_id": [EXAMPLES]}]}, "with_payload": True})["points"]
        assert f"{place}/arm#how-do-i-calibrate-the-arm" in str(point["payload"])
        assert place == "https://old.example" or "old.example" not in str(point["payload"])


@pytest.mark.smoke
def test_a_removed_section_and_a_removed_page_are_no_longer_found(book: Book) -> None:
    book.ingest()
    book.write("arm.md", "# Arm\n\nIt has six joints.\n")
    book.remove("guides/camera.mdx")
    assert counts(book.ingest()) == {"removed": 3, "unchanged": 2}
    assert book.texts() == {"All about the robot arm.", "It has six joints."}


def test_a_new_address_of_the_site_is_written_without_embedding_anything_again(book: Book) -> None:
    book.ingest()
    assert counts(book.ingest(site_url="https://book.example/docs")) == {"refreshed": 5}
    urls = {each["url"] for each in book.passages().values()}
    assert "https://book.example/docs/arm#calibrate" in urls
    assert "https://book.example/docs/" in urls


def test_most_of_a_site_is_deleted_only_when_that_is_forced(book: Book) -> None:
    book.ingest()
    book.remove("arm.md")
    book.remove("guides/camera.mdx")
    book.write("new.md", "New page.")
    with pytest.raises(TooMuchWouldGo, match="2 of the 3 pages of site robot-book would be deleted"):
        book.ingest()
    assert "New page." not in book.texts()
    assert counts(book.ingest(force=True)) == {"added": 1, "removed": 4, "unchanged": 1}


def test_sites_do_not_touch_each_other(book: Book, tmp_path: Path) -> None:
    book.ingest()
    (tmp_path / "other-book").mkdir()
    (tmp_path / "other-book" / "arm.md").write_text("# Arm\n\nAnother arm.\n")
    report = book.ingest(tmp_path / "other-book")
    assert (report.site, counts(report), report.others) == ("other-book", {"added": 1}, 5)
    assert counts(book.ingest()) == {"unchanged": 5}
    assert "Another arm." in book.texts()


def test_the_first_real_site_replaces_the_built_in_sample(book: Book, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# This project\n\nWhat it is.\n")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "spec.md").write_text("# Specification\n\nWhat it does.\n")
    sample = Order([str(tmp_path / "README.md"), str(tmp_path / "specs")], site=SAMPLE_SITE)
    assert ingest(sample, book.server.url, book.options).added == 2
    assert set(book.passages()) == {"/docs/self/README 0", "/docs/self/specs/spec 0"}
    assert book.ingest().sample_removed == 2
    assert {each["site"] for each in book.passages().values()} == {"robot-book"}


def test_a_page_that_cannot_be_read_is_skipped_and_what_is_stored_of_it_stays(book: Book) -> None:
    book.ingest()
    book.write("arm.md", "---\ntitle: [broken\n---\n\n# Arm\n")
    (book.folder / "latin.md").write_bytes("# Gerät\n\nText".encode("latin-1"))
    report = book.ingest()
    assert counts(report) == {"unchanged": 2}
    assert [warning.split(" is skipped: ")[0] for warning in report.warnings] == [
        str(book.folder / "arm.md"),
        str(book.folder / "latin.md"),
    ]
    assert "Oil it." in book.texts()


def test_of_two_files_with_one_name_the_second_is_skipped(book: Book) -> None:
    book.write("arm.mdx", "Another.")
    report = book.ingest()
    assert [warning.split(": ")[-1] for warning in report.warnings] == [
        "another file has the same name but for its ending"
    ]
    assert "Oil it." in book.texts()
    assert "Another." not in book.texts()


def test_a_folder_without_any_text_changes_nothing(book: Book, tmp_path: Path) -> None:
    book.ingest()
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "page.md").write_text("---\ndraft: true\n---\nText")
    with pytest.raises(NothingToIngest, match="has any text to find"):
        book.ingest(tmp_path / "empty", site="robot-book")
    assert len(book.passages()) == 5


def test_vectors_of_two_models_are_never_mixed(book: Book) -> None:
    book.ingest()
    other = replace(book.options, model="intfloat/multilingual-e5-small")
    with pytest.raises(StoreFailed, match="holds vectors of sentence-transformers/all-minilm-l6-v2"):
        ingest(Order([str(book.folder)]), book.server.url, other)


def test_a_collection_made_for_something_else_is_left_alone(book: Book) -> None:
    url = f"{book.server.url}/collections/{book.options.collection}"
    httpx.put(url, json={"vectors": {"size": 3, "distance": "Dot"}}, verify=NO_TLS).raise_for_status()
    with pytest.raises(StoreFailed, match="was not made for"):
        book.ingest()


def test_passages_of_an_older_form_are_made_anew(book: Book) -> None:
    book.ingest()
    made = book.passages()
    with closing(PassageIndex(book.server.url, book.options)) as index:
        ids = list(index.stored("robot-book"))
    older = {"site": "robot-book", "path": "arm", "url": "/arm", "position": 0, "text": "Text.", "content_hash": "1"}
    older["embed_model"] = book.options.model
    book.post("batch", {"operations": [{"overwrite_payload": {"payload": older, "points": ids}}]})
    assert not any("blocks" in each for each in book.passages().values())
    assert counts(book.ingest(force=True)) == {"changed": 5}
    assert {name: each["blocks"] for name, each in book.passages().items()} == {
        name: each["blocks"] for name, each in made.items()
    }


def test_the_books_words_stand_beside_its_passages_and_change_with_them(book: Book) -> None:
    def words() -> Vocabulary:
        [point] = book.post("scroll", {"filter": {"must": [{"has_id": [POINT]}]}, "limit": 1})["points"]
        return Vocabulary.read(point["payload"])

    book.ingest()
    first = words()
    assert first.passages == 5
    assert first.nearest("calibarte") == "calibrate"
    book.ingest()
    assert words().version == first.version
    book.write("arm.md", "# Arm\n\nIt has a gyroscope.\n")
    book.ingest()
    assert words().nearest("gyrosope") == "gyroscope"
    assert words().nearest("calibarte") is None


def test_an_unreachable_qdrant_is_named_at_once(book: Book) -> None:
    url = f"http://{LOOPBACK}:{free_port()}"
    with pytest.raises(StoreFailed, match=f"Qdrant cannot be reached at {url}"):
        ingest(Order([str(book.folder)]), url)


def test_an_ingestion_that_was_cut_short_is_finished_by_the_next(book: Book) -> None:
    # what a stop between the first upsert and the last deletion leaves: some passages new, some still old
    book.ingest()
    book.write("arm.md", "# Arm\n\nIt has seven joints.\n\n## Care\n\nOil it.\n")
    with closing(PassageIndex(book.server.url, book.options)) as index:
        index.delete([next(iter(index.stored("robot-book")))])
    report = book.ingest()
    assert report.added + report.changed >= 1
    assert book.texts() == {"All about the robot arm.", "It has seven joints.", "Oil it.", "Tip: Plug it into USB 3."}


def test_the_reader_shows_an_ingested_page_with_the_anchors_of_its_sources(book: Book) -> None:
    book.write(
        "arm.md",
        '# <Arm> & "more"\n\nA `<b>` *b*.\n\n## Parts\n\n### Six joints\n\n1. one\n2. two\n\n| A |\n|---|\n| x |\n',
    )
    book.ingest()
    for passage in book.passages().values():
        page = page_html(
            book.server.url, unquote(passage["url"]).removeprefix("/docs/").split("#")[0], book.options.collection
        )
        assert page is not None
        assert not passage["anchor"] or f'id="{passage["anchor"]}"' in page
    page = page_html(book.server.url, "robot-book/arm", book.options.collection)
    assert page is not None
    assert "<h1>&amp; &quot;more&quot;</h1>" in page
    assert "<p>A <code>&lt;b&gt;</code> b.</p>" in page
    assert '<h2>Parts</h2>\n<h3 id="six-joints">Six joints</h3>' in page
    assert "<ol>" in page
    assert "<td>x</td>" in page
    assert "<script" not in page


@pytest.mark.parametrize("path", ["robot-book/nowhere", "other/arm", "robot-book", "", "../../etc/passwd"])
def test_the_reader_knows_no_other_pages(book: Book, path: str) -> None:
    book.ingest()
    assert page_html(book.server.url, path, book.options.collection) is None


def test_the_reader_knows_no_page_before_anything_was_ingested(book: Book) -> None:
    assert page_html(book.server.url, "robot-book/arm", "nothing-here") is None
    with pytest.raises(httpx.ConnectError):
        page_html(f"http://{LOOPBACK}:{free_port()}", "robot-book/arm")


def test_unknown_models_are_refused(book: Book) -> None:
    options = Options(collection=book.options.collection, model="unknown/model")
    with pytest.raises(StoreFailed, match="unknown dense model unknown/model"):
        ingest(Order([str(book.folder)]), book.server.url, options)


class KillsTheStore(Silent):
    """Kills the store when the first batch of passages is stored."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stage = ""

    def begin(self, what: str, total: int) -> None:
        self._stage = what if total else ""

    def step(self, count: int = 1) -> None:
        if count and self._stage == "passages":
            self._server.process.kill()


def test_a_store_that_is_killed_during_the_ingestion_loses_nothing_and_the_next_one_finishes_it(book: Book) -> None:
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nText {number}." for number in range(300)))
    impatient = replace(book.options, wait=0.0)
    with running_stand_in() as server:
        mine = replace(book, server=server)
        with pytest.raises(StoreFailed, match="cannot be reached"):
            ingest(Order([str(book.folder)]), server.url, impatient, KillsTheStore(server))
        server.start()
        server.wait()
        stored = len(mine.passages())
        assert 64 <= stored < 305
        assert counts(mine.ingest()) == {"added": 305 - stored, "unchanged": stored}

        server.process.kill()
        server.start()
        server.wait()
        assert len(mine.passages()) == 305
        assert counts(mine.ingest()) == {"unchanged": 305}


# --- moved, replaced, resumed ----------------------------------------------------------------------------------------


def collections(book: Book) -> list[str]:
    found = get(f"{book.server.url}/collections").json()["result"]["collections"]
    return sorted(each["name"] for each in found if each["name"].startswith(f"{book.options.collection}__"))


def answering(book: Book) -> str:
    aliases = get(f"{book.server.url}/aliases").json()["result"]["aliases"]
    return next(each["collection_name"] for each in aliases if each["alias_name"] == book.options.collection)


def test_a_moved_page_is_found_where_it_is_now_and_not_embedded_again(book: Book) -> None:
    book.ingest()
    (book.folder / "arm.md").rename(book.folder / "robot-arm.md")
    assert counts(book.ingest(force=True)) == {"moved": 3, "removed": 3, "unchanged": 2}
    assert book.ask("How do I calibrate the joints?")[0]["url"] == "/docs/robot-book/robot-arm#calibrate"
    assert counts(book.ingest()) == {"unchanged": 5}


def test_when_most_of_a_site_is_another_a_new_collection_takes_the_place_of_the_old_one(
    book: Book, tmp_path: Path
) -> None:
    book.ingest()
    first = answering(book)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.md").write_text("# Other\n\nOf another site.\n")
    book.ingest(tmp_path / "other")
    assert (answering(book), collections(book)) == (first, [first])
    for name in ("index.md", "arm.md", "guides/camera.mdx"):
        book.write(name, (book.folder / name).read_text().replace("arm", "hand").replace("USB", "FireWire"))
    assert book.ingest().changed > 1
    second = answering(book)
    assert (second > first, collections(book)) == (True, [first, second])
    assert "Of another site." in book.texts()
    assert "All about the robot hand." in book.texts()
    assert counts(book.ingest()) == {"unchanged": 5}


class Counts(Silent):
    """Adds the steps of each stage up."""

    def __init__(self) -> None:
        self.stages: dict[str, tuple[int, int]] = {}

    def begin(self, what: str, total: int) -> None:
        self.what, self.stages[what] = what, (0, total)

    def step(self, count: int = 1) -> None:
        done, total = self.stages[self.what]
        self.stages[self.what] = done + count, total


def test_whoever_watches_a_replacement_is_never_told_of_more_than_all(book: Book) -> None:
    book.ingest()
    for name in ("index.md", "arm.md", "guides/camera.mdx"):
        book.write(name, f"# Another\n\nAll about {name}.\n")
    shown = Counts()
    ingest(Order([str(book.folder)]), book.server.url, book.options, shown)
    done, total = shown.stages["copied"]
    assert done == total > 0
    assert [each for each, (done, total) in shown.stages.items() if total and done > total] == []


def test_only_the_collection_before_the_one_that_answers_is_kept(book: Book) -> None:
    seen: list[str] = []
    for word in ("arm", "hand", "leg"):
        for name in ("index.md", "arm.md", "guides/camera.mdx"):
            book.write(name, f"# {word}\n\nAll about the {word} in {name}.\n")
        book.ingest()
        seen.append(answering(book))
    assert collections(book) == seen[1:]


class Stops(Silent):
    """Ends the ingestion when the first passages are stored."""

    def begin(self, what: str, total: int) -> None:
        self.stage = what if total else ""

    def step(self, count: int = 1) -> None:
        if count and self.stage == "passages":
            raise KeyboardInterrupt


def test_a_replacement_that_is_cut_short_answers_from_the_old_one_and_is_taken_up_by_the_next_run(book: Book) -> None:
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nOld text {number}." for number in range(200)))
    book.ingest()
    old = answering(book)
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nNew text {number}." for number in range(200)))
    with pytest.raises(KeyboardInterrupt):
        ingest(Order([str(book.folder)]), book.server.url, book.options, Stops())
    assert (answering(book), len(collections(book))) == (old, 2)
    assert not any("New text" in each for each in book.texts())
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nNew text {number}." for number in range(190)))
    report = book.ingest()
    assert (report.changed, report.removed) == (190, 10)
    assert (answering(book) > old, len(book.passages())) == (True, 195)
    assert counts(book.ingest()) == {"unchanged": 195}


def test_two_ingestions_at_once_do_the_work_once(book: Book) -> None:
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nText {number}." for number in range(100)))
    with ThreadPoolExecutor(2) as pool:
        reports = [each.result() for each in [pool.submit(book.ingest), pool.submit(book.ingest)]]
    assert sorted(each.added for each in reports) == [0, 105]
    assert sorted(each.unchanged for each in reports) == [0, 105]


class RestartsTheStore(KillsTheStore):
    """Kills the store once, and has it back when the ingestion waits for it."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.waited: list[str] = []
        self._killed = False
        self._one = threading.Lock()

    def step(self, count: int = 1) -> None:
        if not self._killed and count and self._stage == "passages":
            self._killed = True
            super().step(count)

    def warn(self, message: str) -> None:
        with self._one:
            self.waited.append(message)
            if not self._server.process.running:
                self._server.start()
                self._server.wait()


def test_a_store_that_restarts_is_waited_for(book: Book) -> None:
    book.write("long.md", "\n\n".join(f"## Part {number}\n\nText {number}." for number in range(300)))
    with running_stand_in() as server:
        show = RestartsTheStore(server)
        assert ingest(Order([str(book.folder)]), server.url, book.options, show).added == 305
        assert show.waited[0].endswith("; waiting for it")
        assert len(replace(book, server=server).passages()) == 305


def test_what_agents_read_is_stored_beside_the_passages_and_written_again_when_it_changes(book: Book) -> None:
    def stored() -> dict[str, str]:
        points = book.post("scroll", {"limit": 10_000})["points"]
        return {each["payload"]["file"]: each["payload"]["text"] for each in points if "file" in each["payload"]}

    book.ingest()
    assert set(stored()) == {"llms.txt", "llms-full.txt", "ingestion.json"}
    assert "Oil it." in stored()["llms-full.txt"]
    book.write("arm.md", "# Arm\n\nIt has seven joints.\n")
    book.ingest(force=True)
    assert "It has seven joints." in stored()["llms-full.txt"]
    assert "Oil it." not in stored()["llms-full.txt"]
    assert all("file" not in each for each in book.ask("seven joints"))


def test_the_version_to_come_is_stored_when_asked_for_and_does_not_answer_for_the_released_one(
    book: Book, tmp_path: Path
) -> None:
    site = tmp_path / "lamp" / "build"
    for place, version, hours in (("", "2.0", "seven"), ("next/", "current", "ninety")):
        head = f'<meta name="docsearch:version" content="{version}">'
        for name in ("index", "use"):
            text = f"The lamp of page {name} burns for {hours} hours."
            (site / place).mkdir(parents=True, exist_ok=True)
            page = f"<html lang=en><head>{head}</head><main><h1>{name}</h1><p>{text}</p></main></html>"
            (site / place / f"{name}.html").write_text(page)
    order = Order([str(site)], all_versions=True)
    assert ingest(order, book.server.url, book.options).added == 4
    settings = RetrievalSettings(
        url=book.server.url, api_key=None, collection=book.options.collection, dense_model=MINILM, threshold=0.3
    )
    asked = queries.body(settings, "How many hours does the lamp burn?", 8)
    answered = httpx.post(f"{book.server.url}{queries.path(settings)}", content=asked, verify=NO_TLS)
    found = answered.json()["result"][0]["points"]
    assert {each["payload"]["version"] for each in found} == {"2.0"}
    assert {each["version"] for each in book.passages().values()} == {"2.0", "current"}


def test_a_reader_on_a_page_of_the_version_to_come_is_answered_from_it(book: Book, tmp_path: Path) -> None:
    site = tmp_path / "lamp" / "build"
    for place, version, hours in (("", "2.0", "seven"), ("next/", "current", "ninety")):
        head = f'<meta name="docsearch:version" content="{version}">'
        (site / place).mkdir(parents=True, exist_ok=True)
        text = f"The lamp burns for {hours} hours."
        page = f"<html lang=en><head>{head}</head><main><h1>Use</h1><p>{text}</p></main></html>"
        (site / place / "use.html").write_text(page)
    ingest(Order([str(site)], all_versions=True), book.server.url, book.options)
    settings = RetrievalSettings(
        url=book.server.url, api_key=None, collection=book.options.collection, dense_model=MINILM, threshold=0.3
    )
    client = HttpClient(settings.url)
    searched = Searched(client, settings)

    def versions(edition: Edition) -> set[str]:
        return {
            each.version for each in searched.search("How many hours does the lamp burn?", edition=edition).passages
        }

    try:
        [coming] = [each["url"] for each in book.passages().values() if each["version"] == "current"]
        assert versions(Edition(page=coming)) == {"current"}
        assert versions(Edition(page=coming.replace("next/", ""))) == {"2.0"}
        assert versions(Edition("current")) == {"current"}
        assert versions(Edition("2.0", page=coming)) == {"2.0"}
        assert versions(Edition(language="en-GB")) == {"2.0"}
        assert versions(Edition(language="de")) == set()
    finally:
        client.close()
