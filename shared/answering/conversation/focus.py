"""Which of the passages found for a completed question belong to what was asked last.

A follow-up is searched with words of the turns before it. Passages that hold the follow-up's own words and the
subject's come first; those that hold only the subject's were shown already, as a rule.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared.answering.conversation.extent import was_shown
from shared.answering.conversation.referring import changes, meaning
from shared.answering.question.asked import Asked
from shared.answering.question.shapes import shape_of
from shared.retrieval.lexical import terms, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.answering.conversation.follow_up import FollowUp
    from shared.retrieval.models import Found, Passage

LEAST: Final = 0.3
"""What sharing no word with the focus, or with the subject, counts: words are not all that a passage can share."""

BY_RANK: Final = 0.5
SHOWN: Final = 1.8
"""What a passage counts more that the last answer was made of, or that is of its page: "it" is what stands there."""
LABEL: Final = re.compile(r"^\*\*(.+)\*\* \[\d{1,3}\]$", re.MULTILINE)
"""The line above a section's part of an answer: page and section."""
SETTING: Final = re.compile(r"`-{0,2}\w+(?:[_.-]\w+)+`|(?<!\w)--\w|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
"""A name that something is changed by."""
KEPT: Final = 0.6
"""Passages that belong less than this share of what the best does are left out."""


def focused(found: Found, follow_up: FollowUp, answer: str = "") -> Found:
    """The passages that belong to the focus, best first; all of them where the follow-up has none.

    Args:
        found: By a search for the completed question.
        follow_up: What the message means.
        answer: The last one: what it showed is what "it" is, where that holds what is asked.
    """
    focus = set(terms(follow_up.focus))
    if not focus or not found.passages:
        return found
    if follow_up.quoted and (told := _telling_of(found.passages, follow_up)):
        return replace(found, passages=told)
    if follow_up.points and changes(meaning(follow_up.focus)) and (shown := _settings(found.passages, answer)):
        return replace(found, passages=shown)
    subject, asked = set(terms(follow_up.question)) - focus, Asked.of(follow_up.question)
    scores = [
        _belonging(asked.held_by(_words(each)), focus, subject, rank)
        * (SHOWN if _says_more(each, follow_up, answer) else 1)
        for rank, each in enumerate(found.passages)
    ]
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    kept = tuple(found.passages[at] for at in order if scores[at] >= KEPT * max(scores))
    return replace(found, passages=kept)


def _settings(passages: Sequence[Passage], answer: str) -> tuple[Passage, ...]:
    """Those that were shown and name what something is changed by, whether they tell so in that word or not."""
    return tuple(each for each in passages if SETTING.search(each.text) and was_shown(each, [answer]))


def _says_more(passage: Passage, follow_up: FollowUp, answer: str) -> bool:
    """Whether the answer was made of it or its page, and it says something of what is asked now about "it"."""
    if not follow_up.points or not (_is_of(passage, LABEL.findall(answer)) or was_shown(passage, [answer])):
        return False
    shape, _ = shape_of(follow_up.question)
    asked = Asked.of(follow_up.focus)
    return bool(shape and shape.search(passage.text)) or not asked.terms.isdisjoint(asked.held_by(passage.text))


def _is_of(passage: Passage, labels: Sequence[str]) -> bool:
    """Whether its page is the one of a section that was shown."""
    return any(each == passage.title or each.startswith(f"{passage.title}: ") for each in labels)


def _telling_of(passages: Sequence[Passage], follow_up: FollowUp) -> tuple[Passage, ...]:
    """Those that an item of the answer has as their heading, then those that it stands in."""
    item = " ".join(words(follow_up.quoted))
    named = [each for each in passages if names(each, follow_up.focus)]
    holding = [each for each in passages if each not in named and item in " ".join(words(each.text))]
    return (*named, *holding)


def covered(passage: Passage, follow_up: FollowUp) -> float:
    """How much of what is asked the passage holds, between 0 and 1."""
    focus = set(terms(follow_up.focus))
    return len(focus & _held(passage, follow_up)) / len(focus) if focus else 1.0


def belongs(passage: Passage, follow_up: FollowUp) -> bool:
    """Whether the passage holds what is asked, and some of what it is asked about."""
    focus, held = set(terms(follow_up.focus)), _held(passage, follow_up)
    subject = set(terms(follow_up.question)) - focus
    return focus <= held and (not subject or bool(subject & held))


def names(passage: Passage, words: str) -> bool:
    """Whether the passage's headings hold all of the words."""
    wanted = set(terms(words))
    return bool(wanted) and wanted <= set(terms(" ".join([passage.title, *passage.heading_path])))


def _belonging(held: frozenset[str], focus: set[str], subject: set[str], rank: int) -> float:
    by_focus = LEAST + len(focus & held) / len(focus)
    by_subject = LEAST + (len(subject & held) / len(subject) if subject else 1.0)
    return by_focus * by_subject * (1 + BY_RANK / (1 + rank))


def _held(passage: Passage, follow_up: FollowUp) -> frozenset[str]:
    """Its stems, and the question's that it says in other words."""
    return Asked.of(follow_up.question).held_by(_words(passage))


def _words(passage: Passage) -> str:
    return " ".join([passage.title, *passage.heading_path, passage.text])
