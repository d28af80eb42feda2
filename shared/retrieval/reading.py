"""Reading the book rather than searching it: sections and pages by their address, and the files for agents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

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
    """The section at an address, or the whole page where the address has no anchor; None where there is none.

    Raises:
        RetrievalUnavailable: As by any search.
    """
    found = _passages(book, url=address)
    if not found:
        return None
    first = found[0]
    if "#" in address:
        headings = first.get("heading_path") or [first["title"]]
        return _text(address, first, str(headings[-1]), found)
    page = _passages(book, path=str(first["path"]), site=str(first["site"]))
    return _text(address, first, str(first["title"]), page, headings=True)


def read_files(book: Book, name: str) -> list[File]:
    """A file as each site of the book has it, such as `llms.txt`; none where ingestion wrote none.

    Raises:
        RetrievalUnavailable: As by any search.
    """
    points = book.ask(_body(MOST_SITES, ["text", "version", "file_of"], file=name))[0]
    try:
        found = sorted((str(each["payload"]["file_of"]), each["payload"]) for each in points)
        return [File(str(each["text"]), str(each["version"]), site) for site, each in found]
    except (KeyError, TypeError) as error:
        raise RetrievalUnavailable from error


def _passages(book: Book, **fields: str) -> list[dict[str, Any]]:
    """Their fields, in the order of the page."""
    points = book.ask(_body(MOST_PASSAGES, FIELDS, **fields))[0]
    try:
        found: list[dict[str, Any]] = [each["payload"] for each in points]
        return sorted(found, key=lambda each: int(each.get("position") or 0))
    except (KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error


def _body(limit: int, wanted: list[str], **fields: str) -> bytes:
    must = [{"key": key, "match": {"value": value}} for key, value in fields.items()]
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
        if path != last and path:
            yield f"{'#' * min(len(path), 6)} {path[-1]}"
        last = path
        yield str(each.get("text") or "")
