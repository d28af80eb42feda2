"""Answers one message, whatever kind it is of, in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from shared.answering.conversation.extent import not_shown, shorter
from shared.answering.conversation.focus import belongs, covered, focused
from shared.answering.conversation.follow_up import understood
from shared.answering.conversation.selection import answers_alone, around, searched
from shared.answering.extractive.answers import quote_selection, refuse, written
from shared.answering.languages import foreign_language, written_in
from shared.answering.models import Answer, Basis, Mode
from shared.answering.words import USUAL, Words, languages, signs, terms
from shared.degraded import Missing, tolerate
from shared.errors import RetrievalUnavailable
from shared.links import is_linkable
from shared.record import record
from shared.retrieval.models import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.answering.conversation.follow_up import FollowUp, Utterance
    from shared.answering.generated.writer import Rewriter

Search: TypeAlias = Callable[[str], Found]
"""Finds passages for a question, or raises RetrievalUnavailable."""


Examples: TypeAlias = Callable[[int], list[str]]
"""Gives so many questions that the book answers, or fewer."""

INVITING: Final = frozenset({"greeting", "help", "identity", "wellbeing"})
SHOWN: Final = 3


def no_examples(_: int) -> list[str]:
    """Of a book that has none."""
    return []


@record
class Respondent:
    """Who answers.

    Attributes:
        search: How the book is searched.
        missing: What an answer had to do without is noted here.
        words: What is said beside what the book says.
        language: One that there are words in.
        examples: Questions that the book answers, in its own language.
        rewriter: Makes questions of messages that lean on others, or are in another language than the book.
    """

    search: Search
    missing: set[Missing]
    words: Words = field(default_factory=Words)
    language: str = USUAL
    examples: Examples = no_examples
    rewriter: Rewriter | None = None

    def small_talk(self, kind: str) -> Answer:
        """Answer what is not about the book; nothing is searched. Who greets or asks for help is shown what to ask."""
        said = self.words.text(self.language, f"{kind}.reply")
        questions = self.examples(SHOWN) if kind in INVITING else []
        if questions:
            said = f"{said} {_listed(self.words.text(self.language, 'examples.lead'), questions)}"
        return Answer(said, Mode.SMALL_TALK)

    def alone(self, question: str) -> Answer:
        """Answer a question that says all that it means."""
        found = self._found(question)
        return self._unavailable() if found is None else self._written(question, found)

    def in_conversation(self, message: str, said: Sequence[Utterance]) -> Answer:
        """Answer a message that leans on what was said before it."""
        follow_up = understood(message, said)
        if follow_up is None:
            return self.alone(message)
        found = self._found(follow_up.question)
        if found is None:
            return self._unavailable()
        if follow_up.wish == "shorter":
            return shorter(self._written(follow_up.question, found))
        if follow_up.wish == "more":
            return self._further(follow_up.question, found, said)
        meant = self._meant(message, said, found)
        if meant is not None:
            return self._written(message, meant)
        answers = [each.content for each in said if each.role == "assistant"]
        return self._followed(message, follow_up, focused(found, follow_up, answers[-1] if answers else ""))

    def tried_again(self, message: str, said: Sequence[Utterance], refused: Answer) -> Answer:
        """Answer a short message that was refused alone with the words before it: one search more."""
        follow_up = understood(message, said)
        found = self._found(follow_up.question) if follow_up else None
        if follow_up is None or found is None or not found.on_topic:
            return refused
        return self._written(follow_up.question, focused(found, follow_up), follow_up.focus)

    def translated(self, question: str, refused: Answer, *, was_rewritten: bool = False) -> Answer:
        """Answer a question in another language than the book's that was refused as it stands: one search more.

        Args:
            question: As the reader wrote it; what it leans on is part of what was searched.
            refused: The answer to it.
            was_rewritten: A model, where there is one, was already asked what it means.
        """
        basis = refused.basis
        if refused.mode is not Mode.REFUSED or basis is None or not _is_foreign(question, basis.found):
            return refused
        meant = None if was_rewritten else self._meant(question, (), basis.found)
        if meant is None:
            return self._shared(basis.question, basis.found, refused)
        return self._written(question, meant)

    def _shared(self, question: str, found: Found, refused: Answer) -> Answer:
        """By the words that both languages have; where there are none, with questions that the book does answer."""
        from shared.retrieval.cognates import shared_words  # noqa: PLC0415 (hardly any question needs it)

        language = self._written_in(question)
        shared = " ".join(shared_words(question, found.vocabulary, signs(language), terms(language)))
        closest = self._found(shared) if shared and shared != found.question else None
        if closest is None or not closest.passages:
            return self._with_examples(refused, language)
        if closest.on_topic:  # what the book lacks of the reader's own words tells their language
            return self._written(question, replace(closest, missing=found.missing))
        told = refuse(shared, closest, self.words, language, foreign=True)
        return self._with_examples(replace(told, basis=refused.basis), language)

    def _written_in(self, question: str) -> str:
        """One that there are words in; the one that the reader is spoken to in, where there are none."""
        written = written_in(question, 1)
        return written if written in languages() and written else self.language

    def _with_examples(self, refused: Answer, language: str) -> Answer:
        """Where no page is named: with questions that the book answers, in its own language."""
        questions = [] if refused.sources else self.examples(SHOWN)
        if not questions:
            return refused
        lead = self.words.text(language, "examples.lead")
        return replace(refused, text=f"{refused.text} {_listed(lead, questions)}")

    def _meant(self, message: str, said: Sequence[Utterance], found: Found) -> Found | None:
        """What is found by the question that a model makes of the message; None where the message's words must do."""
        if self.rewriter is None:
            return None
        told = [("Reader" if each.role == "user" else "Assistant", each.content) for each in said]
        question = self.rewriter.rewritten(message, told, _language(found))
        meant = self._found(question) if question else None
        return meant if meant and meant.on_topic and meant.passages else None

    def _followed(self, message: str, follow_up: FollowUp, found: Found) -> Answer:
        """A few words that the book does not tell of with the subject may be one of their own: one search more."""
        told = found.passages if found.on_topic else ()
        if follow_up.fragment and not (told and belongs(told[0], follow_up)):
            alone = self._found(message)
            before = covered(told[0], follow_up) if told else 0.0
            if alone and alone.on_topic and alone.passages and covered(alone.passages[0], follow_up) > before:
                return self._written(message, alone)
        return self._written(follow_up.question, found, follow_up.focus)

    def _further(self, question: str, found: Found, said: Sequence[Utterance]) -> Answer:
        left = not_shown(found.passages, [each.content for each in said if each.role == "assistant"])
        if not left or not found.on_topic:
            return Answer(self.words.text(self.language, "exhausted.reply"), Mode.REFUSED)
        return self._written(question, replace(found, passages=left))

    def _found(self, question: str) -> Found | None:
        """None where the book cannot be searched, which is noted."""
        with tolerate(RetrievalUnavailable, Missing.RETRIEVAL, self.missing):
            return self.search(question)
        return None

    def _written(self, question: str, found: Found, focus: str = "") -> Answer:
        return replace(written(question, found, self.words, self.language, focus=focus), basis=Basis(question, found))

    def _unavailable(self) -> Answer:
        return Answer(self.words.text(self.language, "unavailable.reply"), Mode.UNAVAILABLE, status="failed")

    def about_selection(self, question: str, selection: str, page: str | None) -> Answer:
        """Answer from what the reader marked on a page, or explain it by what the book says about it."""
        own = quote_selection(question, selection, _address(page))
        if answers_alone(question, selection):
            return own
        asked = searched(question, selection)
        found = self._found(asked)
        if found is None or not found.on_topic or not found.passages:
            return own
        return self._written(asked, around(found, page), question)


def _listed(lead: str, questions: Sequence[str]) -> str:
    return "\n".join([lead, "", *(f"- {each}" for each in questions)])


def _language(found: Found) -> str:
    return found.passages[0].language if found.passages else USUAL


def _is_foreign(question: str, found: Found) -> bool:
    """By the same small words as the reply, which says so."""
    return foreign_language(question, USUAL, _language(found), found.missing) is not None


def _address(page: str | None) -> str | None:
    """The page as a link, if it is a web address or a path on the site's own host."""
    return page if page and is_linkable(page) else None
