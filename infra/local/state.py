"""Where the platform keeps its data, and which user may own it.

An ordinary user's data lies in `.data` of the project. PostgreSQL refuses to run as root, so root hands the database
to an unprivileged user, who may not be able to reach the project at all (it may lie under /root): root's data lies in
`/var/lib/docs-chatbot`, one folder a project.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.local.program import PROJECT, User

if TYPE_CHECKING:
    from collections.abc import Generator

ROOTS_DATA = Path("/var/lib/docs-chatbot")
RUNNING = "running.json"
"""Name of the file with the addresses of a platform that runs; without one that holds the lock it says nothing."""

UNPRIVILEGED = ("postgres", "nobody")
OWNER_ONLY = 0o700
TRAVERSABLE = 0o711


class AlreadyRunning(RuntimeError):
    """Somebody else uses the same data right now."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Made at random at the first start, kept for the later ones."""

    superuser_password: str
    owner_password: str
    app_password: str
    better_auth_secret: str

    @classmethod
    def new(cls) -> Secrets:
        """Four random values, 256 bits each."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(4)))


class State:
    """One folder with everything that outlives a run."""

    def __init__(self, folder: Path, *, ephemeral: bool = False) -> None:
        self.folder = folder
        self.ephemeral = ephemeral
        self.user = unprivileged_user() if os.geteuid() == 0 else None
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(TRAVERSABLE if self.user else OWNER_ONLY)

    @classmethod
    @contextmanager
    def temporary(cls) -> Generator[State]:
        """Data for tests; gone when the block ends."""
        folder = Path(tempfile.mkdtemp(prefix="docs chatbot ", dir=_open_temporary_folder()))
        try:
            yield cls(folder, ephemeral=True)
        finally:
            shutil.rmtree(folder)

    @property
    def logs(self) -> Path:
        """The folder of the components' logs."""
        return self.private_folder("logs")

    def begin_logs(self) -> None:
        """Put the logs of the last run aside; those of the run before are gone."""
        before = self.folder / "logs-before"
        shutil.rmtree(before, ignore_errors=True)
        self.logs.rename(before)

    def private_folder(self, name: str) -> Path:
        """A folder that only we can read."""
        folder = self.folder / name
        folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
        return folder

    def unprivileged_folder(self, name: str) -> Path:
        """A folder that only the user who runs the database can read: we ourselves, unless we are root."""
        folder = self.private_folder(name)
        if self.user:
            os.chown(folder, self.user.uid, self.user.gid)
        return folder

    def write_unprivileged(self, file: Path, text: str) -> None:
        """Write a file that only the user who runs the database can read."""
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
        if self.user:
            os.chown(file, self.user.uid, self.user.gid)

    def secrets(self) -> Secrets:
        """The secrets of this data, made now if there are none yet."""
        file = self.folder / "secrets.json"
        if not file.exists():
            self.write("secrets.json", asdict(Secrets.new()))
        return Secrets(**json.loads(file.read_text("utf-8")))

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Keep something as JSON that only we can read; readers see the old file or the new one, nothing between."""
        new = self.folder / f"{name}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        new.rename(self.folder / name)

    def read(self, name: str) -> dict[str, Any] | None:
        """What `write` kept under this name, or None."""
        try:
            return json.loads((self.folder / name).read_text("utf-8"))
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Forget what `write` kept under this name."""
        (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Generator[None]:
        """Be the only one who uses this data; the lock goes with the process, however it ends.

        Raises:
            AlreadyRunning: Somebody else holds it.
        """
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning from None
            yield


def data_folder(project: Path = PROJECT) -> Path:
    """Where the data of `make run` lies."""
    if os.geteuid() != 0:
        return project / ".data"
    return ROOTS_DATA / hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:12]


def unprivileged_user() -> User:
    """Whom root runs the database as.

    Raises:
        RuntimeError: This machine has none of `UNPRIVILEGED`.
    """
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(name, entry.pw_uid, entry.pw_gid)
    raise RuntimeError(f"root cannot run PostgreSQL, and there is no user {' or '.join(UNPRIVILEGED)} to run it as")


def _open_temporary_folder() -> Path:
    """The folder for temporary files; as root, one that an unprivileged user can enter."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 (mkdtemp makes the names)
    return next(each for each in candidates if os.geteuid() != 0 or _enterable_by_all(each))


def _enterable_by_all(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in [folder.resolve(), *folder.resolve().parents])
