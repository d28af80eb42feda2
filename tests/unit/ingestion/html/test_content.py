"""What a reader sees on a page, block by block, whatever its generator is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from infra.ingestion.form import Heading
from infra.ingestion.html.document import read_document
from shared.retrieval.blocks import Admonition, Code, Definition, Item, List, Paragraph, Table
from shared.retrieval.markdown import markdown

TAGS = ("div", "p", "ul", "li", "ol", "table", "tr", "td", "pre", "code", "h2", "section", "dl", "dt", "dd", "b", "a")


def read(html: str, language: str = "en") -> list[object]:
    return list(read_document(f"<html lang={language}><body><main>{html}</main></body></html>").content)


def prose(html: str) -> str:
    return markdown(each for each in read(html) if not isinstance(each, Heading))  # type: ignore[misc]


def anchors(html: str) -> list[tuple[str, str]]:
    return [(each.text, each.anchor or "") for each in read(html) if isinstance(each, Heading)]


def test_runs_of_words_are_paragraphs_and_markup_in_them_goes() -> None:
    assert read("One <b>bold</b><br>line<p>two <a href=x>links</a></p>three") == [
        Paragraph("One bold line"),
        Paragraph("two links"),
        Paragraph("three"),
    ]


def test_code_in_a_line_keeps_its_marks_and_images_are_their_descriptions() -> None:
    assert (
        prose("Run <code>a | b</code>, not <code>`x`</code>: <img alt='a lamp'>")
        == "Run `a | b`, not `` `x` ``: a lamp"
    )


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav>Menu</nav>",
        "<script>let x</script>",
        "<button>Copy</button>",
        "<p hidden>Hidden</p>",
        "<div style='display: none'>Hidden</div>",
        "<span aria-hidden=true>icon</span>",
        "<footer>Imprint</footer>",
        "<div data-pagefind-ignore>Ignored</div>",
        "<div class=breadcrumbs>Home</div>",
        "<span class=visually-hidden>Skip</span>",
        "<template>later</template>",
    ],
)
def test_furniture_is_no_text(furniture: str) -> None:
    assert read(f"<p>Text</p>{furniture}") == [Paragraph("Text")]


def test_without_main_content_the_frame_of_the_page_is_no_text() -> None:
    frame = "<header>Lamp makers</header><aside>News</aside><div>{}</div><footer>Imprint</footer>"
    html = f"<html><body>{frame.format('<header><h1>T</h1></header><p>Text')}</body></html>"
    assert read_document(html).content == [Heading(1, "T", ""), Paragraph("Text")]


@pytest.mark.parametrize(
    "sides",
    [
        "<div class=col-sidebar><h3>Settings</h3><p>Theme</p></div>",
        "<div class='sidebar left'><ul><li>Home</ul></div>",
        "<address class=footer>Made by a generator</address>",
        "<div id=left-sidebar><p>Menu</p></div>",
        "<ul class=site-breadcrumb><li>Home<li>Lamps</ul>",
    ],
)
def test_what_a_theme_calls_a_side_or_the_foot_of_a_page_is_no_text(sides: str) -> None:
    html = f"<html><body><div class=container><div><h1>T</h1><p>Text</div>{sides}</div></body></html>"
    assert read_document(html).content == [Heading(1, "T", ""), Paragraph("Text")]


@pytest.mark.parametrize(
    "text",
    [
        "<aside class=sidebar><p class=sidebar-title>Beside</p><p>Text</p></aside>",
        "<div class=with-sidebar><p>Beside</p><p>Text</p></div>",
        "<div class=layout-sidebar><article><p>Beside</p><p>Text</p></article></div>",
    ],
)
def test_but_a_text_of_its_authors_beside_the_others_and_what_has_a_side_are(text: str) -> None:
    assert Paragraph("Text") in read_document(f"<html><body><div><h1>T</h1>{text}</div></body></html>").content


def test_a_page_of_several_articles_is_what_holds_them_and_its_title() -> None:
    several = "<h1>Lamp</h1><section><header><h2>lamp()</h2><p>Burns oil.</header>{}</section>"
    for articles in ("<article><p>One</article>", "<article><p>One</article><article><p>Two</article>"):
        html = f"<body><div id=page><div id=main>{several.format(articles)}</div><nav>Menu</nav></div>"
        first = read_document(html).content[:4]
        assert first == [
            Heading(1, "Lamp", "main"),
            Heading(2, "lamp()", ""),
            Paragraph("Burns oil."),
            Paragraph("One"),
        ]


def test_the_title_of_a_site_around_an_article_is_no_part_of_it() -> None:
    html = (
        "<body><div><header><h1>Our lamps</h1></header><ul><li>Menu</ul><article><h2>Wick</h2><p>Text</article></div>"
    )
    assert read_document(html).content == [Heading(2, "Wick", ""), Paragraph("Text")]


def test_notes_at_the_foot_of_a_page_are_text_though_its_content_ends_above_them() -> None:
    html = "<body><div id=content><h1>T</h1><p>Text</div><div id=footnotes><p>1. With olive oil only.</div>"
    assert read_document(html).content[1:] == [Paragraph("Text"), Paragraph("1. With olive oil only.")]


def test_what_a_reader_can_open_is_text() -> None:
    assert prose("<details><summary>More</summary><div style='display:none'>So.</div></details>") == "More\n\nSo."
    assert prose("<blockquote>Light.<footer>A poet</footer></blockquote>") == "> Light.\n>\n> A poet"


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("<h2 id=own>T</h2>", "own"),
        ("<h2><span id=inner></span>T</h2>", "inner"),
        ("<section id=around><h2>T</h2></section>", "around"),
        (
            "<section id=around><span id=older></span><h2>T<a class=headerlink href=#around>¶</a></h2></section>",
            "around",
        ),
        ("<a name=before></a><h2>T</h2>", "before"),
        ("<p><a id=before></a></p><h2>T</h2>", "before"),
        ("<div id=far><a href=#far></a></div><p>x</p><h2><a href=#far>T</a></h2>", "far"),
        ("<div id=other><p>x</p><h2>T</h2></div>", ""),
        ("<h2>T <a href=#nowhere>¶</a></h2>", ""),
    ],
)
def test_a_heading_has_an_anchor_only_where_the_page_has_one_for_it(heading: str, anchor: str) -> None:
    assert anchors(heading)[-1] == ("T", anchor)


def test_permanent_links_are_no_part_of_a_heading_unless_they_are_all_of_it() -> None:
    assert anchors("<h2 id=a>Name<a class=header-anchor href=#a>Permalink</a></h2>") == [("Name", "a")]
    assert anchors("<h2 id=a><a class=anchor href=#a><span>Name</span></a></h2>") == [("Name", "a")]
    assert anchors("<h2 id=a><a class=header href=#a>Name</a></h2>") == [("Name", "a")]


@pytest.mark.parametrize(
    "badge",
    [
        "<span class='VPBadge warning'>Beta</span>",
        "<span class='badge badge--secondary'>v1.2+</span>",
        "<span class='badge_a1B2'>Beta</span>",
        "<span class='sd-sphinx-override sd-badge sd-bg-info'>new</span>",
        "<span class='bdg-primary'>new</span>",
        "<span class='sl-badge note small'>New</span>",
        "<span class='label label-default'>since 3.1</span>",
        "<sup><span class='version-pill'>2.0</span></sup>",
        "<a href=/stability><span class=status-badge>Experimental</span></a>",
        "<small class=chip>Pro</small>",
        "<doc-badge>Beta</doc-badge>",
        "<a href=https://ci.test><img alt='build passing' src=https://ci.test/b.svg></a>",
    ],
)
def test_a_badge_beside_a_headings_words_is_no_part_of_it(badge: str) -> None:
    assert anchors(f"<h2 id=a>Route <code>cache</code> {badge}</h2>") == [("Route `cache`", "a")]
    assert anchors(f"<h2 id=a>{badge} Route<a class=headerlink href=#a>#</a></h2>") == [("Route", "a")]


@pytest.mark.parametrize(
    "heading",
    [
        "<span class=badge>Badges</span>",
        "<img alt=Badges src=logo.svg>",
        "<span class=sec-tag-title>Badges</span>",
        "<span class=badges-title>Badges</span>",
        "<code class=tag>Badges</code>",
    ],
)
def test_what_is_all_of_a_heading_is_its_name_whatever_it_looks_like(heading: str) -> None:
    assert [text.strip("`") for text, _ in anchors(f"<h2 id=a>{heading}</h2>")] == ["Badges"]


@pytest.mark.parametrize(
    "code",
    [
        "<pre><code class=language-sh>one\ntwo</code></pre>",
        "<div class='highlight-sh notranslate'><pre><span></span><span class=linenos>1</span>one\ntwo\n</pre></div>",
        "<pre data-language=sh><code><div class=line>one<br></div><div class=line>two<br></div></code></pre>",
        "<div class=lang-sh><table><tr><td class=linenos><pre>1\n2</pre><td><pre>one\ntwo</pre></table></div>",
        "<div class=language-sh><table><tr><td><pre>1\n2</pre><td><pre>one\ntwo</pre></table></div>",
        "<pre class=language-sh><i style='user-select: none'>1 </i>one\n<i style='user-select:none'>2 </i>two",
        "<pre class=lang-sh><table><tr><td class=gutter>1</td><td class=rouge-code><pre>one\ntwo</pre></table></pre>",
        "<div class=language-sh><button>Copy</button><span class=lang>sh</span><pre>one\ntwo</pre></div>",
    ],
)
def test_code_keeps_its_lines_and_its_language(code: str) -> None:
    assert read(code) == [Code("one\ntwo", language="sh")]


def test_the_name_of_a_file_is_the_caption_of_its_code() -> None:
    assert read("<div class=codeBlockTitle_x>lamp.js</div><pre>let a</pre>") == [Code("let a", "lamp.js:")]
    assert read("<figure><figcaption>lamp.js</figcaption><pre>let a</pre></figure>") == [Code("let a", "lamp.js:")]


def test_signs_of_a_diff_that_a_style_sheet_draws_are_written_out() -> None:
    lines = "<div class='ec-line del'>old</div><div class='ec-line ins'>new</div>"
    assert read(f"<pre><code>{lines}</code></pre>") == [Code("- old\n+ new")]


def test_tables_have_a_head_and_rows() -> None:
    html = "<table><caption>Ports</caption><thead><tr><th>Name<th>Port<tbody><tr><td><code>a|b</code><td>1</table>"
    assert read(html) == [Table((("`a|b`", "1"),), ("Name", "Port"), "Ports:")]


def test_a_cell_that_spans_rows_is_said_in_each_of_them_and_columns_stay_in_line() -> None:
    html = "<table><tr><th>A<th>B<th>C<tr><td rowspan=2>r<td colspan=2>wide<tr><td>1<td>2</table>"
    assert read(html) == [Table((("r", "wide", ""), ("r", "1", "2")), ("A", "B", "C"))]


def test_code_in_a_cell_stays_code_line_by_line() -> None:
    html = "<table><tr><th>A<th>B<tr><td>x<td><pre>one\ntwo</pre></table>"
    assert read(html) == [Table((("x", "`one` `two`"),), ("A", "B"))]


def test_a_table_that_only_places_things_is_read_through() -> None:
    html = "<table role=presentation><tr><td><h2 id=a>A</h2><p>Text</table>"
    assert read(html) == [Heading(2, "A", "a"), Paragraph("Text")]


def test_an_icon_beside_a_text_makes_no_table_of_it() -> None:
    row = "<table><tr><td class=icon><i class=fa></i></td><td class=content>Never use <b>petrol</b>.</td></tr></table>"
    assert read(f"<div class='admonitionblock note'>{row}</div>") == [
        Admonition((Paragraph("Never use petrol."),), "Note", "")
    ]


def test_what_a_table_places_beside_each_other_is_one_line() -> None:
    members = "<tr><td><h2 id=f>Functions</h2><tr><td>int<td><a href=#l>light</a> (int lamp)"
    signature = "<tr><td>int light<td>(<td>int <td>lamp,<tr><td><td><td>int <td>seconds<tr><td><td>)"
    assert read(f"<table>{members}</table><table class=memname>{signature}</table>") == [
        Heading(2, "Functions", "f"),
        Paragraph("int light (int lamp)"),
        Paragraph("`int light(int lamp, int seconds)`"),
    ]


def test_a_table_within_a_table_with_a_head_follows_it() -> None:
    inner = "<h6>Properties</h6><table><tr><th>Name<th>Meaning<tr><td>oil<td>litres</table>"
    html = f"<table><tr><th>Name<th>Meaning<tr><td>options<td>what with{inner}<tr><td>lamp<td>which</table>"
    head = ("Name", "Meaning")
    assert read(html) == [
        Table((("options", "what with Properties"), ("lamp", "which")), head),
        Table((("oil", "litres"),), head, "options:"),
    ]


def test_items_hold_what_stands_in_them() -> None:
    html = "<ol start=3><li>Do<pre>it</pre><li><p>Then</p><ul><li>rest</ul></ol>"
    inner = List((Item("rest"),))
    assert read(html) == [List((Item("Do", (Code("it"),)), Item("Then", (inner,))), start=3)]


def test_a_list_with_headings_is_read_as_sections() -> None:
    assert read("<ul><li><h3 id=a>A</h3>Text</ul>") == [Heading(3, "A", "a"), Paragraph("Text")]


def test_several_meanings_of_a_term_stay_with_it() -> None:
    [found] = read("<dl><dt>wick</dt><dd>what burns</dd><dd><p>what draws oil</p></dd></dl>")
    assert found == Definition("wick", (Paragraph("what burns"), Paragraph("what draws oil")))


def test_numbers_of_lines_are_no_code_but_a_text_is_one_whatever_its_class_is_called() -> None:
    numbered = "".join(f'<span class="lineno">{number} </span>line\n' for number in (1, 2))
    assert prose(f"<pre><code>{numbered}</code></pre>") == "```\nline\nline\n```"
    assert (
        prose('<div class="copy"><p>A text of its own</p></div><button class="copy">Copy</button>')
        == "A text of its own"
    )
    assert prose("<p>As <code>wick<br>oil</code></p>") == "As `wick oil`"


def test_terms_are_defined_and_objects_of_a_reference_are_sections() -> None:
    assert read("<dl><div><dt id=t>Wick</dt><dt>Thread</dt><dd>Burns.</dd></div></dl>") == [
        Definition("Wick, Thread", (Paragraph("Burns."),), "t")
    ]
    nested = "<dl><dt class=sig id=k.m>m()</dt><dd>Inner.</dd></dl>"
    assert read(f"<dl><dt class=sig id=k>class k</dt><dd>Outer.{nested}</dd></dl>") == [
        Heading(7, "class k", "k"),
        Paragraph("Outer."),
        Heading(8, "m()", "k.m"),
        Paragraph("Inner."),
    ]


@pytest.mark.parametrize(
    "admonition",
    [
        "<div class='admonition warning'><p class=admonition-title>Hot</p><p>Mind it.</p></div>",
        "<div class='theme-admonition theme-admonition-warning'><div class=admonitionHeading_x>Hot</div>Mind it.</div>",
        "<div class='warning custom-block'><p class=custom-block-title>Hot</p><p>Mind it.</p></div>",
        "<div class='hint warning'><p class=hint-title>Hot</p>Mind it.</div>",
        "<aside aria-label=Hot class='starlight-aside starlight-aside--warning'>Mind it.</aside>",
        "<div class='alert alert-warning'><h4 class=alert-heading>Hot</h4><p>Mind it.</p></div>",
    ],
)
def test_an_admonition_says_what_it_is(admonition: str) -> None:
    assert read(admonition) == [Admonition((Paragraph("Mind it."),), "Warning", "Hot")]


def test_the_title_of_an_admonition_is_not_said_twice_nor_in_two_languages() -> None:
    html = "<div class='admonition tip'><p class=admonition-title>{}</p>Text</div>"
    assert read(html.format("Tip")) == [Admonition((Paragraph("Text"),), "Tip")]
    assert read(html.format("Hinweis"), "de") == [Admonition((Paragraph("Text"),), "Hinweis")]


SCRIPTED = (
    "<ul role=tablist><li role=tab>Linux<li role=tab>Mac</ul><div role=tabpanel>L</div><div role=tabpanel>M</div>"
)
NAMED = """
    <div role=tablist><a role=tab aria-controls=q>Mac</a><a role=tab aria-controls=p>Linux</a></div>
    <div role=tabpanel id=p>L</div><div role=tabpanel id=q hidden>M</div>
