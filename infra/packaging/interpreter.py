"""The CPython that AWS will run the functions with, if this machine has one: only it can make their byte code."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WHERE_TOOLS_PUT_THEM = (".pyenv/versions/{version}*/bin", ".local/share/uv/python/cpython-{version}*/bin")
"""Below the home folder: pyenv's and uv's interpreters are usually not on PATH."""

IDENTITY = "import sys; print(sys.implementation.name, *sys.version_info[:2], sep='.')"


@cache
def find_interpreter(version: str) -> Path | None:
    """Path of CPython `version` (such as `3.13`), or None."""
    return next((path for path in _candidates(version) if _is_cpython(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    for folder in WHERE_TOOLS_PUT_THEM:
        yield from sorted(Path.home().glob(f"{folder.format(version=version)}/python{version}"))


def _is_cpython(path: Path, version: str) -> bool:
    """Whether it really is: pyenv puts a `python3.13` on PATH that only complains, while another version is chosen."""
    answer = subprocess.run([path, "-I", "-S", "-c", IDENTITY], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == f"cpython.{version}"
