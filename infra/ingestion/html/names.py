"""What generators and themes call things: the only place that knows any of them by name."""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROOTS: Final = (
    "[data-pagefind-body]", ".theme-doc-markdown", "#__blog-post-container", ".vp-doc", "[vp-content]",
    ".theme-default-content", "article.md-content__inner", "article#furo-main-content",
    ".rst-content [itemprop=articleBody]", "div.body[role=main]", "article.bd-article", ".td-content",
    "article.markdown", "article.book-article", "article.doc", ".markdown-section", "main article", "article", "main",
    "[role=main]", "#main-content", "div#content", "section#content", "td#content", "body",
)  # fmt: skip
"""Where a page's own text stands, the surest first."""

NOTES: Final = "#footnotes, .footnotes, [role=doc-endnotes]"
"""Notes at the foot of a page, which some themes put below its own text."""

FURNITURE_TAGS: Final = _words(
    "script style template noscript nav form iframe select textarea object svg head audio video canvas dialog"
)
FURNITURE_ROLES: Final = _words(
    "navigation search contentinfo toolbar doc-backlink doc-noteref menu menubar banner dialog"
)
_OF_CODE: Final = """
    boring linenos lineno linenumber line-number react-syntax-highlighter-line-number ln lnt line-numbers-wrapper
    line-numbers-rows copybtn copy copy-button gutter viewcode-link buttons clipboard
"""
_OF_PAGES: Final = """
    toc table-of-contents toctree-wrapper theme-doc-toc-mobile theme-doc-version-badge theme-doc-breadcrumbs
    theme-doc-footer pagination-nav md-content__button md-tags md-source-file prev-next-footer rst-versions
    wy-breadcrumbs prev-next book-header book-footer nav-chapters VPDocFooter toc-drawer theme-edit-this-page edit-link
    edit-this-page td-page-meta page-toc version-banner theme-doc-version-banner pager pagination feedback page-nav
    nav-footer related-pages footer page-footer site-footer sr-only visually-hidden screen-reader-text skip-link
    skiplink back-to-top tsd-sources tsd-index-group ttc navheader navfooter nav-panel
    head-ltitle head-vol head-rtitle foot-left foot-date foot-os
"""
_MARKS: Final = """
    footnote-backref data-footnote-backref footnote-ref footnote-reference fn-bracket fn-backref eqno
"""
_DIAGRAMS: Final = """
    mermaid plantuml graphviz kroki docusaurus-mermaid-container
"""
OF_CODE: Final = _words(_OF_CODE)
"""Line numbers and copy buttons: never what holds a text of its own, which pages call `copy`, too."""
FURNITURE: Final = _words(_OF_PAGES + _MARKS + _DIAGRAMS)
"""Tables of contents, paging, edit links; marks of footnotes and equations; diagrams,
of which the page holds the source, or an image with the source as its description."""
FURNITURE_IDS: Final = _words("titlearea")
"""The site's name, which stands above each page of a reference."""
WAYS: Final = re.compile(r"(?:^|\s)(?:[\w-]+[-_])?breadcrumbs?(?:[-_][\w-]+)?(?=$|\s)")
"""Where in the site a page stands."""
SIDE: Final = re.compile(
    r"(?:^|\s)(?!(?:has|with|no|without|hide|show|is)-)(?:[\w-]+[-_])?side-?bar(?:[-_](?!title)[\w-]+)?(?=$|\s)"
)
"""What themes that mark no main content call the columns beside it; authors set texts apart by that name, too."""
OF_AUTHORS: Final = "h1, article, main, .sidebar-title, .body, .content"
"""What no column beside the text holds."""
PERMANENT_LINK: Final = re.compile(
    r"(?:^|[\s_-])(?:headerlink|hash-link|header-anchor|sl-anchor-link|anchor|subheading-anchor|anchor-link|anchorjs-link"
    r"|td-heading-self-link|heading-anchor|permalink|heading-link|heading__anchor|direct-link)(?=$|[\s_-])"
)
SYMBOLS_OF_LINKS: Final = frozenset("¶#§^↩🔗⚓☍↑⏎◆")

BADGE: Final = re.compile(
    r"(?:^|\s)(?:(?:[\w-]*[-_])?(?:badges?|pill|chip|lozenge)(?:[-_](?!title|name)[\w-]+)?|VPBadge|(?:[\w-]+[-_])?tag"
    r"|(?:bdg|label)-[\w-]+)(?=$|\s)",
    re.IGNORECASE,
)
"""What stands beside a heading's words, as a picture would: "Beta", the version since when it is there."""

