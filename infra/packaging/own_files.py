"""The project's own files as they lie in a zip, each module with byte code that is compiled once for all functions."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from infra.packaging.archive import appeared_whole, compile_sources, packaging_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from infra.packaging.dependencies import Target


def own_files(root: Path, names: Iterable[Path], target: Target, cache: Path) -> dict[str, Path]:
    """Where each file lies that belongs into the zip, by its name there.

    Args:
        root: Folder of the project.
        names: Its files that the function needs, relative to it.
        target: Without an interpreter there is no byte code.
        cache: Folder that keeps the byte code.
    """
    files = {name.as_posix(): root / name for name in names}
    if target.python is None:
        return files
    kept = {name: cache / f"{_key(name, path, target)}.pyc" for name, path in files.items() if path.suffix == ".py"}
    _compile({name: path for name, path in kept.items() if not path.exists()}, root, target)
    return files | {_byte_code_of(name, target): path for name, path in kept.items()}


def _key(name: str, path: Path, target: Target) -> str:
    """Another one for every source, place and interpreter; the place shows in tracebacks."""
    ingredients = b"\0".join([repr(target).encode(), packaging_code(), name.encode(), path.read_bytes()])
    return hashlib.sha256(ingredients).hexdigest()


def _compile(missing: Mapping[str, Path], root: Path, target: Target) -> None:
    if not missing or target.python is None:
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in missing:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, folder / name)
        compile_sources(target.python, folder)
        for name, path in missing.items():
            with appeared_whole(path) as unfinished:
                shutil.copyfile(folder / _byte_code_of(name, target), unfinished)


def _byte_code_of(name: str, target: Target) -> str:
    """Where Python looks for it (https://peps.python.org/pep-3147/)."""
    path = Path(name)
    return f"{path.parent}/__pycache__/{path.stem}.cpython-{target.version.replace('.', '')}.pyc"
