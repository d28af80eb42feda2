"""An export as Markdown: whatever was said or imported, a reader of the file meets no foreign link, image or HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from functions.archive.markdown import as_markdown
from functions.archive.wire import ArchivedConversation, ArchivedMessage, ArchivedSource, ArchivedUser, Export

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


def exported(
    content: str, *, title: str = "Nodes", name: str = "Ada", sources: Sequence[ArchivedSource] = (), role: str = "user"
) -> str:
    message = ArchivedMessage.model_validate(
        {"id": uuid4(), "role": role, "content": content, "created_at": NOW, "sources": list(sources)}
    )
    conversation = ArchivedConversation(id=uuid4(), title=title, created_at=NOW, updated_at=NOW, messages=[message])
    user = ArchivedUser(id="1", name=name, email="a@example.com", email_verified=True, image=None, created_at=NOW)
    return as_markdown(
        Export(exported_at=NOW, user=user, profile=None, sessions=[], conversations=[conversation], next_cursor=None)
    )


class Tags(HTMLParser):
    """Names of all tags of a page, and what was written between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(f"{tag}[{name}]" for name, _ in attrs)}

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(document: str) -> Tags:
    return Tags(MARKDOWN.render(document))


HOSTILE = [
    "[evil](javascript:alert(1))",
    "![pixel](https://evil.example/p.png)",
    "<img src=x onerror=alert(1)>",
    "<https://evil.example>",
    "[evil]\n\n[evil]: javascript:alert(1)",
    "[1](javascript:alert(1)) [2][evil] [3]\n\n[3]: javascript:alert(1)",
    "`\n# x <img src=x> `",
    "` a\nb ` <img src=x> ` c",
    "| a ` b | <img src=x> ` |\n|---|---|\n| ` | <img src=x> ` |",
    "\\` <img src=x> `",
    "\\\\[evil](javascript:x)",
    "```\ncode\n```\n<img src=x>",
    "- a\n  ```\n<img src=x>\n",
    "text\n    ```\n    <img src=x>\n",
    "```js `x` <img src=x>\n<img src=x>",
    "~~~\n```\n~~~\n<img src=x>",
    "````\n```\n<b>\n````\n<img src=x>",
    "1. a\n\n   ```\n   <b>\n   ```\n   <img src=x>",
    "> ```\n<img src=x>",
    "<script>\nalert(1)\n</script>",
    "<!-- \n\n<img src=x> -->",
]


@pytest.mark.parametrize("content", HOSTILE)
def test_nothing_that_was_said_becomes_a_link_an_image_or_html(content: str) -> None:
    assert not shown(exported(content)).names & {"a", "img", "script", "b"}


@given(st.text(st.sampled_from("`~<>[]()!|\\ \n-a1.#:*_b/"), max_size=60))
def test_nor_does_any_other_text(content: str) -> None:
    document = exported(content.replace("b", "<img src=x>") or "x")
    assert not shown(document).names & {"a", "img"}


def test_a_block_of_code_stays_as_it_was_and_is_closed_before_the_next_message() -> None:
    document = exported("Run:\n\n```sh\nros2 run <package> [args]")
    assert "```sh\nros2 run <package> [args]\n```\n" in document


def test_code_in_a_line_and_citations_read_as_before() -> None:
    tags = shown(exported("Use `List<int>` for x < y [1].", role="assistant"))
    assert "Use List<int> for x < y [1]." in tags.text


def test_titles_and_names_are_one_line_of_plain_text() -> None:
    sources = [ArchivedSource(n=1, title="A\n# *b* [c](javascript:x)", url="https://book.example/a", snippet="")]
    tags = shown(exported("x", title="*T* <i>", name="<b>\n# Ada", sources=sources))
    assert not tags.names & {"i", "em", "b"}
    assert "Conversations of <b> # Ada" in tags.text
    assert "A # *b* [c](javascript:x): " in tags.text


def test_a_source_without_an_address_is_named_all_the_same() -> None:
    assert "\n1. Selected text\n" in exported(
        "x", sources=[ArchivedSource(n=1, title="Selected text", url="", snippet="")]
    )
