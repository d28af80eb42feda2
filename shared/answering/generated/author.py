"""Answers that a model writes, each unit of them checked against the sources before anybody sees it.

The quoted answer stands ready behind it: it is what is shown where the model fails, says nothing that stands in the
sources, writes in another language than was asked for, or must not be asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.answering.extractive.sections import ranked
from shared.answering.generated.model_writing import ModelWriting
from shared.answering.generated.numbering import text_of, tokens_around
from shared.answering.models import Mode
from shared.model.checker import Checker
from shared.model.prompt import tokens_of
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.answering.extractive.sections import Section
    from shared.answering.generated.writer import Brief
    from shared.model.client import Model
    from shared.model.spending import Spending
    from shared.settings.answers import ModelSettings

MOST_SOURCES: Final = 8


@record
class Author:
    """Writes by a model.

    Attributes:
        model: Who is asked.
        settings: Its limits and prices.
        spending: What this question may cost; None where nobody counts.
        checker: Makes of the sources what compares an answer with them.
    """

    model: Model
    settings: ModelSettings
    spending: Spending | None = None
    checker: Callable[..., Checker] = Checker

    def writing(self, brief: Brief) -> ModelWriting | None:
        """Begin an answer.

        None where the reader wants quotes, has marked a text and not agreed to pass it on, or the day's tokens are
        spent.
        """
        ask = brief.ask
        if self.spending is not None and not self.spending.is_granted:
            return None
        if ask.mode is Mode.EXTRACTIVE or (ask.selected_text and not self._agreed(ask.consent)):
            return None
        sections = self._sections(brief)
        return ModelWriting(self, brief, sections) if sections else None

    def _agreed(self, consent: str | None) -> bool:
        provider = self.settings.provider
        return bool(provider) and consent is not None and consent.strip().casefold() == provider.casefold()

    def _sections(self, brief: Brief) -> list[Section]:
        """Whole sections, best first, as many as the budget of tokens holds; the best one in any case."""
        found = brief.found
        _, sections = ranked(found.question or brief.question, found.passages, found.vocabulary)
        chosen: list[Section] = []
        left = self.settings.source_tokens
        for section in sections[:MOST_SOURCES]:
            cost = tokens_around(section) + tokens_of(text_of(section))
            if cost <= left or not chosen:
                chosen.append(section)
                left -= cost
        return chosen
