"""What a question asks for: how, what or whether; and the shape of its answer: a price, a date, a number."""

from __future__ import annotations

import re
from typing import Final

from shared.retrieval.lexical import STOP_WORDS

ASKS_HOW: Final = re.compile(
    r"\bhow (?:do|does|can|could|should|would|to|am|did)\b"
    r"|\b(?:commands?|examples?|steps|install(?:ing|ation)?|set ?up|fix|(?<!what )(?<!which )errors?)\b"
    r"|\bwhat (?:can|should|must|do) (?:i|we)\b|\bwhat (?:now|next|then)\W*$",
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
ASKS_FACT: Final = re.compile(
    r"(?:^\W*(?:(?:and|so|but)\s)?|[,:;]\s)(?:\w+\s)?(?:who|whom|whose|which|where|when|what)\b"
    r"|\b(?:who|whom|where|when|what|(?:which|what|whose) \w+)\W*$",
    re.IGNORECASE,
)
"""At its head, or its end; in between such a word only joins clauses: "the error that appears when it starts"."""
ASKS_WHICH: Final = re.compile(
    r"(?:^\W*(?:which|what)(?: kinds? of| types? of)?|\blist (?:of )?(?:all )?(?:the )?)"
    r" ((?:[\w-]+ )??[\w-]+[^s\W]s)\b",
    re.IGNORECASE,
)
"""Asks for all of something, by its name."""
ASKS_OVERVIEW: Final = re.compile(
    r"\b(?:summari[sz]e|summary|overview|in short|introduce|introduction)\b", re.IGNORECASE
)
ASKS_EXAMPLE: Final = re.compile(r"\b(?:examples?|samples?|snippets?|show me)\b", re.IGNORECASE)
ASKS: Final = re.compile(rf"\?\W*$|^\W*how\b|{ASKS_WHETHER.pattern}", re.IGNORECASE)
EXPLAIN: Final = re.compile(r"^\W*(?:please )?(?:explain|describe|define)\b", re.IGNORECASE)
ASKS_WHAT_HAPPENS: Final = re.compile(r"\bwhat (?:will |would |does )?happen(?:s|ed)?\b", re.IGNORECASE)
NAME: Final = re.compile(r"(?<=\S )[A-Z][\w-]* [A-Z][\w-]*")
"""Says nothing by its words: who asks for "Better Auth" does not ask what is better."""
COMPARES: Final = re.compile(
    r"\b(?:differences?|differ|compar\w+|versus|vs|better|instead of|rather than|or|between)\b", re.IGNORECASE
)
COMPARING: Final = re.compile(
    r"\b(?:differences?|differs?|compar(?:e[ds]?|ing|isons?)|versus|vs|between)\b", re.IGNORECASE
)
"""Says that two things are wanted beside each other, and nothing of them: other things differ, too."""
DESCRIBES: Final = re.compile(
    r"^\W*(?:descriptions?|overview|introduction|summary|purpose|about|what (?:is|are|does)\b.*)\W*$", re.IGNORECASE
)
"""The heading of what something is, where the one above says of what."""
MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
COUNTS: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
NUMBERS: Final = f"{COUNTS}|none|no"
VALUE: Final = (
    r"(?:`[^`]+`|[\"'][^\"']*[\"']|[-+]?\d|\[|\{|(?:true|false|none|null|nil|on|off|yes|no|unset|unlimited)\b)"
)
"""What an option may be set to."""
DEFAULT: Final = (
    rf"\bdefaults?(?: value)?\W{{0,3}}\s*(?:is|are|to|of|=|being|set to|value)?\s*:?\W{{0,3}}{VALUE}"
    rf"|{VALUE}\W{{0,12}}(?:is the default|by default|\(default)|\bdefault\b[^.]{{0,60}}\b(?:is|to|of) {VALUE}"
    rf"|\bby default,? [^.]{{0,60}}{VALUE}|\bdefaults?(?: value)?\s*:\s*(?!see\b)\S"
)
SETS: Final = r" (?:\w+ ){1,3}(?!is|was)\w+s (?:the|an?) default \w"
"""Asks what sets a default, which is a name: "which variable sets the default folder"."""
COUNTED: Final = re.compile(r"how many (\w+)(?: (\w+))?", re.IGNORECASE)

SHAPES: Final = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(shape, re.IGNORECASE), frozenset(names.split()))
    for asks, shape, names in (
        (
            (
                rf"\b(?:what|which)\b(?!{SETS}).{{0,40}}(?<!by )\bdefaults?\b|\bdefault (?:value|of|for)\b"
                r"|(?<!by )\bdefaults?\s*\?*$"
                r"|^\W*(?:which|what) (?:[\w-]+ ){1,4}(?:is|are) (?:used|set|chosen|selected|taken) by default\b"
                r"|^\W*default (?:[\w-]+ ){0,4}(?:intervals?|timeouts?|ports?|sizes?|limits?|levels?|lengths?|depths?"
                r"|hosts?|address(?:es)?|lifetimes?|ttl|paths?)\W*$"
            ),
            DEFAULT,
            "default defaults value",
        ),
        (
            r"\b(?:price|costs?|expensive|afford|cheap)\b",
            r"[$€£¥]\s?\d|\d\s?(?:USD|EUR|dollars?|euros?|cents?)\b|\bfree\b",
            "price cost costs expensive afford cheap",
        ),
        (
            r"\bhow heavy\b|\bweighs?\b",
            r"\d\s?(?:kg|g|kilograms?|kilos?|grams?|lbs?|pounds?|oz|ounces?|t|tons?|tonnes?)\b",
            "",
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
            (
                rf"\d\s?(?:ms|s|h|m|msec)\b|(?:\d|\b(?:{COUNTS}))[\s-]?"
                r"(?:milli\w*|sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)\b"
            ),
            "duration",
        ),
        (
            r"\b(?:(?:until|since) when|when (?:is|was|did|do|does|will|are|were)|deadline|due|\w+ (?:year|date))\b",
            rf"\b(?:{MONTHS})\b.{{0,8}}\d|\b(?:1[5-9]|20)\d\d\b|\bweeks? \d",
            "when until due date year",
        ),
        (
            (
                r"\b(?:which|what|since)\b.{0,24}\bversions?\b"
                r"|^\W*(?:min(?:imum|imal)?|max(?:imum)?|oldest|least|lowest|required|supported) [^?.]*\bversions?\W*$"
            ),
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
        rf"(?:(?<![\w.-])\d+(?:[.,]\d+)*|\b(?:{NUMBERS}))\s?[x×]?\s+(?:[\w-]+\s+){{0,3}}(?:{noun})|\d+[x×]\s|\b(?:{noun})\w*\s?[:=]\W{{0,3}}\d",  # noqa: RUF001 (a sign of multiplication)
        re.IGNORECASE,
    )
