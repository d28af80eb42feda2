"""What readers unfold is a section: of a page of questions each is found, named and shown by itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from infra.ingestion.form import Page
from infra.ingestion.html.document import read_document
from infra.ingestion.llms import Library
from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.passages.pages import passages
from infra.ingestion.sources import Source

QUESTIONS = """# Lamps

## Faults

Look at the switch first.

<details>
<summary><strong>The lamp flickers</strong></summary>

Turn the bulb tight.

### On the ceiling

Use a ladder.

</details>

<details open>

<summary>Why is it <code>hot</code>?</summary>
It was on.
</details>

Call us if nothing helps.

## Prices

Ask for them.
"""


def of_markdown(text: str) -> Page:
    return page_of(text, Source(Path("lamps.md"), "lamps"), Site("book", "https://b.test"))


def told(page: Page) -> list[tuple[tuple[str, ...], str, str]]:
    return [(each.heading_path[1:], each.anchor, each.text) for each in passages(page, "book")]


def test_each_is_a_section_below_the_heading_that_it_stands_under_and_that_one_goes_on_behind_it() -> None:
    assert told(of_markdown(QUESTIONS)) == [
        (("Faults",), "faults", "Look at the switch first.\n\nCall us if nothing helps."),
        (("Faults", "The lamp flickers"), "faults", "Turn the bulb tight."),
        (("Faults", "The lamp flickers", "On the ceiling"), "on-the-ceiling", "Use a ladder."),
        (("Faults", "Why is it hot?"), "faults", "It was on."),
        (("Prices",), "prices", "Ask for them."),
    ]


def test_one_within_another_is_below_it_and_the_outer_one_goes_on() -> None:
    inner = "<details><summary>Old lamps</summary>\n\nOil them.\n\n</details>"
    page = of_markdown(
        f"<details><summary>All lamps</summary>\n\nDust them.\n\n{inner}\n\nOften.\n\n</details>\n\nEnd."
    )

    assert [(path, text) for path, _, text in told(page)] == [
        ((), "End."),
        (("All lamps",), "Dust them.\n\nOften."),
        (("All lamps", "Old lamps"), "Oil them."),
    ]


@pytest.mark.parametrize("line", ["Click to expand", "Show the full output", "Example", "Details", "See more"])
def test_a_line_that_only_says_how_to_see_it_heads_nothing(line: str) -> None:
    page = of_markdown(f"## Faults\n\n<details><summary>{line}</summary>\n\nTurn the bulb.\n\n</details>\n\nOr call.")

    assert told(page) == [(("Faults",), "faults", f"{line}\n\nTurn the bulb.\n\nOr call.")]


def test_in_a_choice_it_is_part_of_that() -> None:
    folded = "<details><summary>The lamp flickers</summary>\n\nTurn the bulb tight.\n\n</details>"

    [(path, _, text)] = told(of_markdown(f'<Tab title="Oil">\n\n{folded}\n\n</Tab>\n\nEnd.'))
    assert path == ()
    assert text.endswith("The lamp flickers\n\nTurn the bulb tight.\n\nEnd.")


@pytest.mark.parametrize(
    "text", ["<details>\n\nTurn it.\n\n</details>\n\nEnd.", "<details><summary>No end\n\nTurn it."]
)
def test_what_is_written_by_halves_is_read_as_text(text: str) -> None:
    [(path, _, read)] = told(of_markdown(text))

    assert path == ()
    assert "Turn it." in read


def test_built_html_is_read_alike_and_links_to_the_anchor_that_one_has() -> None:
    html = (
        "<h2 id=faults>Faults</h2><p>Look.</p><details id=flicker><summary>The lamp flickers</summary><p>Turn it.</p>"
        "</details><details><summary>Why is it hot?</summary>It was on.</details><p>Call us.</p>"
    )
    content = read_document(f"<html lang=en><body><main>{html}</main></body></html>").content

    assert told(Page("lamps", "https://b.test/lamps", "Lamps", content=content)) == [
        (("Faults",), "faults", "Look.\n\nCall us."),
        (("Faults", "The lamp flickers"), "flicker", "Turn it."),
        (("Faults", "Why is it hot?"), "faults", "It was on."),
    ]


def test_pages_for_agents_have_its_line_as_a_heading_and_no_empty_one() -> None:
    with closing(Library("lamps")) as library:
        library.add(of_markdown(QUESTIONS))
        text = dict(library.files())["llms-full.txt"]

    assert "###### The lamp flickers\nTurn the bulb tight." in text.replace("\n\n", "\n")
    assert "###### \n" not in text
