"""What a model may not write is taken out of its units: addresses, images, HTML; and citations get one form."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from shared.model.figures import western

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

CODE: Final = re.compile(r"(?<!`)(`++)(.+?)(?<!`)\1(?!`)")
CODE_AND_HYPHEN: Final = re.compile(CODE.pattern + r"(?:-(?=\w))?")
"""As in a `batch`-decorated function, where no flag follows."""
TO: Final = r"\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)"
"""Where a link leads, with what that may hold in brackets."""
IMAGE: Final = re.compile(rf"!\[(?P<text>[^\]]*)\](?:{TO}|\([^)]*\)?|\[[^\]]*\])")
LINK: Final = re.compile(rf"(?<!!)\[(?P<text>[^\[\]]*)\](?:{TO}|\[(?=[^\]]*[A-Za-z])[^\]]*\])")
LEADS_ON: Final = re.compile(r"\](?=\()")
"""What is left of a link that no pattern knew: a space makes text of it."""
DEFINITION: Final = re.compile(r"^(?:[\s>*+-]|\d{1,3}[.)]\s)*\[\^?(?P<text>[^\]\n]+)\]:\s*\S.*$", re.MULTILINE)
BARE: Final = re.compile(
    r"<?(?:\b(?:[a-z][a-z\d+.-]{1,15}://|www\.|(?:mailto|data|javascript|vbscript|file|blob|tel|sms):)|(?<![\w:/])//(?=\w))"
    r"[^\s<>]*>?",
    re.IGNORECASE,
)
TAG: Final = re.compile(
    r"<<[^<>\n]{0,60}>>|</?[A-Za-z!][^<>]*>|<!--.*?-->|</?[A-Za-z][\w:-]*(?:[\s/][^<>]*)?$|<[|\uff5c][^<>\n]{1,40}[|\uff5c]>",
    re.DOTALL,
)
"""HTML, the lines around what a model is told, and what templates of chats put around turns (`<|im_end|>`)."""
DEEPEST: Final = 8
"""Tags within tags; whoever writes more of them writes no text."""
HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff\U000e0000-\U000e0fff]"
)
"""Control characters and marks that change how a text reads; joiners stay, as Urdu and Hindi write with them."""

ASIDE: Final = re.compile("\ue000(\\d+)\ue001")
"""Where a span of code was; nobody else can write it, because HIDDEN goes first."""

ENTITY: Final = re.compile(
    r"&(?:#(?P<number>\d{1,7})|#x(?P<hex>[\da-f]{1,6})|(?P<name>amp|lt|gt|quot|apos|nbsp));", re.IGNORECASE
)
ENTITIES: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}

OTHER_MARKS: Final = (
    (re.compile(r"\[\^(?!\d)[^\]\s]{1,30}\]"), ""),
    (re.compile(r"\\([\[\]])"), r"\1"),
    (re.compile(r"\[(\[\^?\d{1,3}\])\]"), r"\1"),
    (re.compile(r"<sup>[\s\[(]*(\d{1,3}(?:\s*,\s*\d{1,3})*)[\s\])]*</sup>", re.IGNORECASE), r" [\1]"),
    (
        re.compile(
            r"\((?:see )?(?:sources?|quellen?|refs?\.?)[\s:#]*\[?(\d{1,3}(?:\s*,\s*\d{1,3})*)\]?\)", re.IGNORECASE
        ),
        r"[\1]",
    ),
)
"""Footnotes of its own; forms of a citation that become `[1]` before all else: escaped, doubled, raised, in words."""
RAISED: Final = re.compile(
    r"(?:(?<=[^\W\d_]{3})|(?<=[.!?\"')\u201d\ue001]))[ \u00a0]?([\u00b9\u00b2\u00b3\u2070-\u2079]+)(?=[\s.,;:!?)]|$)"
)

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

    def plain(found: re.Match[str]) -> str:
        """The address where it may be shown, and in any case a bracket that it did not open."""
        address = found[0].strip("<>")
        closes = ")" * (address.count(")") > address.count("(") and address.endswith((")", ").", "),", ");")))
        return address if known(address.strip(".,;:)")) else closes

    def cleaned(prose: str) -> str:
        prose = _in_usual_marks(ENTITY.sub(_character, prose))
        prose = DEFINITION.sub("", IMAGE.sub(_text, prose))
        for _ in range(3):  # a link's text may hold another one
            prose = LINK.sub(_text, prose)
        return _without_tags(LEADS_ON.sub("] ", BARE.sub(plain, prose)))

    return outside_code(HIDDEN.sub("", text), cleaned)


def _without_tags(prose: str) -> str:
    """None is left either that one within it had cut: `<scr<b>ipt>`."""
    for _ in range(DEEPEST):
        prose, cut = TAG.subn("", prose)
        if not cut:
            return prose
    return prose.replace("<", "")


def _in_usual_marks(prose: str) -> str:
    for pattern, form in OTHER_MARKS:
        prose = pattern.sub(form, prose)
    return RAISED.sub(lambda found: f" [{western(found[1])}]", prose)


def _character(entity: re.Match[str]) -> str:
    """What it stands for, so that it is checked and shown as what readers see."""
    if name := entity["name"]:
        return ENTITIES[name.lower()]
    code = int(entity["number"]) if entity["number"] else int(entity["hex"], 16)
    return "" if code > sys.maxunicode or 0xD800 <= code < 0xE000 else HIDDEN.sub("", chr(code))  # noqa: PLR2004 (surrogates)


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


def tidied(text: str, *, indented: bool) -> str:
    """What is left when something was taken out: no empty brackets, no two spaces."""
    indent = text[: len(text) - len(text.lstrip())] if indented else ""
    return indent + outside_code(text, _tidied).strip()


def _tidied(prose: str) -> str:
    prose = re.sub(r"(?<!\w)\(\s*\)|(?<!\w)\((?=\s*(?:\[\d|[.,;!?]|$))", "", prose)
    spaced = re.sub(r"(?<=\S)[ \t]{2,}", " ", prose)
    return re.sub(r"(?<!\s)\s+([.,;!?])(?=\s|$)", r"\1", spaced)


def without_marks(text: str) -> str:
    """The prose that a unit claims: without citations, code and emphasis."""
    return CODE_AND_HYPHEN.sub(" ", MARK.sub(" ", text))


def spans(text: str) -> list[str]:
    """What stands in its spans of code."""
    return [each[1].strip() for each in CODE.findall(text)]


def _numbers(told: str) -> list[int]:
    expanded = RANGE.sub(lambda found: ",".join(map(str, _range(int(found[1]), int(found[2])))), told)
    return [int(each) for each in re.findall(r"\d+", expanded)]


def _range(first: int, last: int) -> range:
    return range(first, min(last, first + LONGEST_RANGE) + 1)
