"""What a question wants: its words with their weights, and the shape that an answer to it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from shared.answering.question.asked import EVERYDAY, Asked, adjacent_pair, exactly
from shared.answering.question.shapes import (
    ASKS,
    ASKS_CODE,
    ASKS_COMMAND,
    ASKS_EXAMPLE,
    ASKS_FACT,
    ASKS_HOW,
    ASKS_OVERVIEW,
    ASKS_WHAT,
    ASKS_WHAT_HAPPENS,
    ASKS_WHETHER,
    ASKS_WHICH,
    COMPARES,
    COMPARING,
    DESCRIBES,
    EXPLAIN,
    NAME,
    shape_of,
)
from shared.answering.question.weighing import FEW, pairs_of, weights_of
from shared.retrieval import beginning
from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, stem, words

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from shared.retrieval.beginning import Beginning
    from shared.retrieval.vocabulary import Vocabulary

ALL: Final = 0.95
"""Share of a question that is as good as all of it."""
NEARLY: Final = 0.6
"""Share of a question that another one asks as well that is the same; of the other one it must be half of the words."""
UNKNOWN: Final = 0.35
"""What counts, of words that nothing found says, against a line that leaves them out."""
HAPPENS: Final = frozenset({"happen", "happens", "happened"})
"""What is told says what goes on, not that it happens; where a page says so, it need not be of what was asked."""
NAMING: Final = frozenset(map(stem, ("command", "flag", "option", "setting", "example", "step")))
"""What readers call the thing that they ask for; pages need not."""


@dataclass(frozen=True)
class Wanted:
    """A question, as far as words go.

    What it asks is looked for once, and not for each line of what was found.

    Attributes:
        question: As it was searched.
        asked: Its terms.
        weights: Of its stems; a rare one is heavy.
        total: Of those that any passage holds.
        shape: That the answer has: a price, a date, a number; None where the question asks for none.
        focus: Stems of what is asked last, where the others only tell what it is about.
        unknown: Of those that no passage holds.
        pairs: Weights of two of its words that what was found has side by side, as a rule, where it has both.
        spelled: Stems of which something that was found has the very word.
        begins: What it wants to begin, where it asks for nothing else.
    """

    question: str
    asked: Asked
    weights: Mapping[str, float]
    total: float
    shape: re.Pattern[str] | None
    focus: frozenset[str] = frozenset()
    unknown: float = 0.0
    pairs: Mapping[str, float] = field(default_factory=dict[str, float])
    spelled: frozenset[str] = frozenset()
    begins: Beginning | None = None

    @classmethod
    def of(
        cls, question: tuple[str, str], asked: Asked, held: Sequence[frozenset[str]], vocabulary: Vocabulary
    ) -> Wanted:
        """What a question wants, given with its focus, of sections that hold these stems."""
        whole, now = question
        focus = asked.terms & {stem(word) for word in words(now) if word not in COMMON_WORDS}
        shape, _ = shape_of(whole)
        weights = weights_of(whole, focus, asked, held, vocabulary)
        known = frozenset[str]().union(*held)
        total = sum(weight for term, weight in weights.items() if term in known) or 1.0
        unknown = sum(weight for term, weight in weights.items() if term not in known | NAMING)
        spelled = frozenset(term for term in weights if exactly(term) in known)
        pairs, begins = pairs_of(asked, weights, held), beginning.asked(whole, vocabulary)
        return cls(whole, asked, weights, total, shape, focus, unknown, pairs, spelled, begins)

    @cached_property
    def asks_how(self) -> bool:
        """It asks for steps, a command, a remedy."""
        return self.begins is not None or bool(ASKS_HOW.search(self.question))

    @cached_property
    def asks_code(self) -> bool:
        """It asks for something to type."""
        return bool(ASKS_CODE.search(self.question))

    @cached_property
    def asks_what(self) -> bool:
        """It asks what something is."""
        if self.focus and EXPLAIN.search(self.question):
            return True
        return self.asks_in_words_what or (len(words(self.question)) <= 2 and not self.asks_how)  # noqa: PLR2004

    @cached_property
    def asks_in_words_what(self) -> bool:
        """It asks in words what something is."""
        return bool(ASKS_WHAT.search(self.question))

    @cached_property
    def asks_whether(self) -> bool:
        """It wants yes or no."""
        return bool(ASKS_WHETHER.search(self.question))

    @cached_property
    def asks_overview(self) -> bool:
        """It asks what something is about, as a whole."""
        return bool(ASKS_OVERVIEW.search(self.question))

    @cached_property
    def asks_example(self) -> bool:
        """It asks for an example, which is code where there is any."""
        return bool(ASKS_EXAMPLE.search(self.question))

    @cached_property
    def asks_command(self) -> bool:
        """It asks for one thing to type."""
        return bool(ASKS_COMMAND.search(self.question))

    @cached_property
    def asks_install(self) -> bool:
        """What it asks to type installs something."""
        return "install" in self.question.lower()

    @cached_property
    def asks_fact(self) -> bool:
        """It asks who, which, where or when."""
        return bool(ASKS_FACT.search(self.question)) and not self.asks_how and not self.compares

    @cached_property
    def names_a_task(self) -> bool:
        """It asks nothing in words, but says what is to be done, as far as one can tell: "change the greeting"."""
        asks = self.shape or self.asks_how or self.asks_what or self.asks_whether or self.asks_fact or self.compares
        return not asks and not self.asks_command

    @cached_property
    def asks_what_happens(self) -> bool:
        """It asks what goes on, which a row tells only of what it is named after."""
        return bool(ASKS_WHAT_HAPPENS.search(self.question))

    def is_asked_by(self, heading: str) -> bool:
        """A heading that is a question asks the same, in nearly the same words."""
        asks = self.held_by(heading)
        same = asks & self.weights.keys()
        if not ASKS.search(heading) or self.sureness(same) < NEARLY or 2 * len(same) < len(asks):
            return False
        if self.names_a_task:
            return bool(ASKS_HOW.search(heading))
        kinds = (ASKS_HOW, ASKS_WHETHER)
        return all(bool(kind.search(heading)) == bool(kind.search(self.question)) for kind in kinds)

    def asks_about(self, heading: str) -> bool:
        """It is the heading's words that it asks about, and no others."""
        if self.asks_how or self.asks_whether or self.compares:
            return False
        named = self.held_by(heading)
        return bool(named) and named <= self.weights.keys() and self.share(named) >= ALL

    def asks_for_all_of(self, heading: str) -> bool:
        """It asks which there are of what the heading names: "Which events does the stream send?"."""
        asked = ASKS_WHICH.search(self.question)
        return bool(asked) and bool(words(heading)) and {*map(stem, words(heading))} == {*map(stem, words(asked[1]))}

    def is_told_by(self, path: Sequence[str]) -> bool:
        """The last of some headings is what it asks about, or only says that what stands above it is described."""
        if self.asks_about(path[-1]):
            return True
        return len(path) > 1 and bool(DESCRIBES.match(path[-1])) and self.asks_about(path[-2])

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Those that it names, which tell of which of several things it asks: "Python 3", "the RTX 4090"."""
        return frozenset(term for term in self.weights if term.isdigit())

    @cached_property
    def names(self) -> frozenset[str]:
        """Those of two words, as what holds them side by side: "Better Auth"."""
        return frozenset(adjacent_pair(*each) for each in self.asked.names)

    @cached_property
    def decisive(self) -> frozenset[str]:
        """What a number must be of: what is asked now, where that is a word or two, else the stem that tells most."""
        if 0 < len(self.focus) <= 2:  # noqa: PLR2004 (a word or two)
            return self.focus
        return (
            frozenset([max(self.weights, key=lambda each: (self.weights[each], each))]) if self.weights else self.focus
        )

    @cached_property
    def compares(self) -> bool:
        """It wants two things beside each other."""
        return bool(COMPARES.search(NAME.sub(" ", self.question)))

    @cached_property
    def subject(self) -> list[str]:
        """The stems that it asks about, in order."""
        if self.focus:
            return sorted(self.focus)
        return [stem(word) for word in words(self.question) if word not in STOP_WORDS and stem(word) in self.weights]

    def held_by(self, text: str) -> frozenset[str]:
        """The stems of a text, and what of the question it holds in another way."""
        return self.asked.held_by(text)

    def placed_in(self, text: str) -> frozenset[str]:
        """The same, and which of the question's words stand there to the letter or side by side."""
        return self.asked.placed_in(text)

    def tells(self, held: frozenset[str]) -> bool:
        """Whether some stems say more of the question than its everyday words, where it has others."""
        told = self.weights.keys() - EVERYDAY
        return not told or not told.isdisjoint(held)

    def sureness(self, held: frozenset[str] | set[str]) -> float:
        """How much of the whole question some stems say, also of what nothing that was found says."""
        return self.share(held) * self.total / max(self.total, self.total + UNKNOWN * self.unknown)

    def share(self, held: frozenset[str] | set[str]) -> float:
        """How much of the question some stems say, 0 to 1."""
        return sum(weight for term, weight in self.weights.items() if term in held) / self.total

    def share_of_focus(self, held: frozenset[str]) -> float:
        """How much stands there of what is asked now; nothing where all of it is."""
        now = [self.weights[term] for term in self.focus if term in self.weights]
        said = (self.weights[term] for term in self.focus & held if term in self.weights)
        return sum(said) / (sum(now) or 1.0)

    def share_beside(self, held: frozenset[str]) -> float:
        """How much of its words that stand side by side does so there, too."""
        return sum(weight for pair, weight in self.pairs.items() if pair in held) / (sum(self.pairs.values()) or 1.0)

    @cached_property
    def literal(self) -> frozenset[str]:
        """Stems of which the very word is meant, as it is nearly all that is asked, and there is such a word."""
        return self.spelled if len(self.weights) <= FEW else frozenset()

    def share_spelled(self, held: frozenset[str]) -> float:
        """How much of a word or two, which something has to the letter, stands there so; of more the rest tells."""
        weights = {exactly(term): self.weights[term] for term in self.literal}
        return sum(weight for term, weight in weights.items() if term in held) / (sum(weights.values()) or 1.0)

    def is_contradicted_by(self, held: frozenset[str]) -> bool:
        """Whether the opposite of what is asked stands there, in its place: how to allow does not tell how to deny."""
        return any(term not in held and not against.isdisjoint(held) for term, against in self.asked.opposites.items())


def asked_by(question: str) -> Asked:
    """Its terms, without those that only name the shape of the answer, or that something is to be told."""
    happens = HAPPENS if ASKS_WHAT_HAPPENS.search(question) else frozenset[str]()
    return Asked.of(question, shape_of(question)[1].union(happens, map(str.lower, COMPARING.findall(question))))
