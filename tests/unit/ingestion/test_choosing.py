"""What somebody names is read by what it holds, and what they may have meant instead is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.choosing import Kind, Order, choose_reader
from infra.ingestion.form import Excluded, Page
from infra.ingestion.html.reader import SiteReader
from infra.ingestion.live.reader import LiveReader
from infra.ingestion.llms import Library
from infra.ingestion.markdown.reader import MarkdownReader
from infra.ingestion.preview import preview
from infra.ingestion.progress import Silent
from infra.ingestion.reading import Reading, read_pages
from infra.ingestion.sources import NothingToIngest
from infra.ingestion.store.points import Points

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (
    "<html lang=en><main><h1 id=t>{0}</h1><p>Words about {0}.</p><h2 id=s>Part</h2><p>More about {0}.</p></main></html>"
)


@dataclass(slots=True)
class Warned(Silent):
    messages: list[str] = field(default_factory=list[str])

    def warn(self, message: str) -> None:
        self.messages.append(message)


def holding(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = PAGE.format(name) if name.endswith(".html") else f"# {name}\n\nWords."
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("names", "reader"),
    [
        (("index.html",), SiteReader),
        (("a/b.html",), SiteReader),
        (("index.html", "README.md"), SiteReader),
        (("a.md",), MarkdownReader),
        (("a.mdx", "examples/b.html"), MarkdownReader),
    ],
)
def test_a_folder_is_read_by_what_it_holds(tmp_path: Path, names: tuple[str, ...], reader: type) -> None:
    assert isinstance(choose_reader(Order([str(holding(tmp_path, *names))]), Silent()).reader, reader)


def test_an_address_is_fetched() -> None:
    choice = choose_reader(Order(["https://book.example/docs/"]), Silent())
    assert isinstance(choice.reader, LiveReader)
    assert (choice.site.name, choice.is_live) == ("book.example", True)


@pytest.mark.parametrize(("kind", "reader"), [("html", SiteReader), ("markdown", MarkdownReader)])
def test_who_says_what_it_is_is_believed(tmp_path: Path, kind: Kind, reader: type) -> None:
    folder = str(holding(tmp_path, "a.md", "b.html"))
    assert isinstance(choose_reader(Order([folder], kind), Silent()).reader, reader)


def test_a_site_is_named_for_the_folder_above_what_a_generator_calls_its_output(tmp_path: Path) -> None:
    folder = holding(tmp_path / "lamp-manual" / "docs" / "_build" / "html", "index.html")
    assert choose_reader(Order([str(folder)]), Silent()).site.name == "lamp-manual"


@pytest.mark.parametrize("built", ["docs/build/index.html", "build/index.html", "docs/.vitepress/dist/index.html"])
def test_sources_with_a_built_site_beside_them_are_pointed_out(tmp_path: Path, built: str) -> None:
    holding(tmp_path, "docs/a.md", built)
    show = Warned()
    choose_reader(Order([str(tmp_path / "docs")]), show)
    (message,) = show.messages
    assert message.endswith(f"make ingest DOCS={(tmp_path / built).parent}")


def test_a_folder_with_a_space_in_its_name_is_named_as_a_shell_takes_it(tmp_path: Path) -> None:
    holding(tmp_path / "my book", "docs/a.md", "docs/build/index.html")
    show = Warned()
    choose_reader(Order([str(tmp_path / "my book" / "docs")]), show)
    assert show.messages[0].endswith(f"make ingest DOCS='{tmp_path / 'my book' / 'docs' / 'build'}'")


def test_sources_of_a_generator_whose_addresses_only_it_knows_are_pointed_out(tmp_path: Path) -> None:
    holding(tmp_path, "docs/a.md", "mkdocs.yml")
    show = Warned()
    choose_reader(Order([str(tmp_path / "docs")]), show)
    assert "sources for MkDocs" in show.messages[0]


def test_plain_markdown_is_read_without_a_word(tmp_path: Path) -> None:
    show = Warned()
    choose_reader(Order([str(holding(tmp_path / "docs", "a.md"))]), show)
    assert show.messages == []


@pytest.mark.parametrize(
    ("documents", "kind"), [(["a", "b"], "html"), (["https://a.example", "https://b.example"], "auto")]
)
def test_a_built_or_published_site_is_one(tmp_path: Path, documents: list[str], kind: Kind) -> None:
    named = [each if "://" in each else str(holding(tmp_path / each, "index.html")) for each in documents]
    with pytest.raises(NothingToIngest, match="site is one"):
        choose_reader(Order(named, kind), Silent())


def test_a_preview_shows_pages_what_is_left_out_and_three_passages(tmp_path: Path) -> None:
    holding(tmp_path, *(f"{each}.html" for each in "abcde"), "404.html")
    made = preview(Order([str(tmp_path)], site="lamp", site_url="https://lamp.example"), Silent())
    assert [page.address for page, _ in made.pages] == [f"https://lamp.example/{each}.html" for each in "abcde"]
    assert [each.path for each in made.left_out] == ["404"]
    assert [each.url for each in made.examples] == [f"https://lamp.example/{each}.html" for each in "ace"]
    text = "\n".join(made.lines())
    assert "https://lamp.example/a.html  a.html (en, 2 passages)" in text
    assert "404.html: made by the generator, not written for readers" in text
    assert text.endswith("site lamp: 5 pages, 10 passages, 1 files left out; nothing was stored")


@pytest.mark.parametrize("name", ["index.html", "a.md"])
def test_pages_of_which_nobody_says_where_they_are_published_are_for_this_machine_alone(
    tmp_path: Path, name: str
) -> None:
    ours, theirs = Order([str(holding(tmp_path, name))], site="lamp"), Order([str(tmp_path)], published=True)

    assert read(ours).placeless == 1
    assert "a stage does not take them so" in "\n".join(preview(ours, Silent()).lines())
    with pytest.raises(NothingToIngest, match=r"nothing says where .* is published.*SITE_URL=https"):
        read(theirs)


@pytest.mark.parametrize("place", ["https://lamp.example/", "/docs/lamp"])
def test_pages_are_where_somebody_says(tmp_path: Path, place: str) -> None:
    order = Order([str(holding(tmp_path, "index.html"))], site="lamp", site_url=place, published=True)

    assert read(order).placeless == 0
    assert "a stage" not in "\n".join(preview(order, Silent()).lines())


def read(order: Order) -> Reading:
    choice = choose_reader(order, Silent())
    with Reading({}, Points("all-minilm-l6-v2", "now").compared, Library(choice.site.name)) as reading:
        read_pages(choice, reading, Silent())
        return reading


def test_drafts_are_left_out_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ndraft: true\n---\nSecret.")
    (tmp_path / "b.md").write_text("Text.")
    found = list(choose_reader(Order([str(tmp_path)]), Silent()).reader.read([tmp_path]))
    assert [type(each) for each in found] == [Excluded, Page]
