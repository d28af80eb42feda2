"""Numbers as people write them, and what they count: compared by what they mean, not by how they look.

`1,000`, `1 000` and `one thousand` are one number, in the digits of whatever script; `1.000` may be it as well. `1.5 s`
is `1500 ms`, and never `1.5` of anything else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEPARATORS: Final = " \u00a0\u202f\u2009'\u2019_"
GROUPS: Final = re.compile(rf"\d{{1,3}}(?:[{SEPARATORS}]\d{{3}})+(?:[.,]\d+)?(?![\d{SEPARATORS}]\d)|\d+(?:[.,]\d+)*")
NUMBER: Final = re.compile(
    rf"(?:(?<=[\s(\[|:=~<>\"'])|^)(?P<sign>[-\u2212+])?(?P<before>[$\u20ac\u00a3\u00a5\u20b9])?\s?(?P<a>{GROUPS.pattern})"
    rf"|(?<![A-Za-z_\d.,])(?P<mid>[$\u20ac\u00a3\u00a5\u20b9])?(?P<b>{GROUPS.pattern})"
)
AFTER: Final = re.compile(
    r"[ \u00a0\u202f-]?(?:(?:more|full|whole|further|additional)\s)?"
    r"(?P<unit>%|\u00b0\s?[CF]|\u00b5s|\u03bcs|[$\u20ac\u00a3\u00a5\u20b9]|[A-Za-z]+(?:/[A-Za-z]+)?)"
)

_TIME: Final = {
    1e-9: "ns nanosecond nanoseconds",
    1e-6: "us µs μs microsecond microseconds",
    1e-3: "ms msec millisecond milliseconds",
    1: "s sec secs second seconds",
    60: "min mins minute minutes",
    3600: "h hr hrs hour hours",
    86400: "d day days",
    604800: "wk week weeks",
    2629746: "month months",
    31556952: "yr yrs year years",
}
_BYTES: Final = {
    1: "byte bytes",
    10**3: "kb kilobyte kilobytes kib",
    10**6: "mb megabyte megabytes mib",
    10**9: "gb gigabyte gigabytes gib",
    10**12: "tb terabyte terabytes tib",
}
_OTHERS: Final = {
    "frequency": {1: "hz hertz", 10**3: "khz kilohertz", 10**6: "mhz megahertz", 10**9: "ghz gigahertz"},
    "length": {
        1e-3: "mm millimeter millimeters millimetre millimetres",
        1e-2: "cm centimeter centimeters centimetre centimetres",
        1: "m meter meters metre metres",
        1000: "km kilometer kilometers kilometre kilometres",
        0.0254: "inch inches",
        0.3048: "ft foot feet",
        1609.344: "mile miles",
    },
    "mass": {1e-6: "mg", 1e-3: "g gram grams", 1: "kg kilogram kilograms", 0.45359237: "lb lbs pound pounds"},
    "voltage": {1e-3: "mv", 1: "v volt volts", 1000: "kv"},
    "current": {1e-3: "ma", 1: "a amp amps ampere amperes"},
    "charge": {1e-3: "mah", 1: "ah"},
    "power": {1e-3: "mw", 1: "w watt watts", 1000: "kw kilowatt kilowatts"},
    "ratio": {1: "% percent pct"},
    "temperature": {1: "°c celsius"},
    "fahrenheit": {1: "°f fahrenheit"},
    "angle": {1: "deg degree degrees", 57.29577951308232: "rad radian radians"},
    "bits": {1: "bit bits", 10**3: "kbps kbit kbits", 10**6: "mbps mbit mbits", 10**9: "gbps gbit gbits"},
    "rate": {1: "fps"},
    "pixels": {1: "px pixel pixels"},
    "dollars": {1: "$ usd dollar dollars", 0.01: "cent cents"},
    "euros": {1: "€ eur euro euros"},
    "pounds": {1: "£ gbp"},
    "yen": {1: "¥ jpy yen"},
    "rupees": {1: "₹ inr pkr rs rupee rupees"},
}
UNITS: Final = {
    word: (kind, Decimal(str(factor)))
    for kind, table in {"time": _TIME, "bytes": _BYTES, **_OTHERS}.items()
    for factor, words in table.items()
    for word in words.split()
}
"""What a unit measures, and how many of the first one it is."""

ONLY_AS_WRITTEN: Final = frozenset({"s", "h", "d", "m", "g", "a", "v", "w", "mw", "ma"})
"""Single letters and their like mean a unit only as they are written here, or in capitals where that is usual."""
CAPITALS: Final = frozenset({"V", "A", "W"})

BINARY: Final = Decimal(1024) / Decimal(1000)

NUMERALS: Final = (
    "zero one two three four five six seven eight nine "
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
DECADES: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL: Final = {word: number for number, word in enumerate(NUMERALS.split())}
TENS: Final = {word: 10 * number for number, word in enumerate(DECADES.split(), 2)}
LARGE: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
WORD: Final = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts.

    Attributes:
        readings: What it may mean: `1.000` is a thousand to some, and one to others.
        kind: What its unit measures; empty without one.
        factor: Of its unit.
        spelt: It is written as a word.
        at: Where it stands.
    """

    readings: frozenset[str]
    kind: str = ""
    factor: Decimal = Decimal(1)
    spelt: bool = False
    at: int = 0

    def says(self, other: Figure) -> bool:
        """Whether this one, of a source, is what the other one claims."""
        if not other.kind or not self.kind:
            return bool(self.readings & other.readings)
        return self.kind == other.kind and _equal(self, other)