ADMONITION: Final = re.compile(
    r"(?:^|[\s_-])(?:admonition|alert|hint|callout|custom-block|hint-container|starlight-aside|blockquote-tag"
    r"|markdown-alert|admonitionblock)(?=$|[\s_-])"
)
ADMONITION_TITLE: Final = re.compile(
    r"(?:^|[\s_-])(?:admonition-title|admonitionHeading|custom-block-title|starlight-aside__title|hint-container-title"
    r"|blockquote-tag-title|markdown-alert-title|alert-heading|callout-title|hint-title)(?=$|[\s_-])"
)
KINDS: Final = re.compile(
    r"(?:theme-admonition-|admonition-|alert--?|starlight-aside--|blockquote-tag-|markdown-alert-|callout--?)?"
    r"(note|tip|hint|info|warning|caution|danger|important|error|attention|seealso|success|question|abstract|example|bug"
    r"|failure|todo|deprecated)"
)
PANEL: Final = re.compile(
    r"(?:^|\s)(?:tabbed-block|sd-tab-content|tab-content|book-tabs-content|tab-pane|plugin-tabs--content)(?=$|\s)"
)
CODE_TITLE: Final = re.compile(
    r"(?:^|[\s_-])(?:code-block-caption|filename|codeBlockTitle|code-title|code-filename|code-block-title)(?=$|[\s_-])"
)
CODE_CELL: Final = re.compile(r"(?:^|\s)(?:code|lntd|rouge-code|hljs-ln-code)(?=$|\s)")
NUMBERS_CELL: Final = re.compile(r"(?:^|\s)(?:linenos|gutter|rouge-gutter|hljs-ln-numbers|blob-num)(?=$|\s)")
LANGUAGE: Final = re.compile(r"(?:^|\s)(?:language-|lang-|highlight-(?!source)|brush:\s*)([\w+#.-]+)")
NO_LANGUAGE: Final = frozenset(
    {"default", "none", "notranslate", "text", "plaintext", "txt", "source", "plain", "console-output", "highlighter"}
)
DEFINED: Final = re.compile(r"(?:^|\s)(?:sig|sig-name|descname)(?=$|\s)")
"""Objects and options of a reference; each of them is a section that its readers link to."""
SIGNATURE: Final = re.compile(r"(?:^|\s)memname(?=$|\s)")
"""A declaration that is laid out as a table."""
COLLAPSED: Final = re.compile(r"(?:tab|panel|collaps|accordion|expand|details|toggle|content)", re.IGNORECASE)
"""What is not displayed until a reader opens it."""
LINES: Final = frozenset({"ec-line", "diff"})
"""Lines of a code block whose theme draws the signs of a diff by its style sheet."""

NO_PAGES: Final = re.compile(
    r"(^|/)(404|500|search|genindex(-\w+)?|py-modindex|modindex|print|print_page|toc|offline)(/index)?\.html?$"
    r"|(^|/)(graph_legend|\w+_8\w+_source)\.html$|(^|/)search/([a-z]+_[0-9a-f]+|nomatches)\.html$|(^|/)(_modules|_sources|_static|_images|singlehtml|node_modules|_pagefind|pagefind)/|(^|/)page/\d+/"
)
LISTS: Final = re.compile(r"(^|/)(blog|posts|news)/(archive|category|categories|tags?|authors?)(/|\.html?$)")
OF_LISTS: Final = re.compile(r"(^|/)(blog|posts|news|tags|categories|authors|archive)(/|$)")
"""Folders whose pages are often lists of other pages."""
FIRST_OF_LISTS: Final = re.compile(r"(^|/)(blog|posts|news|tags|categories|authors|archive)(/index)?\.html?$")
VERSIONS: Final = re.compile(
    r"v?\d+(?:[._-](?:\d+|x))*(?:[._-]?(?:a|b|rc|alpha|beta|dev|x)[._-]?\d*)?"
    r"|latest|stable|current|next|dev|devel|develop|main|master|nightly|unreleased|canary|edge|lts"
)
RELEASED: Final = ("stable", "latest", "current")
UNRELEASED: Final = frozenset(
    {"next", "dev", "devel", "develop", "main", "master", "nightly", "unreleased", "canary", "edge"}
)

BLOCKS: Final = _words(
    "address article aside blockquote center dd details div dl dt fieldset figcaption figure footer form header h1 h2"
    " h3 h4 h5 h6 hgroup hr li main menu nav ol p pre section summary table ul"
)
HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
INVISIBLE: Final[dict[int, None]] = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
