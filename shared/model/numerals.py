"""Numbers in English words: `twenty-five`, `a million`, `half an hour`, `twice`, `dozens`."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

UP_TO_NINETEEN: Final = (
    "zero one two three four five six seven eight nine "
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
DECADES: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL: Final = {word: number for number, word in enumerate(UP_TO_NINETEEN.split())}
TENS: Final = {word: 10 * number for number, word in enumerate(DECADES.split(), 2)}
LARGE: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
TIMES: Final = {"twice": "2", "thrice": "3"}
ROUGHLY: Final = frozenset(f"{each}s" for each in LARGE)
"""No one number: a source has to say so itself."""

WORD: Final = re.compile(r"[A-Za-z]+")
ONE_OF: Final = re.compile(r"\b(?P<half>half )?(?:an?|per|each|every) $", re.IGNORECASE)
HALF: Final = re.compile(r"(?<!and a )\bhalf(?:[ -]an?)?[ -](?=[a-z])", re.IGNORECASE)


@record
class Numeral:
    """A number in words.

    Attributes:
        says: It in digits.
        at: Where it begins, and `end` where it ends.
        needs_unit: It is a number only before a unit: half an hour, but not half of them.
    """

    says: str
    at: int
    end: int
    needs_unit: bool = False


def numerals(text: str) -> Iterator[Numeral]:
    """Those in the text, halves last."""
    yield from _counted(text)
    for half in HALF.finditer(text):
        yield Numeral("0.5", half.start(), half.end() - 1, needs_unit=True)


def _counted(text: str) -> Iterator[Numeral]:
    number = large = 0
    begun: int | None = None
    words = [*WORD.finditer(text), None]
    for word, following in pairwise(words):
        assert word is not None  # noqa: S101 (only the last one is none)
        said = word[0].lower()
        if said in TIMES or said in ROUGHLY:
            yield Numeral(TIMES.get(said, said), word.start(), word.end())
            continue
        one_of = (
            ONE_OF.search(text[max(0, word.start() - 9) : word.start()]) if begun is None and said in LARGE else None
        )
        if said in SMALL or said in TENS:
            number += SMALL.get(said, TENS.get(said, 0))
        elif said in LARGE and (begun is not None or one_of):
            product = LARGE[said] // (2 if one_of["half"] else 1) if one_of else number * LARGE[said]
            number, large = (0, large + product) if LARGE[said] > 100 else (product, large)  # noqa: PLR2004 (hundreds are counted on)
        else:
            continue
        begun = word.start() if begun is None else begun
        if following is None or not _goes_on(text[word.end() : following.start()], following[0].lower()):
            yield Numeral(str(large + number), begun, word.end())
            number, large, begun = 0, 0, None


def _goes_on(gap: str, word: str) -> bool:
    return gap in {" ", "-"} and (word in LARGE or word in SMALL or word in TENS)
