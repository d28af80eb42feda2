"""The typed pieces that a page is made of, as ingestion stores them and a function reads them back.

Every text is one line of Markdown that is safe to show: code spans, and otherwise neither links nor images, HTML or
emphasis. Only the content of code has lines. In JSON a block is an object with its `kind`; fields that are empty are
left out (specs/form.md, specs/1-neon-db-setup/contracts/passage.schema.json).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

FORM: Final = 2
"""Version of the form; a payload without one is older, and holds nothing but its text."""


@record
class Paragraph:
    """Prose."""

    text: str
    kind: Literal["paragraph"] = "paragraph"


@record
class Item:
    """One of a list.

    Attributes:
        blocks: What stands below its text: code, further paragraphs, a list.
        term: The words at the head of its text that it explains, where it is an entry of a glossary or of options.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    term: str = ""


@record
class List:
    """Items, and what announces them.

    Attributes:
        lead: The sentence above the list that says what it lists.
        start: Number of the first item; None where they have no numbers.
    """

    items: tuple[Item, ...]
    lead: str = ""
    start: int | None = None
    kind: Literal["list"] = "list"


@record
class Code:
    """Lines that are shown as they are.

    Attributes:
        caption: The sentence, file or tab above the code that says what it is.
        language: As a fence of Markdown names it.
    """

    text: str
    caption: str = ""
    language: str = ""
    kind: Literal["code"] = "code"


@record
class Table:
    """Rows with the names of their columns.

    Attributes:
        head: Empty where the table names no columns.
        lead: The sentence or caption that says what the table shows.
    """

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()
    lead: str = ""
    kind: Literal["table"] = "table"


@record
class Question:
    """A question that the page asks itself, with its answer; without one it is a quiz, and never shown."""

    text: str
    blocks: tuple[Block, ...] = ()
    kind: Literal["question"] = "question"


ENDS: Final = (":", "?", "!", "\uff1a", "\uff1f", "\uff01", "\u061f", "\u2026")
"""Signs after which no colon follows."""


@record
class Definition:
    """A term, or an option, and what it is.

    Attributes:
        anchor: Of the term itself, where its address leads to it; empty: the section's.
    """

    term: str
    blocks: tuple[Block, ...] = ()
    anchor: str = ""
    kind: Literal["definition"] = "definition"

    @property
    def lead(self) -> str:
        """The term with the colon that announces what it is, unless it ends with a sign of its own."""
        return self.term if self.term.rstrip("*_`").endswith(ENDS) else f"{self.term}:"


@record
class Admonition:
    """What is set apart: a note, a warning, one tab of several; a quotation where it has neither label nor title.

    Attributes:
        label: What it is, as readers see it: `Tip`, `Warning`.
    """

    blocks: tuple[Block, ...]
    label: str = ""
    title: str = ""
    kind: Literal["admonition"] = "admonition"


Block: TypeAlias = Paragraph | List | Code | Table | Question | Definition | Admonition


def written(block: Block | Item) -> dict[str, Any]:
    """The block as JSON."""
    values: dict[str, Any] = {each.name: getattr(block, each.name) for each in fields(block)}
    return {name: _written(value) for name, value in values.items() if value or value == 0}


def _written(value: Any) -> Any:  # noqa: ANN401 (a field's value)
    if isinstance(value, tuple):
        return [_written(each) for each in cast("tuple[Any, ...]", value)]
    return value if isinstance(value, str | int) else written(value)


def read(found: Iterable[Mapping[str, Any]]) -> tuple[Block, ...]:
    """Blocks from JSON; a kind that is not known here is passed over, for a newer ingestion may have written it.

    A field that is absent is empty: `written` leaves out what is, such as the rows of a table of a head alone.

    Raises:
        TypeError: A field is not of its type.
    """
    return tuple(KINDS[each["kind"]](each) for each in found if each["kind"] in KINDS)


def _blocks(found: Mapping[str, Any]) -> tuple[Block, ...]:
    return read(found.get("blocks") or ())


def _list(found: Mapping[str, Any]) -> List:
    items = tuple(
        Item(each.get("text") or "", _blocks(each), each.get("term") or "") for each in found.get("items") or ()
    )
    return List(items, found.get("lead") or "", found.get("start"))


def _table(found: Mapping[str, Any]) -> Table:
    rows: Sequence[Sequence[str]] = found.get("rows") or ()
    return Table(tuple(map(tuple, rows)), tuple(found.get("head") or ()), found.get("lead") or "")


KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Block]]] = {
    "paragraph": lambda found: Paragraph(found.get("text") or ""),
    "list": _list,
    "code": lambda found: Code(found.get("text") or "", found.get("caption") or "", found.get("language") or ""),
    "table": _table,
    "question": lambda found: Question(found.get("text") or "", _blocks(found)),
    "definition": lambda found: Definition(found.get("term") or "", _blocks(found), found.get("anchor") or ""),
    "admonition": lambda found: Admonition(_blocks(found), found.get("label") or "", found.get("title") or ""),
}
