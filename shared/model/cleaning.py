"""What a model may not write is taken out of its units: addresses, images, HTML; and citations get one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.figures import western

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

CODE: Final = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
IMAGE: Final = re.compile(r"!\[(?P<text>[^\]]*)\](?:\([^)]*\)?|\[[^\]]*\])")
LINK: Final = re.compile(r"(?<!!)\[(?P<text>[^\[\]]*)\](?:\((?:[^()]|\([^()]*\))*\)|\[(?=[^\]]*[A-Za-z])[^\]]*\])")
DEFINITION: Final = re.compile(r"^\s{0,3}\[\^?(?P<text>[^\]]+)\]:\s*\S.*$", re.MULTILINE)
BARE: Final = re.compile(r"<?\b(?:[a-z][a-z\d+.-]{1,15}://|www\.|mailto:|data:|javascript:)[^\s<>]*>?", re.IGNORECASE)
TAG: Final = re.compile(r"</?[A-Za-z!][^<>]*>|<!--.*?-->|</?[A-Za-z][\w-]*(?:\s[^<>]*)?$", re.DOTALL)
HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ue000-\uf8ff]"
)
"""Control characters and marks that change how a text reads; joiners stay, as Urdu and Hindi write with them."""

ASIDE: Final = re.compile("\ue000(\\d+)\ue001")
"""Where a span of code was; nobody else can write it, because HIDDEN goes first."""

MARK: Final = re.compile(
    r"(?P<space>[ \u00a0]?)(?:\[|\u3010|\uff3b)\s*\^?(?:sources?|quelle[n]?|ref\.?|source id)?[\s:#]*"
    r"(?P<numbers>\d{1,3}(?:\s*(?:[,;\u060c\u3001&-]|and|\u2013)\s*(?:source\s*)?\^?\d{1,3})*)\s*(?:\u2020[^\]\u3011]*)?(?:\]|\u3011|\uff3d)",
    re.IGNORECASE,
)
RANGE: Final = re.compile(r"(\d{1,3})\s*[-\u2013]\s*(\d{1,3})")
LONGEST_RANGE: Final = 8


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with everything but its spans of code changed."""
    spans: list[str] = []

    def put_aside(span: re.Match[str]) -> str:
        spans.append(span[0])
        return f"\ue000{len(spans) - 1}\ue001"

    return ASIDE.sub(lambda place: spans[int(place[1])], change(CODE.sub(put_aside, text)))


def without_addresses(text: str, *, known: Callable[[str], bool]) -> str:
    """Prose without links, images and HTML; their text stays.

    Args:
        text: Markdown of one unit.
        known: Whether an address stands in a source, in plain sight, so that it may be shown as text.
    """

    def cleaned(prose: str) -> str:
        prose = DEFINITION.sub("", IMAGE.sub(_text, prose))
        for _ in range(3):  # a link's text may hold another one
            prose = LINK.sub(_text, prose)
        prose = BARE.sub(lambda found: found[0].strip("<>") if known(found[0].strip("<>.,;:)")) else "", prose)
        return TAG.sub("", prose)

    return outside_code(HIDDEN.sub("", text), cleaned)


def _text(found: re.Match[str]) -> str:
    text = found["text"]
    # `[1](https://…)` is a citation that a model made a link of
    return f"[{text}]" if re.fullmatch(r"\^?\d{1,3}", text.strip()) else text


def cited(text: str, known: Collection[int]) -> tuple[str, list[int]]:
    """The text with its citations as `[1][2]`, none of an unknown source; and their numbers, in order."""
    numbers: list[int] = []

    def one_form(found: re.Match[str]) -> str:
        meant = [each for each in _numbers(western(found["numbers"])) if each in known]
        numbers.extend(meant)
        return found["space"] + "".join(f"[{each}]" for each in meant) if meant else ""

    changed = outside_code(text, lambda prose: MARK.sub(one_form, prose))
    return changed, list(dict.fromkeys(numbers))


def without_marks(text: str) -> str:
    """The prose that a unit claims: without citations, code and emphasis."""
    return CODE.sub(" ", MARK.sub(" ", text))


def spans(text: str) -> list[str]:
    """What stands in its spans of code."""
    return [each[1].strip() for each in CODE.findall(text)]


def _numbers(told: str) -> list[int]:
    expanded = RANGE.sub(lambda found: ",".join(map(str, _range(int(found[1]), int(found[2])))), told)
    return [int(each) for each in re.findall(r"\d+", expanded)]


def _range(first: int, last: int) -> range:
    return range(first, min(last, first + LONGEST_RANGE) + 1)
