"""What a page says of itself at its head: YAML between `---`, TOML between `+++`, or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCK: Final = re.compile(
    r"\A(?P<mark>---|\+\+\+)[ \t]*\n(?P<text>.*?)^(?P=mark)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_JSON: Final = re.compile(r"\A\{\s*\n?\s*\"")
_YES: Final = frozenset({"true", "yes", "on", "1"})
_NO: Final = frozenset({"false", "no", "off", "0"})
HIDDEN_IF: Final = ("draft", "unlisted", "noindex", "hidden")
HIDDEN_UNLESS: Final = ("published", "search", "pagefind")
"""Fields by which authors keep a page from readers, or out of the search."""


class BrokenPage(Exception):
    """A page that cannot be read; the message says why, for its author."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a page says about itself.

    Attributes:
        title: Its title, if it is not its first heading.
        slug: Its address within the site (with a leading slash) or within its folder.
        identifier: Stands for the file's name in the address; Docusaurus calls it `id`.
        language: The language it is written in, a two-letter code.
        hidden: It is a draft, unlisted, or kept out of the search.
    """

    title: str = ""
    slug: str = ""
    identifier: str = ""
    language: str = "en"
    hidden: bool = False


def split(text: str) -> tuple[FrontMatter, str]:
    """Split a page into its front matter and the rest.

    Raises:
        BrokenPage: The front matter cannot be read, or is no list of names and values.
    """
    block = _BLOCK.match(text)
    if block is not None:
        read = _yaml if block["mark"] == "---" else _toml
        return _front_matter(read(block["text"])), text[block.end() :]
    if _JSON.match(text):
        content, end = _json(text)
        return _front_matter(content), text[end:]
    return FrontMatter(), text


def _yaml(text: str) -> object:
    """Every value as it was written: `No` is a title, and a day that does not exist is no business of ours."""
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (knows only texts, lists and mappings)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BrokenPage(f"its front matter is no YAML ({_where(error)})") from error


def _toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BrokenPage(f"its front matter is no TOML ({error})") from error


def _json(text: str) -> tuple[object, int]:
    try:
        return json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise BrokenPage(f"its front matter is no JSON ({error})") from error


def _front_matter(content: object) -> FrontMatter:
    if not content:
        return FrontMatter()
    if not isinstance(content, dict):
        raise BrokenPage("its front matter is no list of names and values")
    fields = cast("Mapping[object, object]", content)
    return FrontMatter(
        title=_text(fields, "title"),
        slug=_text(fields, "slug"),
        identifier=_text(fields, "id"),
        language=_text(fields, "lang") or "en",
        hidden=_is_hidden(fields),
    )


def _is_hidden(fields: Mapping[object, object]) -> bool:
    if any(_text(fields, each).lower() in _YES for each in HIDDEN_IF):
        return True
    if any(_text(fields, each).lower() in _NO for each in HIDDEN_UNLESS):
        return True
    search = fields.get("search")
    return isinstance(search, dict) and _text(cast("Mapping[object, object]", search), "exclude").lower() in _YES


def _text(fields: Mapping[object, object], name: str) -> str:
    """A list or a mapping is none: YAML's names stand for copies, so that a few lines may write out more than fits."""
    value = fields.get(name)
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())


def _where(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        # the block begins on the file's second line, and people count from one
        return f"{error.problem}, line {error.problem_mark.line + 2}"
    return " ".join(str(error).split())
