from __future__ import annotations

import ast
import importlib
import re
from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from fastapi import APIRouter
from fastapi.routing import APIRoute

from infra.bundle import PROJECT
from infra.packaging.import_graph import reach
from shared.settings.accounts import HostSettings
from tests.fixtures.settings import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.smoke

DOCUMENT: dict[str, Any] = yaml.load((PROJECT / "serverless.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
FUNCTIONS: dict[str, Any] = DOCUMENT["functions"]

ROUTES = [name for name, function in FUNCTIONS.items() if any("httpApi" in each for each in function.get("events", []))]
"""The functions that API Gateway calls; a schedule calls the others."""

HANDLER = re.compile(r"^(handler = build_handler\(|def handler\()", re.MULTILINE)

ONLY_FOR_DEVELOPERS = {"DATABASE_CA_FILE", "DATABASE_HTTP_ENDPOINT", "MAIL_FOLDER"}
"""Settings that a deployed function is never given: they lead to servers on the developer's own machine."""

READ_BY_LAMBDA = {"AWS_LAMBDA_EXEC_WRAPPER"}
"""Says how a function is started; its code never sees it."""

IMPORTED_BUT_NEVER_ASKED = {"retentionPurge": HostSettings}
"""The app that every function is built with reads these for routes; this function is none."""


def module_of(handler: str) -> str:
    return handler.rpartition(".")[0].replace("/", ".")


def deployable_modules() -> set[str]:
    """Every module below functions/ that ends in a handler."""
    paths = (PROJECT / "functions").rglob("*.py")
    return {
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for path in paths
        if HANDLER.search(path.read_text(encoding="utf-8"))
    }


def variables_of(settings: type | None) -> set[str]:
    return {each.metadata["name"] for each in fields(settings)} if settings else set()


def settings_read_by(module: str) -> set[str]:
    """Environment variables that the settings hold which the module, or anything it imports, reads."""
    by_class = {each.__name__: variables_of(each) for each in SETTINGS}
    files = [path for path in reach(PROJECT, module).files if path.suffix == ".py"]
    read = set[str]().union(*(read_in(path) for path in files))
    return set[str]().union(*(by_class.get(name, set[str]()) for name in read))


@cache
def read_in(path: Path) -> frozenset[str]:
    """Names that a file calls `read` of; kept, because most files are part of most functions."""
    nodes = ast.walk(ast.parse((PROJECT / path).read_text(encoding="utf-8")))
    return frozenset(
        node.value.id
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr == "read" and isinstance(node.value, ast.Name)
    )


def test_every_module_with_a_handler_is_deployed_and_nothing_else_is() -> None:
    assert {module_of(function["handler"]) for function in FUNCTIONS.values()} == deployable_modules()


@pytest.mark.parametrize("name", ROUTES)
def test_the_route_in_serverless_yml_is_the_one_in_the_code(name: str) -> None:
    router = importlib.import_module(module_of(FUNCTIONS[name]["handler"])).router
    assert isinstance(router, APIRouter)
    in_code = {
        f"{method} {each.path}" for each in router.routes if isinstance(each, APIRoute) for method in each.methods or ()
    }
    in_file = {event["httpApi"] for event in FUNCTIONS[name]["events"] if "httpApi" in event}
    assert names_erased(in_file) == names_erased(in_code)


def test_no_route_takes_the_preflights_of_browsers_from_api_gateway() -> None:
    """ANY matches OPTIONS too, and then the function answers instead of the API's CORS configuration."""
    routes = [
        event["httpApi"]
        for function in FUNCTIONS.values()
        for event in function.get("events", [])
        if "httpApi" in event
    ]
    assert routes
    assert not [route for route in routes if route.partition(" ")[0] in {"ANY", "OPTIONS", "*", "$default"}]


def names_erased(routes: set[str]) -> set[str]:
    """`{id}` and `{conversation_id}` are the same route: API Gateway hands over the whole path."""
    return {"/".join("{}" if part.startswith("{") else part for part in route.split("/")) for route in routes}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_given_the_settings_that_its_code_reads_and_no_others(name: str) -> None:
    given = set(FUNCTIONS[name].get("environment", {})) - READ_BY_LAMBDA
    read = settings_read_by(module_of(FUNCTIONS[name]["handler"])) - ONLY_FOR_DEVELOPERS
    assert given == read - variables_of(IMPORTED_BUT_NEVER_ASKED.get(name))


def test_defaults_in_serverless_yml_are_those_of_the_settings() -> None:
    defaults = {field.metadata["name"]: field.default for each in SETTINGS for field in fields(each)}
    written = {
        name: value.partition("'")[2].removesuffix("'}")
        for function in FUNCTIONS.values()
        for name, value in function.get("environment", {}).items()
        if str(value).startswith("${env:") and "'" in value
    }
    assert written == {name: str(defaults[name] or "") for name in written}


def test_secrets_are_parameters_that_the_deployment_fills_and_nobody_is_shown() -> None:
    """Addresses may be among them: whatever is a reference to a hidden parameter comes from the stage's secret."""
    secret = {f.metadata["name"] for each in SETTINGS for f in fields(each) if f.metadata["secret"]}
    hidden = {name for name, each in DOCUMENT["resources"]["Parameters"].items() if each.get("NoEcho")}
    variables: dict[str, Any] = {}
    for function in FUNCTIONS.values():
        variables |= function.get("environment", {})
    filled = {name: value["Ref"] for name, value in variables.items() if name in secret or refers_to(hidden, value)}
    assert set(filled.values()) == hidden
    # infra/packaging/stage_secrets.js finds the key in the secret by this
    assert filled == {name: name.title().replace("_", "") for name in filled}


def refers_to(parameters: set[str], value: Any) -> bool:  # noqa: ANN401 (a template holds anything)
    return value in [{"Ref": name} for name in parameters]


def test_a_secret_may_be_missing_where_its_setting_may_be() -> None:
    settings = {f.metadata["name"].title().replace("_", ""): f.default for each in SETTINGS for f in fields(each)}
    for name, parameter in DOCUMENT["resources"]["Parameters"].items():
        if "NoEcho" in parameter:
            assert parameter.get("Default") == (None if settings[name] is MISSING else "")


def test_a_page_may_send_what_clients_of_the_model_context_protocol_send() -> None:
    sent = {"authorization", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"}
    assert sent <= set(DOCUMENT["provider"]["httpApi"]["cors"]["allowedHeaders"])


def test_the_sites_are_named_exactly_because_they_send_cookies() -> None:
    cors = DOCUMENT["provider"]["httpApi"]["cors"]
    assert cors["allowCredentials"] is True
    assert "*" not in str(cors)
