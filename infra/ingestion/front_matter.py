"""The YAML between two lines of `---` at the head of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCK: Final = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


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
        hidden: It is a draft or unlisted.
    """

    title: str = ""
    slug: str = ""
    identifier: str = ""
    language: str = "en"
    hidden: bool = False


def split(text: str) -> tuple[FrontMatter, str]:
    """Split a page into its front matter and the rest.

    Raises:
        BrokenPage: The front matter is no YAML, or no list of names and values.
    """
    block = _BLOCK.match(text)
    if block is None:
        return FrontMatter(), text
    return _read(block["yaml"]), text[block.end() :]


def _read(text: str) -> FrontMatter:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BrokenPage(f"its front matter is no YAML ({_where(error)})") from error
    if content is None:
        return FrontMatter()
    if not isinstance(content, dict):
        raise BrokenPage("its front matter is no list of names and values")
    fields = cast("Mapping[object, object]", content)
    return FrontMatter(
        title=_text(fields, "title"),
        slug=_text(fields, "slug"),
        identifier=_text(fields, "id"),
        language=_text(fields, "lang") or "en",
        hidden=bool(fields.get("draft") or fields.get("unlisted")),
    )


def _text(fields: Mapping[object, object], name: str) -> str:
    value = fields.get(name)
    return "" if value is None else " ".join(str(value).split())


def _where(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        # the block begins on the file's second line, and people count from one
        return f"{error.problem}, line {error.problem_mark.line + 2}"
    return " ".join(str(error).split())
