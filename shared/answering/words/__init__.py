"""What the assistant says of itself, and what readers say to it, in the languages of this folder: `<language>.json`.

`<kind>.reply` is a text of ours; `<kind>.phrases` are texts of theirs; `language.signs` are small words by which a
language is known, `language.terms` what documentation is full of, in the words of the language behind the English one
that they mean, without their endings. A site's owner replaces texts by the setting
`CHAT_WORDS`, or adds a language by a file here.
"""

from __future__ import annotations

import json
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.errors import Misconfigured
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = Path(__file__).parent
USUAL: Final = "en"
"""Spoken where the reader's language is none of ours."""


@cache
def languages() -> tuple[str, ...]:
    """Those that there are words in, the usual one first."""
    return USUAL, *sorted(file.stem for file in FOLDER.glob("*.json") if file.stem != USUAL)


@cache
def phrases(language: str, kind: str) -> tuple[str, ...]:
    """What readers say, of one kind."""
    return tuple(_file(language).get(f"{kind}.phrases", ()))


@cache
def signs(language: str) -> frozenset[str]:
    """Small words by which the language is known."""
    return frozenset(_file(language).get("language.signs", ()))


@cache
def terms(language: str) -> dict[str, str]:
    """How words of the language begin -> the English one that documentation has for it, the longest first."""
    groups = (each.split() for each in _file(language).get("language.terms", ()))
    found = {each: english for english, *theirs in groups for each in theirs}
    return dict(sorted(found.items(), key=lambda each: -len(each[0])))


@cache
def _file(language: str) -> dict[str, str | list[str]]:
    read: dict[str, str | list[str]] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return read


@record
class Words:
    """What we say.

    Attributes:
        own: The owner's texts, by language and key; they come before ours.
    """

    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, "Mapping[str, str]"])

    def text(self, language: str, key: str) -> str:
        """One text in one language.

        Raises:
            Misconfigured: The owner has a text for a language or a key that there is none for.
        """
        self._check()
        return self.own.get(language, {}).get(key) or str(_file(language)[key])

    def _check(self) -> None:
        for language, texts in self.own.items():
            if language not in languages() or not all(isinstance(_file(USUAL).get(key), str) for key in texts):
                raise Misconfigured from ValueError(f"CHAT_WORDS: unknown language or key under {language}")
