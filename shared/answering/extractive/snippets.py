"""A few plain words of a passage, for a list of results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.answering.extractive.citations import snippet as beginning
from shared.answering.extractive.excerpts import excerpt
from shared.answering.extractive.sections import ranked
from shared.answering.extractive.sentences import split
from shared.answering.extractive.units import lines_of
from shared.retrieval.lexical import terms

if TYPE_CHECKING:
    from shared.retrieval.models import Passage
    from shared.retrieval.vocabulary import Vocabulary

ANNOUNCING: Final = (":", "\uff1a")
"""What ends so says nothing without what it announces, such as code."""


def snippet(question: str, passage: Passage, vocabulary: Vocabulary) -> str:
    """The sentence that says most of the question, of the unit that does; at most 240 characters of it."""
    wanted, sections = ranked(question, [passage], vocabulary)
    found = excerpt(sections[0].units, wanted, len(passage.text))
    if found is None:
        return beginning(passage.text)
    lines = [line for block in found.best.blocks for text in lines_of(block) for line in split(text)]
    telling = [line for line in lines if not line.rstrip("*_ ").endswith(ANNOUNCING)]
    if lines and not telling:
        return beginning(passage.text)
    return beginning(max(telling, key=lambda line: wanted.share(frozenset(terms(line))), default=found.best.text))
