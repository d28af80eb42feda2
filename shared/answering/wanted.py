"""What a question wants: its words with their weights, and the shape that an answer to it has."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.answering.asked import Asked
from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.retrieval.vocabulary import Vocabulary

ASKS_HOW: Final = re.compile(
    r"\bhow (?:do|does|can|could|should|would|to|am|did)\b"
    r"|\b(?:commands?|examples?|steps|install(?:ing|ation)?|set ?up|fix|errors?)\b"
    r"|\bwhat (?:can|should|must) (?:i|we)\b",
    re.IGNORECASE,
)
ASKS_CODE: Final = re.compile(
    r"\b(?:commands?|examples?|code|scripts?|show me|snippets?|syntax|run)\b|(?<!\S)--?\w", re.IGNORECASE
)
ASKS_WHAT: Final = re.compile(r"^\W*(?:what(?:'s|s| is| are| does)|define|who is|meaning of)\b", re.IGNORECASE)
ASKS_WHETHER: Final = re.compile(
    r"^\W*(?:is|are|was|were|can|could|does|do|did|should|must|may|will|would|has|have|am)\b", re.IGNORECASE
)
ASKS_COMMAND: Final = re.compile(r"\bcommands?\b|\binstall\b", re.IGNORECASE)
ASKS_FACT: Final = re.compile(r"\b(?:who|whom|whose|which|where|when|what)\b", re.IGNORECASE)
ALL: Final = 0.95
"""Share of a question that is as good as all of it."""
ASKS_OVERVIEW: Final = re.compile(
    r"\b(?:summari[sz]e|summary|overview|in short|introduce|introduction)\b", re.IGNORECASE
)
ASKS_EXAMPLE: Final = re.compile(r"\b(?:examples?|samples?|snippets?|show me)\b", re.IGNORECASE)
EXPLAIN: Final = re.compile(r"^\W*(?:please )?(?:explain|describe|define)\b", re.IGNORECASE)
EVERYDAY: Final = 0.5
"""What an everyday word counts."""
COMPARES: Final = re.compile(
    r"\b(?:differences?|differ|compar\w+|versus|vs|better|instead of|rather than|or|between)\b", re.IGNORECASE
)

MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
NUMBERS: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|none|no"
COUNTED: Final = re.compile(r"how many (\w+)(?: (\w+))?", re.IGNORECASE)

SHAPES: Final = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(shape, re.IGNORECASE), frozenset(names.split()))
    for asks, shape, names in (
        (
            r"\b(?:what|which)\b.{0,40}(?<!by )\bdefaults?\b|\bdefault (?:value|of|for)\b|(?<!by )\bdefaults?\s*\?*$",
            r"\bdefault",
            "default defaults value",
        ),
        (
            r"\b(?:price|costs?|expensive|afford|cheap)\b",
            r"[$€£¥]\s?\d|\d\s?(?:USD|EUR|dollars?|euros?|cents?)\b|\bfree\b",
            "price cost costs expensive afford cheap",
        ),
        (
            r"\b(?:percent(?:age)?|what share|what fraction)\b",
            r"\d\s?(?:%|percent)",
            "percentage percent share fraction",
        ),
        (
            r"\bhow (?:often|frequently)\b",
            r"\b(?:every|each|once|twice|hourly|daily|weekly|monthly|yearly|times?)\b|\d\s?(?:s|sec|min|h)",
            "often frequently",
        ),
        (
            r"\bhow long\b|\b(?:duration|timeout|interval)\b",
            r"\d\s?(?:ms|s|h|m|msec|milli\w*|sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)\b",
            "duration",
        ),
        (
            r"\b(?:(?:until|since) when|when (?:is|was|did|do|does|will|are|were)|deadline|due|\w+ (?:year|date))\b",
            rf"\b(?:{MONTHS})\b.{{0,8}}\d|\b(?:1[5-9]|20)\d\d\b|\bweeks? \d",
            "when until due date year",
        ),
        (
            r"\b(?:which|what|since)\b.{0,24}\bversions?\b",
            r"\b\d+\.(?:\d|x\b)|[<>]=?\s?\d|==\s?\d|\bv\d|\bversion \d",
            "version versions",
        ),
        (r"\b(?:which|what|default)\b.{0,24}\bports?\b", r"\b\d{2,5}\b", "port ports"),
        (
            (
                r"\bhow (?:much|many|old|far|fast|big|large|heavy|high|tall|deep|wide)\b"
                r"|\bwhat\b.{0,40}\b(?:number|size|amount|limit|maximum|minimum)\b"
            ),
            r"\d",
            "",
        ),
    )
)
"""What asks for it, the shape of the answer, and the words that only name the shape."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, as far as words go.

    Attributes:
        question: As it was searched.
        asked: Its terms.
        weights: Of its stems; a rare one is heavy.
        total: Of those that any passage holds.
        shape: That the answer has: a price, a date, a number; None where the question asks for none.
        focus: Stems of what is asked last, where the others only tell what it is about.
    """

    question: str
    asked: Asked
    weights: Mapping[str, float]
    total: float
    shape: re.Pattern[str] | None
    focus: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, question: tuple[str, str], asked: Asked, held: Sequence[frozenset[str]], vocabulary: Vocabulary
    ) -> Wanted:
        """What a question wants, given with its focus, of sections that hold these stems."""
        whole, now = question
        focus = asked.terms & {stem(word) for word in words(now) if word not in COMMON_WORDS}
        shape, _ = shape_of(whole)
        weights = _balanced(_weights(whole, asked, held, vocabulary), focus)
        known = frozenset[str]().union(*held)
        total = sum(weight for term, weight in weights.items() if term in known) or 1.0
        return cls(whole, asked, weights, total, shape, focus)

    @property
    def asks_how(self) -> bool:
        """It asks for steps, a command, a remedy."""
        return bool(ASKS_HOW.search(self.question))

    @property
    def asks_code(self) -> bool:
        """It asks for something to type."""
        return bool(ASKS_CODE.search(self.question))

    @property
    def asks_what(self) -> bool:
        """It asks what something is."""
        if self.focus and EXPLAIN.search(self.question):
            return True
        return bool(ASKS_WHAT.search(self.question)) or (len(words(self.question)) <= 2 and not self.asks_how)  # noqa: PLR2004

    @property
    def asks_whether(self) -> bool:
        """It wants yes or no."""
        return bool(ASKS_WHETHER.search(self.question))

    @property
    def asks_overview(self) -> bool:
        """It asks what something is about, as a whole."""
        return bool(ASKS_OVERVIEW.search(self.question))

    @property
    def asks_example(self) -> bool:
        """It asks for an example, which is code where there is any."""
        return bool(ASKS_EXAMPLE.search(self.question))

    @property
    def asks_command(self) -> bool:
        """It asks for one thing to type."""
        return bool(ASKS_COMMAND.search(self.question))

    @property
    def asks_install(self) -> bool:
        """What it asks to type installs something."""
        return "install" in self.question.lower()

    @property
    def asks_fact(self) -> bool:
        """It asks who, which, where or when."""
        return bool(ASKS_FACT.search(self.question)) and not self.asks_how and not self.compares

    def asks_about(self, heading: str) -> bool:
        """It is the heading's words that it asks about, and no others."""
        if self.asks_how or self.asks_whether or self.compares:
            return False
        named = self.held_by(heading)
        return bool(named) and named <= self.weights.keys() and self.share(named) >= ALL

    @property
    def decisive(self) -> frozenset[str]:
        """What a number must be of: what is asked now, where that is a word or two, else the stem that tells most."""
        if 0 < len(self.focus) <= 2:  # noqa: PLR2004 (a word or two)
            return self.focus
        return (
            frozenset([max(self.weights, key=lambda each: (self.weights[each], each))]) if self.weights else self.focus
        )

    @property
    def compares(self) -> bool:
        """It wants two things beside each other."""
        return bool(COMPARES.search(self.question))

    @property
    def subject(self) -> list[str]:
        """The stems that it asks about, in order."""
        if self.focus:
            return sorted(self.focus)
        return [stem(word) for word in words(self.question) if word not in STOP_WORDS and stem(word) in self.weights]

    def held_by(self, text: str) -> frozenset[str]:
        """The stems of a text, and what of the question it holds in another way."""
        return self.asked.held_by(text)

    def share(self, held: frozenset[str] | set[str]) -> float:
        """How much of the question some stems say, 0 to 1."""
        return sum(weight for term, weight in self.weights.items() if term in held) / self.total