def figures(text: str) -> list[Figure]:
    """The numbers in the text, in digits of whatever script, and in English words."""
    plain = western(text)
    return [*_in_digits(plain), *_in_words(plain)]


def western(text: str) -> str:
    """The text with the digits 0 to 9 for those of every script, character by character."""
    if text.isascii():
        return text
    return "".join(_digit(each) for each in text)


def units_in(text: str) -> set[tuple[str, Decimal]]:
    """The units that the text names, with a number or without, as in the head of a table."""
    named = {unit for word in re.findall(r"[A-Za-zµμ]+|[%$€£¥₹]|°\s?[CF]", text) if (unit := _unit(word))}
    return {unit for unit in named if unit}


def _digit(character: str) -> str:
    if character == "\u066b":
        return "."
    if character == "\u066c":
        return ","
    return str(unicodedata.digit(character, character)) if not character.isascii() else character


def _in_digits(text: str) -> Iterator[Figure]:
    for found in NUMBER.finditer(text):
        raw = found["a"] or found["b"]
        after = AFTER.match(text, found.end())
        word = after["unit"] if after else ""
        unit = _unit(found["before"] or found["mid"] or "") or _unit(word)
        glued = bool(after) and text[found.end() : found.end() + 1].isalpha()
        if glued and unit is None:
            continue  # `4x`, `2nd`, `3D`: a name with a digit in it
        sign = "-" if found["sign"] in {"-", "\u2212"} else ""
        kind, factor = unit or ("", Decimal(1))
        yield Figure(frozenset(sign + each for each in readings(raw)), kind, factor, at=found.start())


def _in_words(text: str) -> Iterator[Figure]:
    number = large = 0
    begun: int | None = None
    words = [*WORD.finditer(text), None]
    for word, following in pairwise(words):
        assert word is not None  # noqa: S101 (only the last one is none)
        said = word[0].lower()
        if said in SMALL or said in TENS:
            number += SMALL.get(said, TENS.get(said, 0))
        elif said in LARGE and begun is not None:
            number, large = (0, large + number * LARGE[said]) if LARGE[said] > 100 else (number * LARGE[said], large)  # noqa: PLR2004 (hundreds are counted on)
        else:
            continue
        begun = word.start() if begun is None else begun
        if following is None or not _goes_on(text[word.end() : following.start()], following[0].lower()):
            after = AFTER.match(text, word.end())
            kind, factor = (_unit(after["unit"]) if after else None) or ("", Decimal(1))
            yield Figure(frozenset({str(large + number)}), kind, factor, spelt=True, at=begun)
            number, large, begun = 0, 0, None


def _goes_on(gap: str, word: str) -> bool:
    return gap in {" ", "-"} and (word in LARGE or word in SMALL or word in TENS)


def readings(raw: str) -> set[str]:
    """What a number in digits may mean, in one spelling each."""
    plain = re.sub(f"[{SEPARATORS}]", "", raw)
    points, commas = plain.count("."), plain.count(",")
    if not points and not commas:
        return {plain.lstrip("0") or "0"}
    if points and commas:
        decimal = max(".,", key=plain.rfind)
        other = "," if decimal == "." else "."
        return {plain.replace(other, "").replace(decimal, ".")}
    groups = re.split("[.,]", plain)
    in_threes = all(len(each) == 3 for each in groups[1:]) and len(groups[0]) <= 3  # noqa: PLR2004 (1,000,000)
    if len(groups) > 2:  # noqa: PLR2004 (1.2.3 is a version)
        return {"".join(groups)} if in_threes else {plain}
    return {".".join(groups), *([("".join(groups)).lstrip("0") or "0"] if in_threes and groups[0] != "0" else [])}


def _unit(word: str) -> tuple[str, Decimal] | None:
    folded = word.replace(" ", "").lower()
    if folded in ONLY_AS_WRITTEN and word not in CAPITALS and word != folded:
        return None
    if folded in {"a", "m"} and word == "a":
        return None  # the article
    return UNITS.get(folded)


def _equal(one: Figure, other: Figure) -> bool:
    ours, theirs = _values(one), _values(other)
    near = {value * BINARY**power for value in ours for power in range(-4, 5)} if one.kind == "bytes" else ours
    return any(abs(each - value) <= abs(value) * Decimal("0.0005") for each in near for value in theirs)


def _values(figure: Figure) -> set[Decimal]:
    return {value * figure.factor for value in _decimals(figure.readings)}


def _decimals(numbers: Iterable[str]) -> Iterator[Decimal]:
    for number in numbers:
        try:
            yield Decimal(number)
        except InvalidOperation:
            continue  # a version
