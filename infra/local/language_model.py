"""A real language model on this machine: llama.cpp's server with SmolLM2 (`make run MODEL=local`).

With 135 million weights it is too small to be clever: it proves that streaming, stopping, deadlines and the quoted
answer behind it work with a model that nobody scripted. Its environment of its own is made by infra/setup_tool.sh.
"""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

from infra.local.ports import LOOPBACK, free_port
from infra.local.process import Process, ProcessFailed
from infra.local.program import PROJECT, Program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from infra.local.state import State

ENVIRONMENT: Final = PROJECT / "build/language-venv"
SERVER: Final = PROJECT / "infra/local/language_server.py"
LOADING_SECONDS: Final = 120.0

SETTINGS: Final = {
    "MODEL_NAME": "smollm2-135m",
    "MODEL_PROVIDER": "this machine",
    # two processors read about sixty tokens a second, and write six
    "MODEL_FIRST_SECONDS": "22",
    "MODEL_SECONDS": "24",
    "MODEL_SOURCE_TOKENS": "600",
    "MODEL_ANSWER_TOKENS": "100",
}
"""What a model needs that is slow and knows little at once."""


class LanguageModel:
    """The server, as a child process; `with LanguageModel(state) as model: model.settings`.

    Args:
        state: Where its log lies.
    """

    def __init__(self, state: State) -> None:
        self.port = free_port(None)
        self.url = f"http://{LOOPBACK}:{self.port}/v1"
        command = [ENVIRONMENT / "bin/python", SERVER, str(self.port)]
        self.process = Process(Program("language model", command, state.logs / "language-model.log"))

    @property
    def settings(self) -> dict[str, str]:
        """The functions' variables."""
        return SETTINGS | {"MODEL_URL": self.url}

    def __enter__(self) -> Self:
        install()
        self.process.start(self._has_loaded, LOADING_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()

    def _has_loaded(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False


def install() -> None:
    """Make its environment, if it is not there.

    Raises:
        ProcessFailed: It could not be made.
    """
    done = subprocess.run(["sh", "infra/setup_tool.sh", "language"], cwd=PROJECT, check=False)  # noqa: S607 (the shell)
    if done.returncode:
        raise ProcessFailed("The language model could not be installed.")


def chosen_model(variables: Mapping[str, str]) -> dict[str, str]:
    """What whoever starts the platform says of a model of theirs: their MODEL_URL, MODEL_API_KEY and so on."""
    return {name: value for name, value in variables.items() if name.startswith("MODEL_") and value}
