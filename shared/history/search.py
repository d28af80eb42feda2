"""Full-text search over the signed-in user's own titles and messages. One batch, as everything in conversations.py."""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from shared.db import Statement
from shared.history.models import Conversation
from shared.history.search_queries import BEGIN, END, LESS_THAN, SEARCH, SEPARATOR
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.db import Database

MOST_WORDS: Final = 8
"""Of a search. Each is compared with every message of the reader."""

LONGEST_SNIPPET: Final = 400
"""Characters. Postgres counts words, and some languages write whole paragraphs without a space."""

BEFORE_MATCH: Final = 120
"""Characters of a snippet that may stand before the first match."""

MARKED: Final = re.compile(f"{BEGIN}([^{END}]*){END}")

SHOWN: Final = str.maketrans({BEGIN: "", END: "", SEPARATOR: "", LESS_THAN: "<"})

UNSPACED: Final = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""What is written without a space, in a script that has none (infra/migrations/0033_unspaced_scripts.sql)."""

LETTERS: Final = re.compile(f"(?:{BEGIN}{UNSPACED.pattern}{END}{SEPARATOR}*)+")
"""Letters of such a script that stand side by side, each marked by itself."""


@record
class Segment:
    """A piece of text, and whether it is what was searched for. Plain text: to be shown as such, never as HTML."""

    text: str
    match: bool


@record
class Found:
    """A conversation that was found.

    Attributes:
        title: Its title in pieces.
        message_id: The message that matches best; None where only the title does.
        snippet: What that message says around the matches, in pieces.
    """

    conversation: Conversation
    title: list[Segment]
    message_id: UUID | None
    snippet: list[Segment]


def search_conversations(db: Database, words: str, *, limit: int) -> list[Found]:
    """The conversations in which the words stand, best first.

    Args:
        db: Of somebody signed in.
        words: As people type them: all must be there, in any order; "phrases", `or` and `-without` are understood, and
            the last word may be begun only. What comes after `MOST_WORDS` does not count.
        limit: The most that are given.
    """
    counted = first_words(words)
    [rows] = db.run(Statement(SEARCH, (counted, limit)), idempotent=True)
    return rows.into(partial(_found, UNSPACED.findall(normalize("NFKC", counted))))


def first_words(words: str) -> str:
    """Those that count; after the last of them stands a space where more came, so that it is a whole word."""
    found = list(islice(re.finditer(r"\S+", words), MOST_WORDS + 1))
    return words if len(found) <= MOST_WORDS else f"{words[: found[MOST_WORDS - 1].end()]} "


def _found(  # noqa: PLR0913 (the columns of SEARCH)
    unspaced: Sequence[str],
    *,
    id: UUID,  # noqa: A002 (named as the column)
    title: str,
    pinned: bool,
    created_at: datetime,
    updated_at: datetime,
    message_count: int,
    message_id: UUID | None,
    marked_title: str,
    marked_content: str | None,
) -> Found:
    conversation = Conversation(id, title, pinned, created_at, updated_at, message_count)
    title_shown, snippet = segments(marked_title, unspaced), segments(marked_content or "", unspaced)
    return Found(conversation, title_shown, message_id, snippet)


def segments(marked: str, unspaced: Sequence[str] = ()) -> list[Segment]:
    """The pieces of a text with marks, cut to a length that can be shown.

    Args:
        marked: As Postgres marks it: of an unspaced script, every letter of the query wherever it stands.
        unspaced: What the query has of such scripts; letters that are none of these words lose their marks.
    """
    joined = LETTERS.sub(partial(_whole, unspaced), marked).replace(SEPARATOR, "")
    pieces = MARKED.split(_cut(joined))
    shown = [Segment(_plain(text), index % 2 == 1) for index, text in enumerate(pieces)]
    return [each for each in shown if each.text]


def _whole(unspaced: Sequence[str], letters: re.Match[str]) -> str:
    """The letters under one mark if they are what was searched for, else without any."""
    text = _plain(letters[0])
    return f"{BEGIN}{text}{END}" if any(each in normalize("NFKC", text) for each in unspaced) else text


def _plain(text: str) -> str:
    return text.translate(SHOWN)


def _cut(marked: str) -> str:
    start = max(0, marked.find(BEGIN) - BEFORE_MATCH)
    shown = marked[start : start + LONGEST_SNIPPET]
    open_mark = shown.rfind(BEGIN) > shown.rfind(END)
    begins, ends = "…" if start else "", "…" if start + LONGEST_SNIPPET < len(marked) else ""
    return begins + shown + (END if open_mark else "") + ends
