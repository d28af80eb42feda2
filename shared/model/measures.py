"""Units of measure: what each counts, and how many of its kind's first one it is."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

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


FRAMES: Final = re.compile(r"\b(?:frames|images|pictures) (?:per|an?|each|every) second\b", re.IGNORECASE)


def abbreviated(text: str) -> str:
    """The text with the units of several words written as one."""
    return FRAMES.sub("fps", text)


def unit_of(word: str) -> tuple[str, Decimal] | None:
    """What the word measures, and its factor; None where it is no unit."""
    folded = word.replace(" ", "").lower()
    if folded in ONLY_AS_WRITTEN and word not in CAPITALS and word != folded:
        return None
    if folded in {"a", "m"} and word == "a":
        return None  # the article
    return UNITS.get(folded)


def units_in(text: str) -> set[tuple[str, Decimal]]:
    """The units that the text names, with a number or without, as in the head of a table."""
    named = {unit for word in re.findall(r"[A-Za-zµμ]+|[%$€£¥₹]|°\s?[CF]", text) if (unit := unit_of(word))}
    return {unit for unit in named if unit}


def seconds_of(word: str) -> Decimal | None:
    """How long a unit of time is; None where it is none."""
    kind, factor = unit_of(word) or ("", Decimal(0))
    return factor if kind == "time" else None
