"""Writes the OpenAPI document of all routes: `python -m infra.openapi`.

The functions themselves serve no documentation routes; the committed document is the contract, and a test compares it
with the code.
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.web import FastAPI

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "specs/1-neon-db-setup/contracts/openapi.json"

_HANDLER = re.compile(r"^\s+handler: functions/([\w/]+)\.handler$", re.MULTILINE)

ERROR_SCHEMA = {
    "type": "object",
    "title": "Error",
    "description": "specs/errors.md; routes under /api/auth/ leave `requestId` to the X-Request-Id header",
    "required": ["message", "code"],
    "properties": {
        "message": {"type": "string"},
        "code": {"type": "string"},
        "requestId": {"type": "string"},
    },
}


def route_modules() -> Iterator[str]:
    """The dotted names of the modules that serverless.yml deploys, in its order."""
    for path in _HANDLER.findall((ROOT / "serverless.yml").read_text(encoding="utf-8")):
        yield "functions." + path.replace("/", ".")


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of everything that is deployed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    app = FastAPI(
        title=project["description"],
        version=project["version"],
        generate_unique_id_function=lambda route: route.name,  # what a generated client calls its functions
    )
    for name in route_modules():
        router = getattr(importlib.import_module(name), "router", None)
        if router is not None:  # else a queue or a schedule calls it
            app.include_router(router)
    found = app.openapi()
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Error"] = ERROR_SCHEMA
    for operations in found["paths"].values():
        for operation in operations.values():
            # FastAPI announces its own 422, but shared/app.py renders every complaint as ours
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {
                "description": "Any error",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            }
    return found


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
    print(f"wrote {DOCUMENT.relative_to(ROOT)}: {len(document()['paths'])} paths")
