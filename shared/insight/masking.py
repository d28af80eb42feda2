"""Hides in a text what could tell who wrote it, or open something: addresses, secrets, long numbers."""

from __future__ import annotations

import re
from typing import Final

MASKS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
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
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "[address]"),
    (re.compile(r"(?<![\w.])\+?\(?\d(?:[ ()./-]{0,2}\d){6,}(?![\w])"), "[number]"),
)
"""What is looked for, in this order, and what stands there instead."""


def masked(text: str) -> str:
    """The text without e-mail addresses, tokens, passwords after their name, network addresses and long numbers."""
    for found, mask in MASKS:
        text = found.sub(mask, text)
    return text
