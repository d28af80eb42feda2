"""A copy of the project to change: whatever happens to it, the project itself stays as it is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

INSTALLED: Final = (".venv", "node_modules")
"""What is large and nobody changes: linked to, not copied."""

BESIDE: Final = "shared"
"""What some tests read beside the project, where it is there."""

OPTIONS: Final = ("-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=no", "-r", "fE")
PASSED, FAILED = 0, 1
LATE: Final = -1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How tests ended.

    Attributes:
        status: pytest's, or `LATE`.
        said: What they said last.
    """

    status: int
    said: str

    @property
    def notices(self) -> bool:
        """Whether the tests ran, and at least one of them failed or never came to an end."""
        return self.status in {FAILED, LATE}


@dataclass(frozen=True, slots=True)
class Copy:
    """A project of one's own."""

    root: Path

    def run(self, tests: Sequence[str], seconds: float) -> Outcome:
        """Run tests until one of them fails; what they started ends with them."""
        command = [sys.executable, "-m", "pytest", *OPTIONS, *tests]
        with subprocess.Popen(  # noqa: S603 (our own words)
            command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        ) as running:
            try:
                said, _ = running.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                return Outcome(LATE, "the tests did not come to an end")
            finally:
                with_children(running.pid)
        return Outcome(running.returncode, said)

    @contextmanager
    def changed(self, module: str, text: str) -> Generator[None]:
        """With another text in a module."""
        path = self.root / module
        before = path.read_bytes()
        path.write_text(text, "utf-8")
        try:
            yield
        finally:
            path.write_bytes(before)


def with_children(pid: int) -> None:
    """End a process and all of its session."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def copied(project: Path) -> Generator[Copy]:
    """A copy of what git knows or would know, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder, "project")
        for name in _known_files(project):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project / name, root / name, follow_symlinks=False)
        for name in INSTALLED:
            (root / name).symlink_to(project / name)
        beside = project.parent / BESIDE
        if beside.is_dir():
            Path(folder, BESIDE).symlink_to(beside)
        Path(folder).chmod(0o755)
        yield Copy(root)


def _known_files(project: Path) -> list[str]:
    command = ["git", "-C", str(project), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    return [name for name in listed.stdout.split("\0") if name and (project / name).is_file()]