"""
ALTERNATING = """
    <input type=radio name=t id=a><label for=a>Linux</label><div class=tab-content>L</div>
    <input type=radio name=t id=b><label for=b>Mac</label><div class=tab-content>M</div>
"""
TWO_PARTS = """
    <div class=tabs><input type=radio name=t id=a><label for=a>Linux</label>
    <input type=radio name=t id=b><label for=b>Mac</label></div>
    <div class=blocks><div><p>L</p></div><div><p>M</p></div></div>
"""


@pytest.mark.parametrize("tabs", [SCRIPTED, NAMED, ALTERNATING, TWO_PARTS])
def test_each_tab_is_called_by_its_label(tabs: str) -> None:
    assert read(f"<div>{tabs}</div>") == [
        Admonition((Paragraph("L"),), "", "Linux"),
        Admonition((Paragraph("M"),), "", "Mac"),
    ]


def test_labels_of_a_group_whose_panels_are_missing_do_not_go_to_the_next_group() -> None:
    first = "<ul role=tablist><li role=tab>A<li role=tab>B</ul><div role=tabpanel>a</div>"
    second = "<ul role=tablist><li role=tab>C</ul><div role=tabpanel>c</div>"
    assert prose(f"<div>{first}</div><div>{second}</div>") == "A:\n\na\n\nC:\n\nc"


def test_formulas_are_as_their_author_wrote_them_or_symbol_by_symbol() -> None:
    source = "<semantics><mi>E</mi><annotation encoding=application/x-tex>E=m</annotation></semantics>"
    assert (
        prose(f"<p>So <span class=katex><math>{source}</math><span aria-hidden=true>E</span></span>.</p>")
        == "So $E=m$."
    )
    assert prose("<p><math><mi>E</mi><mo>=</mo><msup><mi>c</mi><mn>2</mn></msup></math></p>") == "E = c ^ 2"


def test_a_formula_that_a_script_will_draw_is_as_its_author_wrote_it() -> None:
    assert prose('<p>So <script type="math/tex">E=m</script>.</p>') == "So $E=m$."
    hidden = '<script type="math/tex; mode=display">% <![CDATA[\na < b %]]></script>'
    assert prose(f"<p>So</p>{hidden}") == "So\n\n$$a < b$$"


def test_marks_of_footnotes_go_and_their_text_stays() -> None:
    html = "<p>Hot<sup><a href=#fn1>[1]</a></sup>.</p><ol><li id=fn1>Very. <a href=#r>↩</a></ol>"
    assert prose(html) == "Hot.\n\n1. Very."


def test_marks_of_footnotes_go_by_their_class_too() -> None:
    html = "<p>Hot<a href=#ftn.1 class=footnote><sup class=footnote>[1]</sup></a>.</p>"
    assert prose(html + "<div class=footnotes><div id=ftn.1 class=footnote><p>Very.</p></div></div>") == "Hot.\n\nVery."


def test_the_name_of_a_file_within_a_sentence_stays_there_and_names_no_code_below_it() -> None:
    html = "<p>Edit the file <code class=filename>a.txt</code>, then run:</p><pre>make</pre>"
    assert read(html) == [Paragraph("Edit the file `a.txt`, then run:"), Code("make")]


def test_a_term_that_is_the_link_to_itself_keeps_its_words() -> None:
    html = '<dl><dt id=retry><a class=permalink href="#retry">--retry <i>n</i></a></dt><dd>Try again.</dd></dl>'
    assert read(html) == [Definition("--retry n", (Paragraph("Try again."),), "retry")]
    assert prose("<dl><dt id=x>Term <a class=permalink href=#x>link</a></dt><dd>Told.</dd></dl>") == "Term: Told."


def test_an_option_called_content_is_not_the_content_of_the_page() -> None:
    html = "<html><body><h1>Options</h1><dl><dt id=content>content<dd>What is sent.</dl><p>End.</body></html>"
    assert [each for each in read_document(html).content if isinstance(each, Paragraph)] == [Paragraph("End.")]


def test_a_page_of_several_first_headings_is_called_what_its_tab_says() -> None:
    parts = "<h1>NAME</h1><p>tar - an archiver</p><h1>OPTIONS</h1><p>None.</p>"
    assert read_document(f"<title>TAR(1)</title><main>{parts}</main>").title == ""
    assert read_document(f"<title>NAME | Site</title><main>{parts}</main>").title == "NAME"


@pytest.mark.parametrize("name", ["navheader", "navfooter", "nav-panel"])
def test_links_to_the_pages_before_and_behind_are_no_text(name: str) -> None:
    assert prose(f"<p>Text</p><div class={name}><table><tr><td>Prev<td>Home<td>Next</table></div>") == "Text"


@pytest.mark.parametrize("tag", ["div", "ul><li", "blockquote", "section", "span", "table><tr><td"])
def test_a_page_nested_without_end_keeps_its_words(tag: str) -> None:
    names = re.findall(r"\w+", tag)
    closing = "".join(f"</{each}>" for each in reversed(names))
    assert "deep" in prose(f"<{tag}>" * 3000 + "deep" + closing * 3000)


@settings(max_examples=100)
@given(some.lists(some.sampled_from([*(f"<{tag}>" for tag in TAGS), *(f"</{tag}>" for tag in TAGS), " word "])))
def test_no_page_is_too_broken_and_no_word_is_said_twice(pieces: list[str]) -> None:
    html = "".join(pieces)
    said = " ".join(each.text if isinstance(each, Heading) else markdown([each]) for each in read(html))  # type: ignore[list-item]
    assert said.count("word") == html.count("word")
