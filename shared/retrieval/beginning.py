"""Questions about a beginning ("How do I install it?", "quick start"), and the sections that books begin with.

They are what readers ask most, and the hardest to search for: the product's name stands in every passage, "install" in
whatever has to be installed beside it, and the page that is meant is called what its authors liked.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.retrieval.models import Passage
    from shared.retrieval.vocabulary import Vocabulary


class Beginning(StrEnum):
    """What a reader who begins wants to do."""

    INSTALL = "install"
    START = "start"


_INSTALLS: Final = r"install(?:ing|ation)?|set(?:ting)?[ -]?up"
_LOCALLY: Final = r"(?:locally|on (?:this|my|your|one|the) (?:own |local )?(?:machine|computer|laptop|pc)|at home)"
_ALL_OF_IT: Final = r"(?:whole )?(?:platform|project|product|program|system|software)"
_STARTS: Final = r"get(?:ting)? started|quick[ -]?start|first steps|(?:begin|start)(?:ning|ing)? (?:with|using)"
ASKS: Final = re.compile(
    rf"^\W*(?:(?:how|where) (?:do|can|could|should|would|to)\b[^.?!]*?)?(?:i |we |you |you i )?(?:please )?"
    rf"\b(?:(?P<install>{_INSTALLS})|(?P<start>{_STARTS}))\b(?P<what>[^.?!]*)[.?!]*\s*$",
    re.IGNORECASE,
)
"""A question that asks for nothing else; what it names behind may be the product or something beside it."""
HERE: Final = re.compile(
    r"^\W*(?:how (?:do|can|could|should|would|to) )?(?:i |we |you )?(?P<start>start|run|launch|try) (?P<what>[^.?!]*?)"
    rf"(?:\s*\b{_LOCALLY}|(?<=\bthe ){_ALL_OF_IT})[.?!]*\s*$",
    re.IGNORECASE,
)
"""What begins on the reader's own machine, or all of it, too: "How do I run it locally?", "start the platform"."""
CALLED: Final = {
    Beginning.INSTALL: re.compile(
        r"^\W*(?:how to )?(?:install(?:ing|ation)?\b"
        r"|set(?:ting)?[ -]?up(?: (?:guide|instructions|and config\w*|your .*))?\W*$|download\w*\W*$)",
        re.IGNORECASE,
    ),
    Beginning.START: re.compile(
        r"^\W*(?:get(?:ting)? started|quick[ -]?(?:start|guide|tour)|first steps|tutorial\W*$|your first )",
        re.IGNORECASE,
    ),
}
"""Headings of such sections; what else one sets up is another thing ("Setup and teardown")."""
INTRODUCES: Final = re.compile(r"^\W*(?:introduction|overview|(?:user )?guide|welcome\b.*)\W*$", re.IGNORECASE)
"""The title of a page that books without any other begin with."""
SEARCHED: Final = {
    Beginning.INSTALL: "install installation getting started",
    Beginning.START: "getting started quickstart tutorial introduction install",
}
"""What such sections are called and say: the search by words takes them for "set up" and "quick start"."""
IN_SOME_WAY: Final = re.compile(
    r"(?<!^)\b(?:by|with|via|on|in|from|using|for|without|through|as|into|under|behind|inside)\b", re.IGNORECASE
)
"""What says how or where: one way of installing is told by a section of its own."""
EVERYWHERE: Final = 0.08
"""Share of the passages from which on a word is the product's name, or what the book is about."""
SEVERAL: Final = 5
"""Passages that must hold it, or half of a book that has fewer than twice as many."""
OF_ITS_PAGE: Final = 0.4
"""What a section counts that only stands on such a page."""
IN_ONE_WAY: Final = 0.3
"""What a section counts that tells of one way of beginning among others."""
OF_THE_OTHER: Final = 0.5
"""What a section counts that begins, but in the other way: many books tell how to install in "Getting started"."""


def asked(question: str, vocabulary: Vocabulary) -> Beginning | None:
    """What a question wants to begin; None if it asks for anything else, or for something beside the product."""
    found = _matched(question)
    if found is None:
        return None
    installs, what = found.groupdict().get("install"), found["what"].strip()
    if IN_SOME_WAY.search(f"to {what}" if installs else what):
        return None
    if any(_is_beside(each, vocabulary) for each in terms(what)):
        return None
    return Beginning.INSTALL if installs else Beginning.START


def _matched(question: str) -> re.Match[str] | None:
    return ASKS.match(question) or HERE.match(question)


def searched(question: str, vocabulary: Vocabulary) -> str:
    """A question about a beginning in the words of books, with what it names; any other as it is."""
    beginning, found = asked(question, vocabulary), _matched(question)
    return f"{SEARCHED[beginning]} {found['what'].strip()}".strip() if beginning and found else question


def told(beginning: Beginning, passage: Passage) -> float:
    """How surely a passage tells it, from 0 to 1: by its heading, by its page's title."""
    below = [each for each in passage.heading_path if each != passage.title]
    if not below and INTRODUCES.match(passage.title):
        return OF_THE_OTHER
    return max(
        (1.0 if kind is beginning else OF_THE_OTHER) * _called(called, passage.title, below)
        for kind, called in CALLED.items()
    )


def _called(called: re.Pattern[str], title: str, below: Sequence[str]) -> float:
    """Of headings within a page those count that stand right below its title: others begin something of their own.

    One that says how or where ("Installation in GitHub Actions") tells of one way among others.
    """
    if called.match(title):
        return OF_ITS_PAGE if below else IN_ONE_WAY if IN_SOME_WAY.search(title) else 1.0
    if len(below) != 1 or not called.match(below[0]):
        return 0.0
    return IN_ONE_WAY if IN_SOME_WAY.search(below[0]) else 1.0


def _is_beside(term: str, vocabulary: Vocabulary) -> bool:
    """Whether it is rare enough to be something that the book only tells of."""
    least = max(EVERYWHERE * vocabulary.passages, min(SEVERAL, vocabulary.passages / 2))
    return vocabulary.frequencies.get(term, 0) < least
