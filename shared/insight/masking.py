"""Hides in a text what could tell who wrote it, or open something: addresses, secrets, long numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

Masks = tuple[tuple[re.Pattern[str], str], ...]
"""What is looked for, in this order, and what stands there instead."""

DASH: Final = r"\-\u2010-\u2015\u2212"
SPACE: Final = r" \u00a0\u2007\u2009\u202f"
GAP: Final = rf"[{SPACE}{DASH}]?"

OPENERS: Final = (
    r"pass(?:word|wort|wd|phrase|code)|kennwort|pwd|pin[ _-]code|contrase\u00f1a|mot de passe|senha|has\u0142o|"
    r"\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u30d1\u30b9\u30ef\u30fc\u30c9|"
    r"(?:api|access|auth|secret|private|client|session|signing|refresh|bearer)[ _-]?(?:token|secret|key)"
)
"""Whatever is said of these after a colon opens something."""
PLAIN_NAMES: Final = "token|secret|key"
"""These have values of all kinds: only what looks like a secret is one."""
IS: Final = r"[\"'`]?(?:\s+is)?\s*(?::=|=>|[:=])\s*"
VALUE: Final = r"(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|[^\s\"'`&]+)"
ODD: Final = r"(?=[^\s\"'`]*(?:\d|[a-z][A-Z]|\w[^\w\s\"'`.,;:!?]+\w))"
"""Before what is no word: with a digit, a capital or a sign within."""
NO_METHOD: Final = r"(?!(?:sha-?\d+|md5|argon2\w*|base64|pbkdf2|oauth2?|utf-?8|x509|ed25519|bcrypt)\b)"

SECRETS: Final[Masks] = (
    (re.compile(r"-----BEGIN [A-Z \d]+-----.*?(?:-----END [A-Z \d]+-----|\Z)", re.DOTALL), "[token]"),
    (re.compile(r"(?<=://)[^\s/@]+@"), "[secret]@"),
    (re.compile(r"\"[^\"\s@]+(?: [^\"\s@]+)?\"@[^\s@]+"), "[e-mail]"),
    (
        re.compile(
            r"(?<![^\s@\uff20<>(),;:\"'])[^\s@\uff20<>(),;:\"']+[@\uff20][^\s@\uff20<>(),;:\"']+\.[^\s@\uff20<>(),;:\"'?!.]+"
        ),
        "[e-mail]",
    ),
    (
        re.compile(
            r"(?<![\w.+-])[\w.+-]+\s?[\[({]\s?at\s?[\])}]\s?[\w-]+(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[\w-]+)*",
            re.IGNORECASE,
        ),
        "[e-mail]",
    ),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"), "[token]"),
    (re.compile(r"\b(Authorization\s*:\s*)(?:[A-Za-z]+\s+)?\S+", re.IGNORECASE), r"\1[secret]"),
    (re.compile(r"\b((?:Bearer|Basic)\s+)(?=\S*[\d._~+/=-]\w)[\w.~+/=-]{8,}"), r"\1[token]"),
    (
        re.compile(
            r"([?&#;][\w.-]{0,40}(?:token|sig|signature|code|key|secret|session|sid|auth|password|pwd|nonce|ticket|otp)=)"
            r"[^\s&#]+",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    (
        re.compile(
            r"\b(?:(?:sk|pk|rk|ghp|gho|ghu|ghs|github_pat|glpat|xox[abeprs]|npm|pypi|hf|gsk|xai|pplx|whsec|shp(?:at|ca|pa|ss)"
            r"|dop_v1|AIza|SG|ya29)[-_.]?[\w.-]{12,}|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}|[a-z]{2,10}_(?:live|test|v1)_\w{8,})"
        ),
        "[token]",
    ),
    (re.compile(rf"(?<![A-Za-z])([\w.-]{{0,40}}(?:{OPENERS}){IS}){VALUE}", re.IGNORECASE), r"\1[secret]"),
    (re.compile(rf"\b((?i:{PLAIN_NAMES})(?:{IS}|\s+is\s+))[\"'`]?{ODD}[^\s\"'`&]+[\"'`]?"), r"\1[secret]"),
    (re.compile(rf"\b((?i:{OPENERS})\s+(?:is\s+)?)[\"'`]?{NO_METHOD}{ODD}[^\s\"'`]{{5,}}[\"'`]?"), r"\1[secret]"),
    (
        re.compile(
            rf"\b(my (?:{OPENERS}) is )"
            r"(?!(?:not?|n't|in\w*|wrong|missing|too|re\w+|expired|empty|an?|the|being|\w+ed)\b(?!-))\S+",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE), "[token]"),
    (re.compile(rf"\b[A-Z]{{2}}\d\d(?:{GAP}[A-Z0-9]{{4}}){{2,7}}(?:{GAP}[A-Z0-9]{{1,3}})?\b"), "[number]"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_+]{20,}={0,2}"), "[token]"),
    (
        re.compile(r"(?<![\w/+])(?=[A-Za-z/+]*\d)(?=[A-Z\d/+]*[a-z])(?=[a-z\d/+]*[A-Z])[A-Za-z0-9/+]{40}(?![\w/+])"),
        "[token]",
    ),
)
NUMBERS: Final[Masks] = (
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "[address]"),
    (re.compile(r"(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])", re.IGNORECASE), "[address]"),
    (
        re.compile(
            r"(?<![\w:.])(?=[0-9a-f:]*::|(?:[0-9a-f]{1,4}:){7})(?=[0-9a-f:]*\d)[0-9a-f:]{6,}(?![\w:])", re.IGNORECASE
        ),
        "[address]",
    ),
    (
        re.compile(
            rf"(?<![\w.])(?<!\d[{DASH}])(?!\d{{4}}-\d\d-\d\d(?!\d))(?!\d{{1,3}}(?:[.,]\d{{3}})*[.,]000\b)"
            rf"\+?\(?\d(?:[{SPACE}()./{DASH}]{{0,2}}\d){{6,}}(?![\w])"
        ),
        "[number]",
    ),
)


@lru_cache(maxsize=1024)
def masked(text: str) -> str:
    """The text without e-mail addresses, tokens, passwords after their name, network addresses and long numbers."""
    return _without(SECRETS + NUMBERS, text)


@lru_cache(maxsize=1024)
def masked_page(path: str) -> str:
    """The same of a page's path, which has numbers of its own: versions (`/4.2.1.0/`), dates and articles' numbers."""
    return "/".join(_without(SECRETS, segment) for segment in path.split("/"))


def _without(masks: Masks, text: str) -> str:
    for found, mask in masks:
        text = found.sub(mask, text)
    return text
