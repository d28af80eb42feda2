from __future__ import annotations

from itertools import pairwise

import pytest

from infra.ingestion.markdown.front_matter import BrokenPage, FrontMatter, split


def test_a_page_without_front_matter_is_all_text() -> None:
    assert split("# Title\n\n---\n\nText") == (FrontMatter(), "# Title\n\n---\n\nText")


def test_what_a_page_says_about_itself_is_read() -> None:
    text = '---\ntitle: "Set  up"\nslug: /start\nid: setup\nlang: de\nsidebar_position: 2\n---\nText\n'
    assert split(text) == (FrontMatter(title="Set up", slug="/start", identifier="setup", language="de"), "Text\n")


@pytest.mark.parametrize(
    "value",
    ["draft: true", "unlisted: yes", "noindex: true", "search: false", "search:\n  exclude: true", "pagefind: false"],
)
def test_drafts_and_unlisted_pages_are_hidden(value: str) -> None:
    assert split(f"---\n{value}\n---\nText")[0].hidden


@pytest.mark.parametrize(
    ("text", "title"),
    [("---\n---\nText", ""), ("---\ntitle: 2024\n---\nText", "2024"), ("---\ntitle:\n---\nText", "")],
)
def test_empty_and_odd_values_are_taken_as_text(text: str, title: str) -> None:
    assert split(text) == (FrontMatter(title=title), "Text")


def test_a_rule_at_the_head_of_a_page_is_no_front_matter() -> None:
    text = "---\n\nJust text after a rule that nothing closes"
    assert split(text) == (FrontMatter(), text)


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        ("title: [1", "line 3"),
        ("title: a\n  b: c: d", "line 3"),
        ("- a\n- b", "no list of names and values"),
        ("just words", "no list of names and values"),
    ],
)
def test_broken_front_matter_is_named_with_its_place(yaml: str, reason: str) -> None:
    with pytest.raises(BrokenPage, match=reason):
        split(f"---\n{yaml}\n---\nText")


@pytest.mark.parametrize("value", ['draft: "false"', "search: true", "date: 2024-02-30", "search:\n  boost: 2"])
def test_what_hides_nothing_hides_nothing(value: str) -> None:
    assert not split(f"---\n{value}\n---\nText")[0].hidden


def test_a_title_that_is_a_truth_value_is_a_title() -> None:
    assert split("---\ntitle: No\n---\n")[0].title == "No"


def test_a_value_of_many_parts_is_no_text_however_long_it_would_be_written_out() -> None:
    levels = [f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]" for below, name in pairwise("abcdefghijkl")]
    told = "\n".join(["a: &a [x]", *levels, "title: *l", "slug: *l", "id: {a: b}"])
    assert split(f"---\n{told}\n---\nText") == (FrontMatter(), "Text")


def test_toml_and_json_are_read_as_well() -> None:
    assert split('+++\ntitle = "T"\ndraft = true\n+++\nText') == (FrontMatter(title="T", hidden=True), "Text")
    assert split('{\n"title": "T", "draft": true}\nText') == (FrontMatter(title="T", hidden=True), "\nText")
    for broken in ("+++\ntitle = \n+++\nText", '{"title": \nText'):
        with pytest.raises(BrokenPage):
            split(broken)
