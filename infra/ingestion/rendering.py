"""A page put together again from its passages, so that links work where the site itself is not published."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import httpx
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_PASSAGES: Final = 10_000
TIMEOUT: Final = 5.0
"""Seconds."""
_NOT_FOUND: Final = 404
_DEEPEST_HEADING: Final = 6
_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 1rem; }}
pre {{ border: 1px solid; overflow-x: auto; padding: 0.75rem; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
th, td {{ border: 1px solid; padding: 0.25rem 0.5rem; text-align: left; }}
:target {{ scroll-margin-top: 1rem; text-decoration: underline; }}
</style>
</head>
<body>
<nav><a href="/">Back to the chat</a></nav>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _Part:
    anchor: str
    title: str
    heading_path: Sequence[str]
    language: str
    text: str


def page_html(qdrant_url: str, path: str, collection: str = "docs") -> str | None:
    """Show an ingested page as HTML, with the anchors that its passages' links name.

    Args:
        qdrant_url: Qdrant's REST address.
        path: `<site>/<path of the page>`, decoded, as in the links that an ingestion without `--site-url` makes.
        collection: Collection or alias.

    Returns:
        A whole document without scripts, or None if there is no such page.

    Raises:
        httpx.HTTPError: Qdrant cannot be reached or failed.
    """
    site, _, page = path.strip("/").partition("/")
    parts = _read(qdrant_url, collection, site, page)
    if not parts:
        return None
    content = "\n".join(_content(parts))
    return _PAGE.format(language=escape(parts[0].language), title=escape(parts[0].title), content=content)


def _read(qdrant_url: str, collection: str, site: str, page: str) -> list[_Part]:
    wanted = [{"key": "site", "match": {"value": site}}, {"key": "path", "match": {"value": page}}]
    body = {"filter": {"must": wanted}, "limit": MOST_PASSAGES, "with_payload": True}
    response = httpx.post(f"{qdrant_url}/collections/{collection}/points/scroll", json=body, timeout=TIMEOUT)
    if response.status_code == _NOT_FOUND:
        return []
    payloads = [point["payload"] for point in response.raise_for_status().json()["result"]["points"]]
    return [_part(payload) for payload in sorted(payloads, key=lambda payload: payload["position"])]


def _part(payload: Mapping[str, Any]) -> _Part:
    return _Part(payload["anchor"], payload["title"], payload["heading_path"], payload["lang"], payload["text"])


def _content(parts: Sequence[_Part]) -> Iterator[str]:
    """The stored text has no emphasis, links or HTML left, so what looks like them is meant as it stands."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.disable(["emphasis", "link", "image", "autolink", "entity", "code", "heading", "lheading", "reference"])
    shown: Sequence[str] = (parts[0].title,)
    for part in parts:
        if list(part.heading_path) != list(shown):
            yield from _headings(part, shown)
            shown = part.heading_path
        yield markdown.render(part.text)


def _headings(part: _Part, shown: Sequence[str]) -> Iterator[str]:
    """Headings that stand between the last passage and this one; only the last of them leads to a passage."""
    same = next((n for n, pair in enumerate(zip(part.heading_path, shown, strict=False)) if pair[0] != pair[1]), None)
    first = min(len(shown), len(part.heading_path) - 1) if same is None else same
    for depth in range(first, len(part.heading_path)):
        level = min(depth + 1, _DEEPEST_HEADING)
        is_last = depth == len(part.heading_path) - 1
        anchor = f' id="{escape(part.anchor)}"' if is_last and part.anchor else ""
        yield f"<h{level}{anchor}>{escape(part.heading_path[depth])}</h{level}>"
