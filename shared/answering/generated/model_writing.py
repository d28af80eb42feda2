"""One answer that a model writes, unit by unit."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.answering.generated.expected_language import expected, is_in_another, primary, requested_language
from shared.answering.generated.faults import faults_as_failures
from shared.answering.generated.kept import Kept
from shared.answering.generated.numbering import evidence_of, new_sources, numbers_of, text_of, title_of, tokens_around
from shared.answering.models import Answer, Mode, Usage
from shared.model.client import Limits
from shared.model.endpoint import Told
from shared.model.evidence import Evidence
from shared.model.failures import ModelFailed, Unfinished, WrongLanguage
from shared.model.lazy_mapping import LazyMapping
from shared.model.prompt import NO_ANSWER, Matter, Numbered, beginning, echoes, messages, tokens_of
from shared.model.thinking import after_thoughts
from shared.model.units import units
from shared.observability import note

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from shared.answering.extractive.sections import Section
    from shared.answering.generated.author import Author
    from shared.answering.generated.writer import Brief
    from shared.model.checker import Checker
    from shared.model.chunks import Usage as Counted
    from shared.model.units import Unit

STORING: Final = 2.0
"""Seconds of the invocation that are left for storing the turn."""
BETWEEN: Final = 5.0
"""Seconds from one word to the next."""
BYTES: Final = 32_000
"""Of what the model writes, shown or not."""
GROUNDED: Final = 1 / 3
"""The share of an answer's units that may be dropped before the rest is called doubtful."""
PRICED: Final = 1_000_000
"""Tokens that a price is for."""
NOTHING: Final = re.compile(rf"^\W*{NO_ANSWER}\b")


class ModelWriting:
    """One answer that a model writes."""

    def __init__(self, author: Author, brief: Brief, sections: Sequence[Section]) -> None:
        before = brief.replaced.sources if brief.replaced else ()
        self._numbers = numbers_of(sections, before)
        self.sources = (*before, *new_sources(self._numbers, sections, before))
        self._model = author.model
        self._settings = author.settings
        self._spending = author.spending
        self._new_checker = author.checker
        self._brief = brief
        self._sections = sections
        self._book = primary(sections[0].passage.language)
        self._requested = requested_language(brief, self._book)
        self._language = expected(brief, self._requested)
        self._told = Told()
        self._kept = Kept.over(brief.replaced)
        self._messages: list[dict[str, str]] = []
        self._is_stopped = self._is_void = self._has_ended = False
        if self._spending is not None:
            self._spending.is_being_written = True

    def units(self) -> Iterator[str]:
        """The units that stand in the sources.

        Raises:
            ModelFailed: See shared/model/failures.py; what was shown till then is not the answer.
        """
        try:
            with faults_as_failures():
                yield from self._checked()
        except ModelFailed:
            if not self._is_stopped:
                self._is_void = True
                raise
        finally:
            self._account()

    def _checked(self) -> Iterator[str]:
        self._messages = messages(self._matter())
        checker = self._checker()
        if self._kept.begun_with:
            yield self._kept.begun_with
        for unit in self._answer_of(units(self._words())):
            self._judge_language(unit)
            if NOTHING.match(unit.text):
                self._is_void = True
                return
            yield from self._kept.added(unit, checker.checked(unit, self._kept.cited))
        if self._told.is_cut and self._kept.is_empty:
            raise Unfinished

    def _answer_of(self, written: Iterable[Unit]) -> Iterator[Unit]:
        """Less what was thought before it, and what only repeats what the model was told."""
        echo = echoes(self._messages, self._brief.question)
        for unit in written:
            if self._has_ended and (self._told.is_cut or self._is_stopped):
                return  # the rest of a unit is none
            answer = None if unit.kind == "code" else after_thoughts(unit.text)
            if answer is not None:
                self._kept = Kept.over(self._brief.replaced, self._kept.written)
            told = unit if answer is None else replace(unit, text=answer)
            if told.text and not echo.is_repeated_by(told.text):
                yield told

    def stop(self) -> None:
        """See `Writing`."""
        self._is_stopped = True
        self._told.stop()

    def answer(self) -> Answer | None:
        """What was written; None where the quoted answer shall stand, or what there was already."""
        kept = self._kept
        if self._is_void or kept.is_empty:
            return replace(self._brief.replaced, status="partial") if self._brief.replaced else None
        cited = tuple(each for each in self.sources if each.n in kept.all_cited)
        return Answer(
            kept.text,
            Mode.GENERATED,
            cited,
            status="partial" if self._told.is_cut else "complete",
            usage=self.usage,
            grounded=kept.dropped <= GROUNDED * kept.judged,
        )

    @property
    def judged(self) -> int:
        """How many of its units claimed something."""
        return self._kept.judged

    @property
    def dropped(self) -> int:
        """How many of those stood in no source that they cite."""
        return self._kept.dropped

    def _account(self) -> None:
        note(units={"judged": self.judged, "dropped": self.dropped})
        if self._spending is not None:
            if self._told.charged:
                self._spending.used = self._counted + self._spending.aside
            self._spending.is_being_written = False  # from now on a batch may settle it

    @property
    def usage(self) -> Usage:
        """What it cost; estimated where the provider does not say, as for an answer that was stopped."""
        counted, settings = self._counted, self._settings
        cost = (counted.input * (settings.input_price or 0) + counted.output * (settings.output_price or 0)) / PRICED
        return Usage(counted.input, counted.output, round(cost, 6), estimated=self._told.usage is None)

    @property
    def _counted(self) -> Counted:
        prompt = sum(tokens_of(each["content"]) for each in self._messages)
        return self._told.cost(prompt, tokens_of(self._kept.written))

    def _words(self) -> Generator[str]:
        size = 0
        limits = Limits(
            tokens=self._settings.answer_tokens,
            first=self._settings.first_seconds,
            between=BETWEEN,
            whole=min(self._settings.seconds, deadline.remaining() - STORING),
        )
        for word in self._model.words(self._messages, limits, self._told):
            if self._is_stopped:
                break
            self._kept.written += word
            size += len(word.encode())
            if size > BYTES:
                self._told.ended = "length"
                break
            yield word
        self._has_ended = True

    def _matter(self) -> Matter:
        brief = self._brief
        ask = brief.ask
        return Matter(
            question=ask.message,
            sources=list(self._numbered()),
            said=[("Reader" if each.role == "user" else "Assistant", each.content) for each in brief.said],
            page=title_of(ask.page, self._sections),
            selection=ask.selected_text or "",
            language=self._requested,
            so_far=self._kept.begun_with,
        )

    def _numbered(self) -> Iterator[Numbered]:
        for n, section in zip(self._numbers, self._sections, strict=True):
            room = self._settings.source_tokens - tokens_around(section)
            yield Numbered(n, section.label, beginning(text_of(section), room))

    def _checker(self) -> Checker:
        sections = dict(zip(self._numbers, self._sections, strict=True))
        evidence = LazyMapping(sections, lambda n: Evidence.of(evidence_of(sections[n])))
        language = self._language or self._book
        return self._new_checker(evidence, same_language=language == self._book, nouns_have_capitals=language == "de")

    def _judge_language(self, unit: Unit) -> None:
        if self._language and unit.kind in {"sentence", "item"} and is_in_another(unit.text, self._language):
            raise WrongLanguage
