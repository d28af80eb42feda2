"""The element's colours have the contrast that WCAG 2.1 AA asks for, in light and in dark."""

from __future__ import annotations

import re

import pytest

from infra.local.program import PROJECT

STYLE = (PROJECT / "functions/widget/source/style.css").read_text("utf-8")
BOTH = r"\.root(?:\[data-scheme=\"dark\"\])? \{(.*?)\n\}"
LIGHT, DARK = re.findall(BOTH, STYLE, re.DOTALL)[:2]
COLOUR = r"--([\w-]+): (?:var\(--[\w-]+, )?(#[0-9a-f]{6})\)?;"

TEXT = 4.5
CONTROL = 3.0
PAIRS = [
    ("text", "page", TEXT),
    ("text", "raised", TEXT),
    ("text", "notice", TEXT),
    ("quiet", "page", TEXT),
    ("quiet", "raised", TEXT),
    ("accent", "page", TEXT),
    ("accent", "raised", TEXT),
    ("page", "text", TEXT),
    ("on-accent", "accent", TEXT),
    ("danger", "page", TEXT),
    ("control", "page", CONTROL),
    ("control", "raised", CONTROL),
    ("notice-line", "notice", CONTROL),
]


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_colour_can_be_told_from_what_is_behind_it(scheme: str, front: str, back: str, least: float) -> None:
    colours = dict(re.findall(COLOUR, scheme))
    darker, lighter = sorted([luminance(colours[front]), luminance(colours[back])])

    contrast = (lighter + 0.05) / (darker + 0.05)

    assert contrast >= least, f"{contrast:.2f}"
