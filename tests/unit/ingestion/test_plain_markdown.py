"""Admonitions, MDX and HTML become ordinary Markdown; code stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.ingestion.form import Heading
from infra.ingestion.markdown.admonitions import plain_admonitions
from infra.ingestion.markdown.mdx import plain_markdown
from infra.ingestion.markdown.reader import page_of
from infra.ingestion.markdown.routes import Site
from infra.ingestion.sources import Source
from shared.retrieval.markdown import markdown


def plain(text: str, *, is_mdx: bool = False) -> str:
    """Blank lines are of no interest here."""
    result = plain_markdown(plain_admonitions(text), is_mdx=is_mdx).text
    return re.sub(r"\n(?:[ \t]*\n)+", "\n\n", result).strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":::tip\nSave often.\n:::", "Tip: Save often."),
        (":::caution\n\nSlippery.\n\n:::", "Caution: Slippery."),
        (":::warning Hot\n\nDo not touch.\n\n:::", "Warning: Hot\n\nDo not touch."),
        (":::note[Read **this**]\nIt matters.\n:::", "Note: Read this\n\nIt matters."),
        ("::::info\nOuter\n:::tip\nInner\n:::\n::::", "Info: Outer\n\nTip: Inner"),
        ("> [!WARNING]\n> High voltage.", "Warning: High voltage."),
        ("/// note | Heads up\nText\n///", "Note: Heads up\n\nText"),
        (
            '!!! danger "Sharp"\n    Mind the edge.\n\n    Really.\nAfter.',
            "Danger: Sharp\n\nMind the edge.\n\nReally.\n\nAfter.",
        ),
        ("??? tip\n    Hidden text.", "Tip: Hidden text."),
        ("!!! note\n    Outer\n\n    !!! tip\n        Inner\n\nAfter", "Note: Outer\n\nTip: Inner\n\nAfter"),
        ('=== "Linux"\n    apt\n=== "Mac"\n    brew', "Linux:\n\napt\n\nMac:\n\nbrew"),
        ("Title\n=====\n\nText", "Text"),
        ('<TabItem value="l" label="Linux">\n\nUse apt.\n\n</TabItem>', "Linux:\n\nUse apt."),
        ('<hfoption id="Mac">\n\nUse brew.\n\n</hfoption>', "Mac:\n\nUse brew."),
        ("<Tip warning={true}>\n\nHot!\n\n</Tip>", "Warning: Hot!"),
        ('<Admonition type="info" title="News">\nIt moved.\n</Admonition>', "Info: News\n\nIt moved."),
        ("<Tip>\n\nNobody closed this.", "Tip:\n\nNobody closed this."),
        ("Nobody opened this.\n\n</Tip>\n\n:::\n", "Nobody opened this."),
    ],
)
def test_admonitions_become_text_that_says_what_they_are(text: str, expected: str) -> None:
    content = page_of(text, Source(Path("a.md"), "a"), Site("book")).content
    assert markdown(each for each in content if not isinstance(each, Heading)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Before <!-- a\n\nlong comment --> after", "Before  after"),
        ("Before {/* MDX */} after", "Before  after"),
        ("import Tabs from '@theme/Tabs';\nimport {\n  A,\n  B,\n} from \"./x\";\n\nText", "Text"),
        ("export const rate = (x) => {\n\n  return x;\n};\n\nText", "Text"),
        ("Press <kbd>Enter</kbd> now<br/>or later.", "Press Enter now or later."),
        ('<img src="a.png"\n  alt="The arm" width="60%" />', "The arm"),
        ("<ul>\n  <li>One</li>\n  <li>Two</li>\n</ul>", "- One\n\n- Two"),
        ('<h2 id="own" align="center">Title</h2>', "## {#own} Title"),
        ("<script>\nlet a = 1 < 2;\n</script>\n\nText", "Text"),
        ("<Chart data={{ a: [1, 2], b: '>' }} />\n\nText", "Text"),
        ("a <b and c < d, or <https://example.org>", "a <b and c < d, or <https://example.org>"),
        ("{* ../../docs_src/first.py ln[1:3] *}\n\nText", "Text"),
        ("{{#include ../listing.rs}}\n\nText", "Text"),
        ("[[open-in-colab]]\n\n[[autodoc]] robot.Arm", "robot.Arm"),
        ("Two{' '}words", "Two{' '}words"),
        # what Hugo puts something in place of; but not what a template language of the text itself writes
        ('{{< since version="0.5.7" >}} Oil `it`.', "Oil `it`."),
        ("Oil it {{% note %}} daily.", "Oil it daily."),
        ("Write {{ name }} here.", "Write {{ name }} here."),
    ],
)
def test_tags_comments_and_scripts_go_and_their_text_stays(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    "code",
    [
        "```jsx\nimport A from 'a';\n\n<Tabs>\n  {/* kept */}\n</Tabs>\n:::tip\n```",
        "~~~\n<!-- kept -->\n!!! note\n    x\n~~~",
        "````md\n```\n<b>\n```\n````",
        "- item\n\n  ```html\n  <div>kept</div>\n  ```",
        "> ```html\n> <div>kept</div>\n> ```",
        "Inline `<Tabs>` and ``a ` <b>`` stay.",
    ],
)
@pytest.mark.parametrize("is_mdx", [False, True], ids=["md", "mdx"])
def test_code_keeps_every_character(code: str, is_mdx: bool) -> None:  # noqa: FBT001 (pytest gives it by name)
    assert plain(code, is_mdx=is_mdx) == code


def test_a_fence_that_nobody_closed_does_not_swallow_the_page() -> None:
    assert plain("```\n\nText\n\n## Heading") == "Text\n\n## Heading"


def test_four_spaces_make_code_except_where_components_are() -> None:
    assert plain_markdown("Text\n\n    code", is_mdx=False).indented_code
    assert not plain_markdown("<Steps>\n\n    Text\n\n</Steps>", is_mdx=False).indented_code
    assert not plain_markdown("Text", is_mdx=True).indented_code


def test_prose_that_begins_like_a_script_stays() -> None:
    text = "import your data first.\n\nexport it afterwards."
    assert plain(text, is_mdx=True) == text


def test_an_expression_that_is_only_a_space_is_one_in_mdx() -> None:
    assert plain("Two{' '}words", is_mdx=True) == "Two words"
