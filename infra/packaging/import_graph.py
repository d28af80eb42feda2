"""What a function needs, read from its import statements, so that no hand-kept list can go stale."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN_PACKAGES = ("functions", "shared")

IN_THE_RUNTIME = frozenset({"boto3", "botocore"})
"""What Lambda's Python brings itself (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html)."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What one module needs, directly or through others.

    Attributes:
        files: The project's own files, relative to its root, sorted; beside the `__init__.py` of a package also what
            is no Python, such as templates.
        packages: Top-level names of everything else that is imported, without the standard library and the runtime's.
    """

    files: tuple[Path, ...]
    packages: frozenset[str]


def reach(root: Path, module: str) -> Reached:
    """Follow every import from `module`, those inside functions too, save in `if TYPE_CHECKING:`, which never runs.

    Raises:
        LookupError: One of the project's own modules does not exist.
    """
    files: set[Path] = set()
    packages: set[str] = set()
    pending, met = [module], set[str]()
    while pending:
        name = pending.pop()
        if name in met:
            continue
        met.add(name)
        if not _is_own(name):
            packages.add(name.partition(".")[0])
            continue
        for own, path in _with_parents(root, name):
            if path not in files:
                files |= {path, *_data_beside(path)}
                pending += _imports(root, own, path)
                if path.name == "__init__.py" and path.with_name("__main__.py").is_file():
                    pending.append(f"{own}.__main__")  # what `python -m` runs
    own_files = tuple(sorted(path.relative_to(root) for path in files))
    return Reached(own_files, frozenset(packages - sys.stdlib_module_names - IN_THE_RUNTIME))


def _is_own(module: str) -> bool:
    return module.partition(".")[0] in OWN_PACKAGES


def _data_beside(path: Path) -> Iterator[Path]:
    if path.name == "__init__.py":
        yield from (each for each in path.parent.iterdir() if each.is_file() and each.suffix not in {".py", ".pyc"})


def _with_parents(root: Path, module: str) -> Iterator[tuple[str, Path]]:
    """`a.b.c` and the packages around it: importing a module runs `a/__init__.py` and `a/b/__init__.py` first."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        path = _file_of(root, name)
        if path is None:
            raise LookupError(
                f"{name} is needed, but there is neither such a module nor such a folder with __init__.py"
            )
        yield name, path


def _file_of(root: Path, module: str) -> Path | None:
    stem = root.joinpath(*module.split("."))
    candidates = (stem / "__init__.py", stem.with_name(f"{stem.name}.py"))
    return next((path for path in candidates if path.is_file()), None)


def _imports(root: Path, module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _import_statements(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield origin
            # `from shared.auth.rows import store` imports a module, `from shared.errors import NotFound` a name in one
            if _is_own(origin) and root.joinpath(*origin.split(".")).is_dir():
                names = (f"{origin}.{alias.name}" for alias in node.names)
                yield from (name for name in names if _file_of(root, name) is not None)


@cache
def _import_statements(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Kept, because most modules are part of most functions."""
    nodes = _statements_that_run(ast.parse(source))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def _statements_that_run(tree: ast.Module) -> Iterator[ast.AST]:
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending.extend(node.orelse)
        else:
            pending.extend(ast.iter_child_nodes(node))
