"""Answers that a model writes, each unit of them checked against the sources before anybody sees it.

The quoted answer stands ready behind it: it is what is shown where the model fails, says nothing that stands in the
sources, writes in another language than was asked for, or must not be asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from shared import deadline
from shared.answering.citations import plain, snippet
from shared.answering.foreign import written_in
from shared.answering.models import Answer, Mode, Source, Usage
from shared.answering.sections import ranked
from shared.model.checker import Checker
from shared.model.client import Limits
from shared.model.endpoint import Told
from shared.model.evidence import Evidence
from shared.model.failures import ModelFailed, WrongLanguage
from shared.model.prompt import NO_ANSWER, Matter, Numbered, messages, tokens_of
from shared.model.units import units
from shared.observability import note
from shared.retrieval.lexical import mostly_latin, words

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from shared.answering.sections import Section
    from shared.answering.writer import Brief
    from shared.model.checker import Checked
    from shared.model.client import Model
    from shared.model.spending import Spending
    from shared.model.units import Unit
    from shared.settings import ModelSettings

STORING: Final = 2.0
"""Seconds of the invocation that are left for storing the turn."""
BETWEEN: Final = 5.0
"""Seconds from one word to the next."""
MOST_SOURCES: Final = 8
BYTES: Final = 32_000
"""Of what the model writes, shown or not."""
GROUNDED: Final = 1 / 3
"""The share of an answer's units that may be dropped before the rest is called doubtful."""
ENOUGH: Final = 5
"""Words by which the language of a unit is judged."""
PRICED: Final = 1_000_000
"""Tokens that a price is for."""
NOTHING: Final = re.compile(rf"^\W*{NO_ANSWER}\b")


@dataclass(frozen=True, slots=True)
class Author:
    """Writes by a model.

    Attributes:
        model: Who is asked.
        settings: Its limits and prices.
        spending: What this question may cost; None where nobody counts.
    """

    model: Model
    settings: ModelSettings
    spending: Spending | None = None

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
            cost = tokens_of(_text(section))
            if cost <= left or not chosen:
                chosen.append(section)
                left -= cost
        return chosen


class ModelWriting:
    """One answer that a model writes."""

    def __init__(self, author: Author, brief: Brief, sections: Sequence[Section]) -> None:
        self.sources = tuple(_source(n, section) for n, section in enumerate(sections, 1))
        self._model = author.model
        self._settings = author.settings
        self._spending = author.spending
        self._brief = brief
        self._sections = sections
        self._language = _expected(brief)
        self._told = Told()
        self._kept = _Kept()
        self._messages: list[dict[str, str]] = []
        self._is_stopped = self._is_void = self._has_ended = False

    def units(self) -> Iterator[str]:
        """The units that stand in the sources.

        Raises:
            ModelFailed: See shared/model/failures.py; what was shown till then is not the answer.
        """
        self._messages = messages(self._matter())
        checker = self._checker()
        if self._spending is not None:
            self._spending.is_being_written = True
        try:
            for unit in units(self._words()):
                if self._has_ended and self._told.is_cut:
                    return
                self._judge_language(unit)
                if NOTHING.match(unit.text):
                    self._is_void = True
                    return
                yield from self._kept.added(unit, checker.checked(unit, self._kept.cited))
        except ModelFailed:
            if not self._is_stopped:
                self._is_void = True
                raise
        finally:
            self._account()

    def stop(self) -> None:
        """See `Writing`."""
        self._is_stopped = True
        self._told.stop()

    def answer(self) -> Answer | None:
        """What was written; None where the quoted answer shall stand."""
        kept = self._kept
        if self._is_void or not kept.text:
            return None
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
            self._spending.is_being_written = False
            answer = self.usage.input + self.usage.output if self._kept.written else 0
            self._spending.used = answer + self._spending.aside

    @property
    def usage(self) -> Usage:
        """What it cost; estimated where the provider does not say, as for an answer that was stopped."""
        told, settings = self._told.usage, self._settings
        asked = told.input if told else sum(tokens_of(each["content"]) for each in self._messages)
        said = told.output if told else tokens_of(self._kept.written)
        cost = (asked * (settings.input_price or 0) + said * (settings.output_price or 0)) / PRICED
        return Usage(asked, said, round(cost, 6), estimated=told is None)

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
            sources=[Numbered(n, section.label, _text(section)) for n, section in enumerate(self._sections, 1)],
            said=[("Reader" if each.role == "user" else "Assistant", each.content) for each in brief.said],
            page=_page(ask.page, self._sections),
            selection=ask.selected_text or "",
            language=ask.language,
        )

    def _checker(self) -> Checker:
        evidence = {n: Evidence.of(_evidence(section)) for n, section in enumerate(self._sections, 1)}
        book = self._sections[0].passage.language
        expected = self._language or book
        return Checker(evidence, same_language=expected == book, nouns_have_capitals=expected == "de")

    def _judge_language(self, unit: Unit) -> None:
        if self._language and unit.kind in {"sentence", "item"} and _is_in_another(unit.text, self._language):
            raise WrongLanguage


