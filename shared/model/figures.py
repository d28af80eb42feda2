"""Numbers as people write them, and what they count: compared by what they mean, not by how they look.

`1,000`, `1 000`, `1k` and `one thousand` are one number, in the digits of whatever script; `1.000` may be it as well.
`1.5 s` is `1500 ms`, and never `1.5` of anything else; `5 a minute` is not `5 an hour`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from shared.model.measures import seconds_of, unit_of
from shared.model.numerals import numerals
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEPARATORS: Final = " \u00a0\u202f\u2009'\u2019_"
GROUPS: Final = re.compile(rf"\d{{1,3}}(?:[{SEPARATORS}]\d{{3}})+(?:[.,]\d+)?(?![\d{SEPARATORS}]\d)|\d+(?:[.,]\d+)*")
NUMBER: Final = re.compile(
    rf"(?:(?<=[\s(\[|:=~<>\"'])|^)(?P<sign>[-\u2212+])?(?P<before>[$\u20ac\u00a3\u00a5\u20b9])?\s?(?P<a>{GROUPS.pattern})"
    rf"|(?<![A-Za-z_\d.,])[vV]?(?P<mid>[$\u20ac\u00a3\u00a5\u20b9])?(?P<b>{GROUPS.pattern})"
)
BELOW_ZERO: Final = ("minus ", "negative ", "minus-", "negative-")
SCALE: Final = re.compile(r"[ \u00a0-]?(?P<word>thousand|million|billion|trillion)\b|(?P<letter>[kKM])(?!\w)")
AFTER: Final = re.compile(
    r"[ \u00a0\u202f-]?(?:(?:more|full|whole|further|additional)\s)?"
    r"(?P<unit>%|\u00b0\s?[CF]|\u00b5s|\u03bcs|[$\u20ac\u00a3\u00a5\u20b9]|[A-Za-z]+)(?:/(?P<per>[A-Za-z]+))?"
)
PER: Final = re.compile(
    r"(?:[ \u00a0][A-Za-z'-]+){0,4}?(?:[ \u00a0](?:per|an?|each|every)[ \u00a0]|\s?/\s?)(?P<unit>[a-z]+)\b"
)
RANGE: Final = re.compile(r"\s*(?:[-\u2013\u2014x\u00d7]|to|and|or|through|until)\s*")
FRACTION: Final = re.compile(r"(?:(?<!\d)(?P<whole>\d{1,12})[ \u00a0]?)?(?P<part>[\u00bc-\u00be\u2150-\u215e])")

FACTORS: Final = {"k": 10**3, "K": 10**3, "M": 10**6} | {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
"""No `B`: `512B` are bytes, and `7B` are billions."""
BINARY: Final = Decimal(1024) / Decimal(1000)


@record
class Figure:
    """A number and what it counts.

    Attributes:
        readings: What it may mean: `1.000` is a thousand to some, and one to others. A word where it is no one number.
        kind: What its unit measures; empty without one.
        factor: Of its unit.
        spelt: It is written as a word.
        at: Where it stands, and `end` where it ends.
        per: Seconds of the time that it is counted for; None without one.
    """

    readings: frozenset[str]
    kind: str = ""
    factor: Decimal = Decimal(1)
    spelt: bool = False
    at: int = 0
    end: int = 0
    per: Decimal | None = None

    def says(self, other: Figure) -> bool:
        """Whether this one, of a source, is what the other one claims."""
        if self.per is not None and other.per is not None and self.per != other.per:
            return False
        if self.kind == "ratio" and not other.kind:
            return False
        if not other.kind or not self.kind:
            return bool(self.readings & other.readings)
        return self.kind == other.kind and _equal(self, other)


def figures(text: str) -> list[Figure]:
    """The numbers in the text, in digits of whatever script, and in English words."""
    plain = FRACTION.sub(_in_decimals, western(text))
    found = sorted([*_in_digits(plain), *_in_words(plain)], key=lambda each: each.at)
    return _with_shared_units([_counted_for(each, plain) for each in found], plain)


def western(text: str) -> str:
    """The text with the digits 0 to 9 for those of every script, character by character."""
    if text.isascii():
        return text
    return "".join(_digit(each) for each in text)


def is_quantity(word: str) -> bool:
    """Whether the word is nothing but a number with its unit or its scale: `64KB`, `1.5k`."""
    found = figures(word)
    if len(found) != 1 or (found[0].at, found[0].end) != (0, len(word)):
        return False
    return bool(found[0].kind) or word[-1:] in FACTORS


def _digit(character: str) -> str:
    if character == "\u066b":
        return "."
    if character == "\u066c":
        return ","
    return str(unicodedata.digit(character, character)) if not character.isascii() else character


def _in_decimals(found: re.Match[str]) -> str:
    return f"{int(found['whole'] or 0) + unicodedata.numeric(found['part']):.6g}"


def _in_digits(text: str) -> Iterator[Figure]:
    for found in NUMBER.finditer(text):
        scale = SCALE.match(text, found.end())
        counted_to = scale.end() if scale else found.end()
        after = AFTER.match(text, counted_to)
        before = unit_of(found["before"] or found["mid"] or "")
        unit = before or (unit_of(after["unit"]) if after else None)
        if unit is None and text[counted_to : counted_to + 1].isalpha():
            continue  # `4x`, `2nd`, `3D`: a name with a digit in it
        minus = found["sign"] in {"-", "\u2212"} or _is_below_zero(text, found.start())
        read = _scaled(readings(found["a"] or found["b"]), FACTORS[scale["word"] or scale["letter"]] if scale else 1)
        kind, factor = unit or ("", Decimal(1))
        yield Figure(
            frozenset(f"-{each}" if minus else each for each in read),
            *(kind, factor),
            at=found.start(),
            end=after.end("unit") if after and unit and not before else counted_to,
            per=seconds_of(after["per"]) if after and after["per"] else None,
        )


def _in_words(text: str) -> Iterator[Figure]:
    for each in numerals(text):
        after = AFTER.match(text, each.end)
        unit = unit_of(after["unit"]) if after else None
        if each.needs_unit and not unit:
            continue
        end = after.end("unit") if after and unit else each.end
        kind, factor = unit or ("", Decimal(1))
        reading = f"-{each.says}" if _is_below_zero(text, each.at) else each.says
        yield Figure(frozenset({reading}), kind, factor, spelt=True, at=each.at, end=end)


def _is_below_zero(text: str, at: int) -> bool:
    return text[max(0, at - 9) : at].lower().endswith(BELOW_ZERO)


def _scaled(read: Iterable[str], factor: int) -> set[str]:
    """The readings so many times; what is a version stays one."""
    if factor == 1:
        return {*read}
    return {format((number * factor).normalize(), "f") for number in _decimals(read)}


def _counted_for(figure: Figure, text: str) -> Figure:
    """With what time it is counted for: `5 requests a minute`."""
    found = PER.match(text, figure.end) if figure.per is None else None
    per = seconds_of(found["unit"]) if found else None
    return figure if per is None else replace(figure, per=per)


def _with_shared_units(found: list[Figure], text: str) -> list[Figure]:
    """In `5 to 10 minutes` both count minutes."""
    for at in reversed(range(len(found) - 1)):
        one, following = found[at : at + 2]
        if not one.kind and RANGE.fullmatch(text, one.end, following.at):
            per = following.per if one.per is None else one.per
            found[at] = replace(one, kind=following.kind, factor=following.factor, per=per)
    return found


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


def _equal(one: Figure, other: Figure) -> bool:
    ours, theirs = _values(one), _values(other if one.readings & other.readings else _as_written(other))
    near = {value * BINARY**power for value in ours for power in range(-4, 5)} if one.kind == "bytes" else ours
    return any(abs(each - value) <= abs(value) * Decimal("0.0005") for each in near for value in theirs)


def _as_written(figure: Figure) -> Figure:
    """Nobody writes `1,500` for one and a half: of two readings the one with noughts at its end goes."""
    kept = frozenset(each for each in figure.readings if not ("." in each and each.endswith("0")))
    return replace(figure, readings=kept) if kept else figure


def _values(figure: Figure) -> set[Decimal]:
    return {value * figure.factor for value in _decimals(figure.readings)}


def _decimals(numbers: Iterable[str]) -> Iterator[Decimal]:
    for number in numbers:
        try:
            yield Decimal(number)
        except InvalidOperation:
            continue  # a version
