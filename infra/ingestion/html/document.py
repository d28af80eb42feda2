"""One file of a built site: its content, and what its head says about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from infra.ingestion.form import Heading
from infra.ingestion.html.content import contents
from infra.ingestion.html.roots import roots_of
from infra.ingestion.html.tree import Element, cleaned, grown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from selectolax.lexbor import LexborNode

    from infra.ingestion.form import Content

_HIDDEN: Final = re.compile(r"\b(?:noindex|none)\b", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML: Final = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_AS_BROWSERS: Final = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601"), "cp949"),
    "big5": "big5hkscs",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "x-user-defined": "cp1252",
}
"""Names that stand for more characters than they say (https://encoding.spec.whatwg.org/#names-and-labels)."""
_ROBOTS: Final = ("robots", "googlebot")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SILENT: Final = 100
"""Characters of all text of a page that says nothing yet, or only where it leads."""
_LEADS_AWAY: Final = re.compile(
    r"\blocation(?:\.href)?\s*=\s*[\"'`]|\blocation\.(?:replace|assign)\s*\(|\blocation(?:\.href)?\s*=\s*\w+\s*[;+]"
)
_LONGEST_REDIRECT: Final = 2000
"""Characters of scripts that do nothing else."""
_SCRIPTED: Final = ("#root", "#app", "#__next", "#__nuxt", "#___gatsby", "app-root", "[data-reactroot]")


class BrokenFile(Exception):
    """A file that cannot be read; the message says why, for its author."""


@dataclass(slots=True)
class Document:
    """What a file says.

    Attributes:
        language: As `<html lang>` has it.
        version: Of the product that it documents, if it says so.
        reason: Why it is no page that readers search; empty if it may be one.
        title: Its heading; empty where none says what all of it is about.
        tab: What the browser's tab says.
        canonical: The address that it gives itself.
        alternates: Its translations, by language.
        base: What its links are relative to, if it says so.
        links: Addresses that it links to, without anchors.
        is_marked: It marks its text for the site's search (`data-pagefind-body`).
        is_scripted: It is empty until a script fills it.
        link_share: How much of its text is links, apart from headings.
    """

    language: str = ""
    version: str = ""
    reason: str = ""
    title: str = ""
    tab: str = ""
    canonical: str = ""
    base: str = ""
    alternates: Mapping[str, str] = field(default_factory=dict[str, str])
    links: set[str] = field(default_factory=set[str])
    ids: set[str] = field(default_factory=set[str])
    is_marked: bool = False
    is_scripted: bool = False
    link_share: float = 0.0
    content: list[Content] = field(default_factory=list["Content"])


def decoded(data: bytes, charset: str = "") -> str:
    """Decode a file as browsers do: by its mark, what the server says, what it says itself, else UTF-8.

    Raises:
        BrokenFile: It is in no such encoding.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "") or _two_bytes(data[:512])
    declared = _CHARSET.search(data[:2048]) or _XML.search(data[:2048])
    name = marked or charset or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        return data.decode(_AS_BROWSERS.get(name.lower(), name))
    except LookupError:
        raise BrokenFile(f"it is encoded as {name}, which is unknown") from None
    except UnicodeDecodeError as error:
        raise BrokenFile(f"it is not {name.upper()} (byte {error.start})") from error


def _two_bytes(start: bytes) -> str:
    """The encoding of a text in which every other byte of what is ASCII is zero."""
    if start.count(0) * 4 < len(start) or b"<" not in start:
        return ""
    return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"


def read_document(html: str) -> Document:
    """Read a file; one that is no page has no content."""
    parser = LexborHTMLParser(html)
    document = _head(parser)
    if document.reason:
        return document
    tree = grown(roots_of(parser))
    document.link_share = _link_share(tree)
    document.content = list(contents(tree, document.ids, document.language))
    document.title = _title(document)
    document.is_scripted = not document.content and _waits_for_a_script(parser)
    return document


def _title(document: Document) -> str:
    """Its first heading of the first level; of several the first is one of its parts, unless the tab names it, too."""
    first = [each.text for each in document.content if isinstance(each, Heading) and each.level == 1]
    whole = first[:1] if len(first) == 1 or not document.tab else [each for each in first[:1] if each in document.tab]
    return next(iter(whole), "")


def _head(parser: LexborHTMLParser) -> Document:
    metas = _metas(parser)
    canonical = parser.css_first("link[rel=canonical]")
    title = next((each for each in parser.css("title") if not _is_in_picture(each)), None)
    base = _attribute(parser.css_first("base[href]"), "href")
    return Document(
        language=_attribute(parser.root, "lang").lower(),
        version=metas.get("docsearch:version") or metas.get("docusaurus_version") or "",
        reason=_reason(parser, metas),
        tab=cleaned(title.text()) if title else "",
        canonical=_attribute(canonical, "href") or metas.get("og:url", ""),
        alternates={
            _attribute(each, "hreflang").lower(): _attribute(each, "href") for each in parser.css("[hreflang]")
        },
        base=base,
        links={_led(base, _attribute(each, "href").partition("#")[0]) for each in parser.css("a[href]")},
        ids={name for each in parser.css("[id], a[name]") for name in _names(each)},
        is_marked=parser.css_first("[data-pagefind-body]") is not None,
    )


def _is_in_picture(node: LexborNode) -> bool:
    above = node.parent
    while above is not None and above.tag != "svg":
        above = above.parent
    return above is not None


def _led(base: str, link: str) -> str:
    """A link from what it is relative to, and as a path where that is an address of the site's own host."""
    if not base or not link:
        return link
    try:
        led = urljoin(base, link)
        same = urlsplit(led)[:2] == urlsplit(base)[:2]
    except ValueError:
        return ""
    return urlsplit(led).path if same else led


def _names(node: LexborNode) -> Iterator[str]:
    yield from filter(None, (node.attributes.get("id"), node.attributes.get("name") if node.tag == "a" else ""))


def _metas(parser: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in parser.css("meta"):
        name = _attribute(each, "name") or _attribute(each, "property") or _attribute(each, "http-equiv")
        found.setdefault(name.lower(), _attribute(each, "content"))
    return found


def _reason(parser: LexborHTMLParser, metas: Mapping[str, str]) -> str:
    if "url=" in metas.get("refresh", "").replace(" ", "").lower():
        return "redirect"
    if any(_HIDDEN.search(metas.get(each, "")) for each in _ROBOTS):
        return "noindex"
    if parser.css_first("body[data-pagefind-ignore], html[data-pagefind-ignore]"):
        return "data-pagefind-ignore"
    return "redirect" if _only_leads_away(parser) else ""


def _only_leads_away(parser: LexborHTMLParser) -> bool:
    """A script that goes to another page, and next to nothing to read."""
    scripts = "\n".join(each.text() for each in parser.css("script:not([src])"))
    return len(scripts) < _LONGEST_REDIRECT and _LEADS_AWAY.search(scripts) is not None and _is_silent(parser)


def _waits_for_a_script(parser: LexborHTMLParser) -> bool:
    """Nothing to read anywhere, and a place where a script is known to put it."""
    return parser.css_first(", ".join(_SCRIPTED)) is not None and _is_silent(parser)


def _is_silent(parser: LexborHTMLParser) -> bool:
    words = parser.body.clone() if parser.body is not None else None
    if words is None:
        return False
    words.strip_tags(["script", "style", "noscript", "template"])
    return len(cleaned(words.text())) < _SILENT


def _attribute(node: LexborNode | None, name: str) -> str:
    return ((node.attributes.get(name) if node is not None else "") or "").strip()


def _link_share(tree: Element) -> float:
    headings = sum(len(cleaned(each.raw_text())) for each in tree.within() if each.tag in {"h1", "h2", "h3", "h4"})
    linked = sum(len(cleaned(each.raw_text())) for each in tree.within() if each.tag == "a" and not _in_heading(each))
    return linked / max(1, len(cleaned(tree.raw_text())) - headings)


def _in_heading(element: Element) -> bool:
    above = element.parent
    while above is not None and above.tag not in {"h1", "h2", "h3", "h4"}:
        above = above.parent
    return above is not None


def path_of(address: str) -> str:
    """The path of an address on some host; empty if it names none."""
    return urlsplit(address).path if address.startswith(("http://", "https://", "/")) else ""


def joined(base: str, link: str) -> str:
    """Where a link leads, as a path; empty if to another place than a site's."""
    try:
        return "" if link.startswith(("mailto:", "javascript:", "data:", "//")) else urlsplit(urljoin(base, link)).path
    except ValueError:
        return ""
