"""The book's pages as resources: listed as `llms.txt` lists them, read by their addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from functions.mcp.protocol import INVALID_PARAMS, RESOURCE_NOT_FOUND, Refused
from shared.retrieval.reading import read_files, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.retrieval.search import Book

    Json = dict[str, Any]

MARKDOWN: Final = "text/markdown"
OF_THE_SITE: Final = "docs:"
"""Before a path of the site that shows the page, which is no address yet: a resource has a whole one."""
A_PAGE: Final = 200
"""Resources of one answer."""
LISTED: Final = re.compile(
    r"^- \[(?P<title>[^\]]+)\]\((?P<url>(?:https?://|/(?!/))\S+?)\)(?:: (?P<summary>.+))?$", re.MULTILINE
)


def listed(book: Book, params: Json) -> Json:
    """What `resources/list` answers.

    Raises:
        Refused: The cursor is none of ours.
        RetrievalUnavailable: As by any search.
    """
    start = _start(params.get("cursor"))
    found = [*_pages(book)]
    more = {"nextCursor": str(start + A_PAGE)} if start + A_PAGE < len(found) else {}
    return {"resources": found[start : start + A_PAGE], **more}


def read(book: Book, params: Json, *, modern: bool) -> Json:
    """What `resources/read` answers.

    Raises:
        Refused: There is no such page.
        RetrievalUnavailable: As by any search.
    """
    uri = params.get("uri")
    if not isinstance(uri, str):
        raise Refused(INVALID_PARAMS, "`uri` has to be a string.")
    found = read_text(book, uri.removeprefix(OF_THE_SITE)[:2000])
    if found is None:
        code = INVALID_PARAMS if modern else RESOURCE_NOT_FOUND
        raise Refused(code, "There is no page or section at this address.", {"uri": uri[:2000]})
    return {"contents": [{"uri": uri, "mimeType": MARKDOWN, "text": found.document}]}


def _start(cursor: object) -> int:
    if cursor is None:
        return 0
    if not isinstance(cursor, str) or not re.fullmatch(r"[1-9]\d{0,7}", cursor):
        raise Refused(INVALID_PARAMS, "`cursor` is not one that this list gave out.")
    return int(cursor)


def _pages(book: Book) -> Iterator[Json]:
    for file in read_files(book, "llms.txt"):
        for each in LISTED.finditer(file.text):
            if each["url"] == f"/{each['title']}":
                continue  # another file for agents
            about = {"description": each["summary"]} if each["summary"] else {}
            uri = f"{OF_THE_SITE}{each['url']}" if each["url"].startswith("/") else each["url"]
            yield {"uri": uri, "name": each["title"], "title": each["title"], "mimeType": MARKDOWN, **about}
