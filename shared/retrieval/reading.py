"""Reading the book rather than searching it: sections and pages by their address, and the files for agents."""

from __future__ import annotations

import json
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from shared.errors import RetrievalUnavailable
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.retrieval.search import Book

MOST_PASSAGES: Final = 300
MOST_SITES: Final = 20
LONGEST: Final = 200_000
"""Characters of a text that is read at once."""
INGESTION: Final = "ingestion.json"
"""The file that tells the owner of the site what the last ingestion brought."""
FIELDS: Final = ["site", "path", "url", "title", "heading_path", "text", "position", "version", "lang"]


@record
class Text:
    """A section or a page of the book.

    Attributes:
        heading: The section's, or the page's title.
        markdown: What it says.
        complete: It is all of it.
    """

    url: str
    title: str
    heading: str
    markdown: str
    complete: bool

    @property
    def document(self) -> str:
        """What it says below its heading, which a page's text begins with."""
        heading = f"# {self.heading}\n\n"
        return self.markdown if self.markdown.startswith(heading) else heading + self.markdown


@record
class File:
    """What ingestion wrote for agents.

    Attributes:
        site: Whose it is.
    """

    text: str
    version: str
    site: str = ""


def read_text(book: Book, address: str) -> Text | None:
    """The section at an address, or the whole page where no section has its anchor; None where there is none.

    Raises:
        RetrievalUnavailable: As by any search.
    """
    page, _, anchor = address.partition("#")
    found = _passages(book, url=[address, f"{page}#{unquote(anchor)}"] if anchor else [address])
    if found and anchor:
        headings = found[0].get("heading_path") or [found[0]["title"]]
        return _text(address, found[0], str(headings[-1]), found)
    found = found or _passages(book, page_url=[page])
    if not found:
        return None
    first = found[0]
    whole = _passages(book, path=[str(first["path"])], site=[str(first["site"])])
    return _text(address, first, str(first["title"]), whole, headings=True)


def read_files(book: Book, name: str) -> list[File]:
    """A file as each site of the book has it, such as `llms.txt`; none where ingestion wrote none.

    Raises:
        RetrievalUnavailable: As by any search.
    """
    points = book.ask(_body(MOST_SITES, ["text", "version", "file_of"], file=[name]))[0]
    try:
        found = sorted((str(each["payload"]["file_of"]), each["payload"]) for each in points)
        return [File(str(each["text"]), str(each["version"]), site) for site, each in found]
    except (KeyError, TypeError) as error:
        raise RetrievalUnavailable from error


def _passages(book: Book, **fields: list[str]) -> list[dict[str, Any]]:
    """Their fields, in the order of the page."""
    points = book.ask(_body(MOST_PASSAGES, FIELDS, **fields))[0]
    try:
        found: list[dict[str, Any]] = [each["payload"] for each in points]
        return sorted(found, key=lambda each: int(each.get("position") or 0))
    except (KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error


def _body(limit: int, wanted: list[str], **fields: list[str]) -> bytes:
    must = [{"key": key, "match": {"any": values}} for key, values in fields.items()]
    return json.dumps({"searches": [{"filter": {"must": must}, "limit": limit, "with_payload": wanted}]}).encode()


def _text(
    address: str, first: dict[str, Any], heading: str, found: list[dict[str, Any]], *, headings: bool = False
) -> Text:
    parts = _with_headings(found) if headings else (str(each.get("text") or "") for each in found)
    text = "\n\n".join(each for each in parts if each)
    return Text(address, str(first["title"]), heading, text[:LONGEST], complete=len(text) <= LONGEST)


def _with_headings(found: Iterable[dict[str, Any]]) -> Iterable[str]:
    last: list[str] = []
    for each in found:
        path = [*map(str, each.get("heading_path") or ())]
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(last, path, strict=False)))
        begun = shared if path == last else min(shared, len(path) - 1)
        for depth, heading in enumerate(path[begun:], begun + 1):
            yield f"{'#' * min(depth, 6)} {heading}"
        last = path
        yield str(each.get("text") or "")
