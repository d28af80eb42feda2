# pyright: basic, reportMissingImports=false
"""Counts the words of pages' own text with a parser that our reader does not know: `python count_words.py CSS < files`.

What is no text for readers (numbers of lines, permanent links, marks of footnotes, badges of headings) is taken out,
so that loss is measured and no judgement.
"""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import lxml.html

GONE = """script, style, template, noscript, nav, button, select, [hidden]:not([role=tabpanel]), .sr-only, .headerlink,
    .visually-hidden, .hash-link, .header-anchor, .sl-anchor-link, .linenos, .ln, .lnt, .line-numbers-wrapper, .gutter,
    span.lang, .copybtn, .boring, .toctree-wrapper, .md-tags, .md-content__button, .footnote-backref, .footnote-ref,
    .footnote-reference, [role=doc-backlink], [role=doc-noteref], [data-footnote-ref], [data-footnote-backref], svg,
    .katex-html, .md-source-file, .theme-doc-footer, .pagination-nav, .breadcrumbs, [data-pagefind-ignore], footer,
    .related, .table-of-contents, .toc, pre span[style*="user-select:none"], #TableOfContents, h1 .VPBadge, h2 .VPBadge,
    h3 .VPBadge"""
INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small span strong sub sup time u var",
    )
)


def text(node: lxml.html.HtmlElement) -> str:
    if not isinstance(node.tag, str):
        return ""
    inner = (node.text or "") + "".join(text(child) + (child.tail or "") for child in node)
    alternative = f" {node.get('alt') or ''} " if node.tag == "img" else ""
    return alternative + (inner if node.tag in INLINE else f" {inner} ")


def words(file: str, css: str) -> dict[str, int]:
    found = lxml.html.document_fromstring(Path(file).read_bytes()).cssselect(css)
    for part in found:
        for each in part.cssselect(GONE):
            each.drop_tree()
    return Counter(re.findall(r"\w+", " ".join(map(text, found)).lower()))


if __name__ == "__main__":
    json.dump({file: words(file, sys.argv[1]) for file in sys.stdin.read().split("\n") if file}, sys.stdout)
