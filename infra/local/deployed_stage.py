"""One stage as somebody deploys it with osls, from a copy of the project, onto an emulator of AWS."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final, cast

from infra.local.program import PROJECT, inherited_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from infra.local.emulator import Emulator
    from infra.local.state import State

STAGE: Final = "dev"
SITE: Final = "https://book.example.com"
UNLIKE_AWS: Final = ("--param", "emulator=true")
PAUSE_SECONDS: Final = 30
"""Between two attempts to store a queued turn: serverless.yml's own two minutes would make everybody wait."""
OSLS: Final = PROJECT / "node_modules" / ".bin" / "osls"
LONGEST_SECONDS: Final = 600

OWN: Final = ("functions", "shared", "infra", "serverless.yml")
"""What is copied, since another version changes it. The rest of the project is there by links."""
NOT_THERE: Final = {".git", ".serverless", "build", "__pycache__"}

UPLOADED: Final = re.compile(r"(\d+) of \d+ zips changed and were uploaded")
DEAD_LETTERS: Final = f"docs-chatbot-backend-{STAGE}-outbox-dead-letters.fifo"


class NotAsPromised(RuntimeError):
    """What was deployed did something else than it should."""


class DeployedStage:
    """A stage, and the folder of the project from which it is deployed.

    osls keeps its notes in `.serverless` where it is started, and another osls may be at work in the project itself.
    """

    def __init__(self, emulator: Emulator, state: State) -> None:
        self.emulator = emulator
        self.folder = _copy(state.private_folder("project"))

    def deploy(self) -> int:
        """Deploy what the folder has; how many zips were uploaded.

        Raises:
            NotAsPromised: osls failed, or did not say how many.
        """
        said = self.osls("deploy", "--param", f"outboxPause={PAUSE_SECONDS}", *UNLIKE_AWS)
        found = UPLOADED.search(said)
        if not found:
            raise NotAsPromised(f"osls deploy did not say what it uploaded:\n{said}")
        return int(found[1])

    def osls(self, command: str, *options: str) -> str:
        """What osls said.

        Raises:
            NotAsPromised: It failed.
        """
        return self.run([OSLS, command, "--stage", STAGE, *options], {"SITE_ORIGIN": SITE})

    def migrate(self, owner_url: str) -> str:
        """What the migrations of the folder said.

        Raises:
            NotAsPromised: They failed.
        """
        return self.run([".venv/bin/python", "-m", "infra.migrate"], {"DATABASE_OWNER_URL": owner_url})

    def run(self, words: list[str | Path], variables: Mapping[str, str]) -> str:
        """Run a program of the folder, as AWS' customer."""
        environment = inherited_environment() | self.emulator.environment() | dict(variables)
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
        if done.returncode != 0:
            raise NotAsPromised(f"{' '.join(map(str, words))} failed:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def outputs(self) -> dict[str, str]:
        """What the stack says of itself."""
        lines = (line.strip().partition(": ") for line in self.osls("info", "--verbose").splitlines())
        return {name: value for name, _, value in lines if value}

    def dead_letters(self) -> str:
        """Address of the queue of turns that could not be stored."""
        return str(self.emulator.call("AmazonSQS", "GetQueueUrl", QueueName=DEAD_LETTERS)["QueueUrl"])

    def queues(self) -> list[str]:
        """Addresses of the queues that exist, whichever stack they belong to."""
        found = self.emulator.call("AmazonSQS", "ListQueues").get("QueueUrls")
        return cast("list[str]", found or [])


def _copy(folder: Path) -> Path:
    for path in PROJECT.iterdir():
        if path.name in OWN:
            _copy_whole(path, folder / path.name)
        elif path.name not in NOT_THERE and not path.name.startswith(".env"):
            (folder / path.name).symlink_to(path)
    (folder / "build").mkdir()
    groups = PROJECT / "build" / "groups"  # packages that were fetched once
    groups.mkdir(parents=True, exist_ok=True)
    (folder / "build" / groups.name).symlink_to(groups)
    return folder


def _copy_whole(path: Path, copy: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, copy, ignore=shutil.ignore_patterns(*NOT_THERE))
    else:
        shutil.copyfile(path, copy)
