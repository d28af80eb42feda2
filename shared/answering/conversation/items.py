"""Items of an answer that a reader points at by their place: "the third one", "option 2", "the last"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.answering.words import USUAL, phrases
from shared.record import record
from shared.retrieval.lexical import terms
from shared.retrieval.markup import inline

if TYPE_CHECKING:
    from collections.abc import Iterator

*ORDINALS, _LAST = phrases(USUAL, "ordinal")
NOUN: Final = f"(?:{'|'.join(sorted(phrases(USUAL, 'item'), key=len, reverse=True))})"

BY_ORDER: Final = re.compile(
    rf"\b(?:the )?({'|'.join(ORDINALS)}|{_LAST}|\d{{1,2}}(?:st|nd|rd|th))(?: {NOUN}\b|(?=\W*$))", re.IGNORECASE
)
BY_NUMBER: Final = re.compile(rf"(?:\b(?:number|no\.?|nr\.?|{NOUN})\s*|#)(\d{{1,2}})\b", re.IGNORECASE)

LISTED: Final = re.compile(r"^ {0,3}(?:[-*+\u2022]|(\d{1,3})[.)])\s+(.+)$")
ROW: Final = re.compile(r"^\s*\|(.+)\|\s*(?:\[\d+\]\s*)*$")
RULE: Final = re.compile(r"^[\s|:=-]+$")
HEADED: Final = re.compile(r"^\s*(?:#{1,6}\s+(.+)|\*\*(.+?)\*\*)")
LABEL_ENDS: Final = re.compile(r":\s|\s[-\u2013\u2014\u00b7|]\s|\s\(|\.\s|\s\[\d|$")
LABEL_WORDS: Final = 8
MARK: Final = re.compile(r"\s*\[\d{1,3}\]")
FENCE: Final = re.compile(r"^\s*(?:```|~~~)")


@record
class Item:
    """One that a message points at.

    Attributes:
        label: What it is about.
        text: All of it, as it was shown.
        in_place: The message with the label where it pointed.
    """

    label: str
    text: str
    in_place: str


@record
class Listing:
    """A list of an answer, and the line above it."""

    lead: str
    items: list[str]


def item_meant(message: str, answer: str, asked: str = "") -> Item | None:
    """The item of the answer that the message points at; None where it points at none.

    Args:
        message: What the reader says.
        answer: Where the items are.
        asked: What was answered; of several lists the one is meant whose line above it has most words of it.
    """
    pointed = BY_ORDER.search(message) or BY_NUMBER.search(message)
    if pointed is None:
        return None
    found = item_at(_place(pointed.group(1).lower()), answer, asked)
    if found is None:
        return None
    return replace(found, in_place=f"{message[: pointed.start()]}{found.label}{message[pointed.end() :]}")


def item_at(place: int, answer: str, asked: str = "", about: str = "") -> Item | None:
    """The item at a place of a list of the answer, from 0; None where no list reaches so far."""
    wanted = set(terms(asked))
    reaching = [each for each in _lists(answer) if -len(each.items) <= place < len(each.items)]
    best = max(reaching, key=lambda each: len(wanted & set(terms(each.lead))), default=None)
    label = _label(best.items[place]) if best else ""
    if best is None or not label:
        return None
    return Item(label, MARK.sub("", best.items[place]), f"{about} {label}".strip())


def _place(told: str) -> int:
    if told == _LAST:
        return -1
    if told in ORDINALS:
        return ORDINALS.index(told)
    return max(int(re.sub(r"\D", "", told)), 1) - 1


def _lists(answer: str) -> Iterator[Listing]:
    """The lists of an answer, tables among them; at last, what its parts are headed by."""
    run = Listing("", [])
    for line in _outside_code(answer):
        entry = _entry(line)
        if entry:
            run.items.append(entry)
        elif line.strip() and not line.startswith(" "):
            if run.items:
                yield run
            run = Listing(line, [])
    if run.items:
        yield run
    heads = [head.group(1) or head.group(2) for line in answer.splitlines() if (head := HEADED.match(line))]
    yield Listing("", heads)


def _entry(line: str) -> str:
    listed, row = LISTED.match(line), ROW.match(line)
    if listed:
        return listed.group(2)
    return row.group(1).strip() if row and not RULE.match(line) else ""


def _outside_code(answer: str) -> Iterator[str]:
    """Every line that is no code, and of tables no head."""
    lines, fenced = answer.splitlines(), False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if FENCE.match(line):
            fenced = not fenced
        elif not fenced and not (ROW.match(line) and RULE.match(following) and "-" in following):
            yield line


def _label(item: str) -> str:
    text = inline(MARK.sub("", item))
    return " ".join(LABEL_ENDS.split(text, maxsplit=1)[0].split()[:LABEL_WORDS]).strip("`*_ :")
