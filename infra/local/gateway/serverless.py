"""Reads `serverless.yml` as far as a gateway needs it: CloudFormation's tags vanish, variables are filled in.

`${env:...}` is looked up in the functions' own environment, never in that of the user who started the platform.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAGE = "local"
ROUNDS = 10
"""Variables may stand inside variables and lead to further ones; nobody nests them deeper than this."""

_VARIABLE = re.compile(r"\$\{([^${}]+)\}")
_ALTERNATIVE = re.compile(r"""(?:[^,'"]|'[^']*'|"[^"]*")+""")
_QUOTED = re.compile(r"""^(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")$""")
_UNKNOWN = object()


class _Loader(yaml.CSafeLoader):
    """YAML's safe loader, which takes `!Ref x` and its kin for the plain value behind the tag.

    In C, because each gateway waits for it, and in Python it takes eight times as long.
    """


def _untagged(loader: yaml.CSafeLoader, _suffix: str, node: yaml.Node) -> Any:  # noqa: ANN401 (YAML holds anything)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101 (YAML knows these three kinds of nodes)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _untagged)  # pyright: ignore[reportUnknownMemberType] (typeshed leaves it bare)


def read_serverless(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The document with its variables filled in; a variable that has no value here stays as it is written.

    Args:
        path: The file.
        environment: What `${env:...}` means.
    """
    with path.open("rb") as file:
        document = yaml.load(file, Loader=_Loader)  # noqa: S506 (a subclass of SafeLoader)
    for _ in range(ROUNDS):
        filled = _filled(document, document, environment)
        if filled == document:
            break
        document = filled
    return document


def section(value: object) -> dict[str, Any]:
    """A part of the document that is a mapping; empty where it is missing or something else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _filled(value: Any, document: dict[str, Any], environment: Mapping[str, str]) -> Any:  # noqa: ANN401 (as above)
    if isinstance(value, dict):
        mapping = section(cast("object", value))
        return {key: _filled(each, document, environment) for key, each in mapping.items()}
    if isinstance(value, list):
        return [_filled(each, document, environment) for each in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    whole = _VARIABLE.fullmatch(value)
    if whole:
        found = _lookup(whole[1], document, environment)
        return value if found is _UNKNOWN else found
    return _VARIABLE.sub(lambda each: _text(each, document, environment), value)


def _text(variable: re.Match[str], document: dict[str, Any], environment: Mapping[str, str]) -> str:
    found = _lookup(variable[1], document, environment)
    return variable[0] if found is _UNKNOWN else str(found)


def _lookup(expression: str, document: dict[str, Any], environment: Mapping[str, str]) -> Any:  # noqa: ANN401 (as above)
    """The first alternative of `source:address, source:address, 'literal'` that has a value."""
    for alternative in _ALTERNATIVE.findall(expression):
        found = _alternative(alternative.strip(), document, environment)
        if found is not _UNKNOWN:
            return found
    return _UNKNOWN


def _alternative(text: str, document: dict[str, Any], environment: Mapping[str, str]) -> Any:  # noqa: ANN401 (as above)
    quoted = _QUOTED.match(text)
    if quoted:
        return quoted["single"] if quoted["single"] is not None else quoted["double"]
    source, _, address = text.partition(":")
    if source == "env":
        return environment.get(address, _UNKNOWN)
    if (source, address) in {("sls", "stage"), ("opt", "stage")}:
        return STAGE
    if source == "self":
        return _at(document, address.split("."))
    if source == "param":
        return _at(document, ["params", "default", address])
    return int(text) if text.isdigit() else _UNKNOWN


def _at(value: Any, steps: list[str]) -> Any:  # noqa: ANN401 (as above)
    for step in steps:
        value = section(value).get(step, _UNKNOWN)
    return value
