"""Hides in a text what could tell who wrote it, or open something: addresses, secrets, long numbers."""

from __future__ import annotations

import re
from typing import Final

Masks = tuple[tuple[re.Pattern[str], str], ...]
"""What is looked for, in this order, and what stands there instead."""

SECRETS: Final[Masks] = (
    (re.compile(r"(?<=://)[^\s/@]+@"), "[secret]@"),
    (re.compile(r"[^\s@<>(),;:\"']+@[^\s@<>(),;:\"']+\.[^\s@<>(),;:\"'?!.]+"), "[e-mail]"),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"), "[token]"),
    (
        re.compile(r"\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abpr]|npm|pypi|hf|AKIA|ASIA|AIza)[-_]?[\w-]{12,}"),
        "[token]",
    ),
    (
        re.compile(
            r"\b((?:api|access|auth|secret|private)?[ _-]?(?:password|passwort|passwd|pwd|token|secret|key))"
            r"(\s*[:=]\s*|\s+is\s+)[\"'`]?[^\s\"'`]+[\"'`]?",
            re.IGNORECASE,
        ),
        r"\1\2[secret]",
    ),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), "[token]"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_+]{20,}={0,2}"), "[token]"),
)
NUMBERS: Final[Masks] = (
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "[address]"),
    (re.compile(r"(?<![\w.])\+?\(?\d(?:[ ()./-]{0,2}\d){6,}(?![\w])"), "[number]"),
)


def masked(text: str) -> str:
    """The text without e-mail addresses, tokens, passwords after their name, network addresses and long numbers."""
    return _without(SECRETS + NUMBERS, text)


def masked_page(path: str) -> str:
    """The same of a page's path, which has numbers of its own: versions (`/4.2.1.0/`), dates and articles' numbers."""
    return "/".join(_without(SECRETS, segment) for segment in path.split("/"))


def _without(masks: Masks, text: str) -> str:
    for found, mask in masks:
        text = found.sub(mask, text)
    return text
