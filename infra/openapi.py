"""Writes the OpenAPI document of all routes: `python -m infra.openapi`.

The functions themselves serve no documentation routes; the committed document is the contract, and a test compares it
with the code. Clients are generated from it, so that a name in it is a name in somebody's program: operations are named
`resource_action`, as the folder and the function are, and nothing that may be left out is announced as always there.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from functions.dependencies.callers import maybe_signed_in, session_token, signed_in
from shared.auth.requests.openapi import SESSION_NEEDED, SESSION_READ
from shared.errors import AppError
from shared.web import APIRoute, APIRouter, FastAPI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.dependencies.models import Dependant  # noqa: TID251 (a type alone)

    Json = dict[str, Any]

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "specs/1-neon-db-setup/contracts/openapi.json"

_HANDLER = re.compile(r"^\s+handler: functions/([\w/]+)\.handler$", re.MULTILINE)
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
_CODE = re.compile(r"[A-Z][A-Z_]+")
ACCOUNTS: Final = "/api/auth/"

SERVERS: Final = [
    {
        "url": "/",
        "description": "Where the site's own host passes requests on; else the address that a deployment prints",
    }
]
SCHEMES: Final = {
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "better-auth.session_token",
        "description": "What signing in sets; over https its name begins with `__Secure-`",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that signing in gives (`set-auth-token`), or a JWT of an issuer that the site trusts",
    },
}


def route_modules() -> Iterator[str]:
    """The dotted names of the modules that serverless.yml deploys, in its order."""
    for path in _HANDLER.findall((ROOT / "serverless.yml").read_text(encoding="utf-8")):
        yield "functions." + path.replace("/", ".")


def routers() -> Iterator[tuple[str, APIRouter]]:
    """Those that are deployed, each with the folder that it stands in."""
    for name in route_modules():
        router = getattr(importlib.import_module(name), "router", None)
        if router is not None:  # else a queue or a schedule calls it
            yield name.split(".")[1], router


def document() -> Json:
    """The OpenAPI 3.1 document of everything that is deployed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    app = FastAPI(
        title=project["description"],
        version=project["version"],
        license_info={"name": project["license"], "identifier": project["license"]},
        servers=SERVERS,
        openapi_tags=[*_tags()],
    )
    for _, router in routers():
        app.include_router(router)
    found = app.openapi()
    found["components"]["securitySchemes"] = SCHEMES
    schemas: Json = found["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Error": _error(_own_codes()), "AccountError": _account_error()}
    for folder, route in routes():
        for method in route.methods or ():
            operation: Json = found["paths"][route.path_format][method.lower()]
            found["paths"][route.path_format][method.lower()] = _described(operation, folder, route)
    _say_what_is_always_there(found)
    return found


def _described(operation: Json, folder: str, route: APIRoute) -> Json:
    """Better Auth's routes say themselves whether they look for a session, as no dependency of theirs tells."""
    error = "AccountError" if route.path.startswith(ACCOUNTS) else "Error"
    named = {"tags": [folder], "operationId": f"{folder}_{route.name}", "summary": _first_sentence(route.description)}
    return {"security": _security(route), **operation, **named, "responses": _responses(operation, error)}


def _tags() -> Iterator[Json]:
    for folder in dict.fromkeys(folder for folder, _ in routers()):
        yield {"name": folder, "description": importlib.import_module(f"functions.{folder}").__doc__}


def routes() -> Iterator[tuple[str, APIRoute]]:
    """Those that the document describes, each with its folder."""
    for folder, router in routers():
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                yield folder, route


def _first_sentence(text: str) -> str:
    return re.split(r"[.;:]\s", " ".join(text.split()), maxsplit=1)[0].rstrip(".")


def _security(route: APIRoute) -> list[Json]:
    """What a route asks of whoever calls, as its dependencies tell."""
    asked = {*_calls(route.dependant)}
    return SESSION_NEEDED if {signed_in, session_token} & asked else SESSION_READ if maybe_signed_in in asked else []


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _responses(operation: Json, error: str) -> Json:
    """Without FastAPI's own 422, which shared/app.py renders as ours; with what any route may answer unless it says."""
    told = {status: answer for status, answer in operation["responses"].items() if status != "422"}
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{error}"}}}
    kinds = {"4XX": "The request, or whoever sent it, is not as it must be", "5XX": "Something here does not work now"}
    return {status: {"description": says, "content": content} for status, says in kinds.items()} | told


def _say_what_is_always_there(found: Json) -> None:
    """A field with a default may be left out of a request, and is never missing in an answer.

    Generators take a default for a promise that the field is there: in a request that makes it one that must be sent.
    """
    schemas: Json = found["components"]["schemas"]
    answers = _referred(schemas, [each["responses"] for path in found["paths"].values() for each in path.values()])
    for name, schema in schemas.items():
        for field, kind in schema.get("properties", {}).items():
            default = kind.pop("default", None)
            if default is not None and name in answers:
                schema["required"] = [*schema.get("required", []), field]


def _referred(schemas: Json, used: object) -> set[str]:
    """Names of the schemas that are used there, by others as well."""
    found: set[str] = set()
    new = {*_REFERENCE.findall(json.dumps(used))}
    while new:
        found |= new
        new = {*_REFERENCE.findall(json.dumps([schemas[name] for name in new]))} - found
    return found


def _error(codes: list[str]) -> Json:
    return {
        "type": "object",
        "title": "Error",
        "description": "specs/errors.md; only what API Gateway answers by itself has neither code nor request id",
        "required": ["message"],
        "properties": {
            "message": {"type": "string", "description": "For a person"},
            "code": {"type": "string", "enum": codes},
            "requestId": {"type": "string", "description": "As in the header X-Request-Id, and in the log"},
            "field": {"type": "string", "description": "Where in the request: `turns.0.role`"},
            "fields": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Of `unknown_field`: all of them. Without them the request may be understood",
            },
        },
    }


def _account_error() -> Json:
    said = {name: kind for name, kind in _error([])["properties"].items() if name == "message"}
    return {
        "type": "object",
        "title": "AccountError",
        "description": "As Better Auth says it; some have no code. The request id stands in the header X-Request-Id",
        "required": ["message"],
        "properties": said | {"code": {"type": "string", "enum": sorted({*_own_codes(), *_account_codes()})}},
    }


def _own_codes() -> list[str]:
    def below(error: type[AppError]) -> Iterator[type[AppError]]:
        yield error
        for each in error.__subclasses__():
            yield from below(each)

    return sorted({each.code for each in below(AppError) if each.__module__ == AppError.__module__})


def _account_codes() -> Iterator[str]:
    """Every code that stands in a refusal under shared/auth."""
    for path in sorted((ROOT / "shared/auth").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
                texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield from (each for each in texts if isinstance(each, str) and _CODE.fullmatch(each))


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
    print(f"wrote {DOCUMENT.relative_to(ROOT)}: {len(document()['paths'])} paths")
