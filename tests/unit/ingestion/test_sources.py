from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.ingestion.sources import NothingToIngest, find_sources, site_name

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("# Title\n\nText")


def test_paths_are_relative_to_the_folder_and_in_a_fixed_order(tmp_path: Path) -> None:
    write(tmp_path, "z.md", "b/two.mdx", "a.markdown", "b/one.MD", "c/image.png", "my page.md")
    assert [each.path for each in find_sources([tmp_path])] == ["a", "my page", "z", "b/one", "b/two"]


def test_partials_hidden_folders_and_dependencies_are_no_pages(tmp_path: Path) -> None:
    write(tmp_path, "page.md", "_partial.md", "_parts/x.md", ".git/x.md", ".hidden.md", "node_modules/x/README.md")
    assert [each.path for each in find_sources([tmp_path])] == ["page"]


def test_what_hugo_and_zola_call_index_is_the_page_of_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "_index.md", "guides/_index.md", "guides/oil.md", "both/_index.md", "both/index.md")
    assert [each.path for each in find_sources([tmp_path])] == ["index", "both/index", "guides/index", "guides/oil"]


def test_several_folders_and_files_are_relative_to_what_they_have_in_common(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "specs/one/spec.md", "src/x.md")
    assert [each.path for each in find_sources([tmp_path / "README.md", tmp_path / "specs"])] == [
        "README",
        "specs/one/spec",
    ]


def test_a_single_file_is_relative_to_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "guide/README.md")
    assert [each.path for each in find_sources([tmp_path / "guide/README.md"])] == ["README"]


def test_a_missing_folder_and_one_without_markdown_are_named(tmp_path: Path) -> None:
    with pytest.raises(NothingToIngest, match="nowhere does not exist"):
        find_sources([tmp_path / "nowhere"])
    with pytest.raises(NothingToIngest, match=r"no Markdown \(.md, .mdx\) in"):
        find_sources([tmp_path])


def test_a_page_of_a_built_site_is_told_from_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "site/faq.html")
    with pytest.raises(NothingToIngest, match=r"faq.html is one page: name the folder"):
        find_sources([tmp_path / "site" / "faq.html"])


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("robot-book", "robot-book"),
        ("robot-book/docs", "robot-book"),
        ("robot-book/website/docs/en", "robot-book"),
        ("My Robot Book", "My-Robot-Book"),
    ],
)
def test_a_site_is_named_for_the_nearest_folder_that_tells_something(tmp_path: Path, folder: str, name: str) -> None:
    write(tmp_path, f"{folder}/page.md")
    assert site_name(None, [tmp_path / folder]) == name


def test_a_chosen_name_is_made_fit_for_addresses(tmp_path: Path) -> None:
    assert site_name("a book/2", [tmp_path]) == "a-book-2"
