from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shared.retrieval.markup import inline, shortened


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("See [the guide](https://evil.test/x) now", "See the guide now"),
        ("A ![chart](https://evil.test/?q=secret) here", "A chart here"),
        ("[![badge](a.svg)](https://evil.test)", "badge"),
        ("[wiki](https://a.test/Arm_(robot)) says", "wiki says"),
        ("See [the guide][1].", "See the guide."),
        ("At <https://a.test/x> or https://b.test/y.", "At `https://a.test/x` or `https://b.test/y`."),
        ("Text<br/>with <b>HTML</b> <img src=x onerror=alert(1)>", "Textwith HTML"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("Set <HF_USER> and <Tabs value='x'>", "Set `<HF_USER>` and `<Tabs value='x'>`"),
        ("an unclosed <script src=x", "an unclosed < script src=x"),
        ("before <!-- hidden --> after <!-- to the end", "before after"),
        ("**Bold** and __strong__ but some_name__here", "Bold and strong but some_name__here"),
        ("Keep `[x](y) <b> **z**` as it is", "Keep `[x](y) <b> **z**` as it is"),
        ("Keep ``a ` b`` whole", "Keep ``a ` b`` whole"),
        ("a stray ` goes", "a stray goes"),
        ("A footnote[^1] and a claim.[3] But x[0]", "A footnote and a claim.(3) But x(0)"),
        ("zero\u200bwidth \u202eturned\u202c \x00", "zerowidth turned"),
        ("  many\n  lines\t here ", "many lines here"),
    ],
)
def test_markdown_becomes_safe_to_quote(markdown: str, expected: str) -> None:
    assert inline(markdown) == expected


@given(st.text(alphabet="ab<>[]()!`*_/:? .\n", max_size=60))
@example("``a``<b>")
@example("[a]<!-- -->(b)")
def test_no_markdown_yields_a_link_an_image_or_html(markdown: str) -> None:
    blocks = MarkdownIt("commonmark").parse(inline(markdown))
    kinds = {token.type for block in blocks for token in [block, *(block.children or [])]}

    assert not kinds & {"link_open", "image", "html_inline", "html_block"}


def test_a_long_text_is_cut_at_a_word() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two, three", 13) == "one two…"
