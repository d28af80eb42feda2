"""`python -m infra.local.qdrant --port P --data DIR`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from infra.local.program import PROJECT
from infra.local.qdrant.app import build_app
from infra.local.qdrant.inference import Inference
from infra.local.qdrant.remembered import Remembered
from infra.local.qdrant.store import Store, StoreTaken

if TYPE_CHECKING:
    from infra.local.qdrant.minilm import MiniLM


def main() -> int:
    """Serve the store on loopback until told to stop."""
    arguments = _arguments()
    # One thread a matrix product: more of them spin for each other, and a batch of texts is spread over threads anyway.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        store = Store(arguments.data)
    except StoreTaken as error:
        print(f"qdrant stand-in: {error}", file=sys.stderr)
        return 1
    application = build_app(store, Inference(_load_minilm, Remembered(PROJECT / "build")))
    uvicorn.run(application, host="127.0.0.1", port=arguments.port, log_level="warning", access_log=False)
    return 0


def _load_minilm() -> MiniLM:
    # imported late: NumPy reads OPENBLAS_NUM_THREADS when it is imported, and the first readiness need not wait for it
    from infra.local.qdrant.minilm import MiniLM  # noqa: PLC0415 (see above)
    from infra.local.qdrant.model_files import model_folder  # noqa: PLC0415 (see above)

    return MiniLM(model_folder())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.qdrant", description="A stand-in for Qdrant's REST API."
    )
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="folder of the store")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