def asked_by(question: str) -> Asked:
    """Its terms, without those that only name the shape of the answer."""
    return Asked.of(question, shape_of(question)[1])


def shape_of(question: str) -> tuple[re.Pattern[str] | None, frozenset[str]]:
    """The shape of the answer, and the words of the question that only name it."""
    for asks, shape, names in SHAPES:
        if asks.search(question):
            counted = COUNTED.search(question)
            return (_counting(counted) if counted and not names else shape), names
    return None, frozenset()


def _counting(counted: re.Match[str]) -> re.Pattern[str]:
    """A number beside what is counted: `six motors`, `6x STS3215 motors`, `Motors: 6`."""
    named = [word for word in counted.groups() if word and word.lower() not in STOP_WORDS]
    noun = "|".join(re.escape(word[: max(3, len(word) - 3)]) for word in named) or r"\w"
    return re.compile(
        rf"(?:\b\d[\d,.]*|\b(?:{NUMBERS}))\s?[x×]?\s+(?:[\w-]+\s+){{0,3}}(?:{noun})|\d+[x×]\s|\b(?:{noun})\w*\s?[:=]\W{{0,3}}\d",  # noqa: RUF001 (a sign of multiplication)
        re.IGNORECASE,
    )


def _weights(question: str, asked: Asked, held: Sequence[frozenset[str]], vocabulary: Vocabulary) -> dict[str, float]:
    everyday = {stem(word) for word in words(question) if word in COMMON_WORDS}
    return {
        term: _weight(term, held, vocabulary) * (EVERYDAY if term in everyday else 1) for term in sorted(asked.terms)
    }


def _balanced(weights: dict[str, float], focus: frozenset[str]) -> dict[str, float]:
    """What is asked now counts at least as much as all that it is about, however much was told."""
    now = sum(weight for term, weight in weights.items() if term in focus)
    rest = sum(weights.values()) - now
    if not now or rest <= now:
        return weights
    return {term: weight if term in focus else weight * now / rest for term, weight in weights.items()}


def _weight(term: str, texts: Sequence[frozenset[str]], vocabulary: Vocabulary) -> float:
    """Rarity in the book, where its words are known, and among what was found."""
    holding = sum(term in each for each in texts)
    among = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5)) + 0.25
    return (among + 0.5 * vocabulary.rarity(term)) if vocabulary.passages else among