@dataclass(slots=True)
class _Kept:
    """What of an answer stands in its sources.

    Attributes:
        text: All of it.
        written: What the model wrote, all of that.
        judged: How many of its units claim something.
        dropped: How many of those were dropped.
        cited: What the last unit cites.
        all_cited: What any does.
    """

    text: str = ""
    written: str = ""
    judged: int = 0
    dropped: int = 0
    cited: tuple[int, ...] = ()
    all_cited: set[int] = field(default_factory=set[int])
    leads: list[str] = field(default_factory=list[str])
    before: str = ""

    def added(self, unit: Unit, checked: Checked) -> Iterator[str]:
        """What may now be shown: the unit, after those that only lead to it."""
        self.before = max(self.before, unit.before, key=len)
        if checked.leads and checked.text is not None:
            self.leads.append(self._spaced(checked.text, first=not self.leads))
            return
        self.judged += 1
        if checked.text is None:
            self.dropped += 1
            self.leads.clear()
            return
        shown = "".join(self.leads) + self._spaced(checked.text, first=not self.leads)
        self.leads.clear()
        self.cited = checked.sources
        self.all_cited.update(checked.sources)
        self.text += shown
        yield shown

    def _spaced(self, text: str, *, first: bool) -> str:
        before, self.before = self.before, ""
        return text if first and not self.text else (before or " ") + text


def _source(n: int, section: Section) -> Source:
    return Source(n, plain(section.label), section.passage.url, snippet(section.passage.text))


def _text(section: Section) -> str:
    return "\n\n".join(unit.text for unit in section.units)


def _evidence(section: Section) -> str:
    """What a unit may stand in: the section, its headings and its page's title."""
    passage = section.passage
    return f"# {': '.join(dict.fromkeys([passage.title, *passage.heading_path]))}\n\n{_text(section)}"


def _page(page: str | None, sections: Iterable[Section]) -> str:
    """The title of the page that the reader is on, where it is a source's: nothing that a client wrote."""
    path = urlsplit(page or "").path.rstrip("/")
    titles = (each.passage.title for each in sections if urlsplit(each.passage.url).path.rstrip("/") == path)
    return next(titles, "") if path else ""


def _expected(brief: Brief) -> str | None:
    """The language to be written in, as far as it is known: the one asked for, else the one that was written in."""
    if brief.ask.language:
        return re.split("[-_]", brief.ask.language.strip().lower(), maxsplit=1)[0] or None
    written = written_in(brief.ask.message)
    return brief.language if written == "other" else written


def _is_in_another(text: str, language: str) -> bool:
    """Whether it is certainly in another language; a word or two prove nothing."""
    if len(words(text)) < ENOUGH:
        return False
    found = written_in(text)
    if language in LATIN:
        return not mostly_latin(text) or (found in LATIN and found != language)
    return language in OTHERS and mostly_latin(text)


LATIN: Final = frozenset({"de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr"})
OTHERS: Final = frozenset({"ar", "fa", "hi", "ja", "ko", "ru", "ur", "zh"})
"""Languages by whether their letters are Latin."""
