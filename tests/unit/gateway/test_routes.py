"""Which function a request belongs to, by `serverless.yml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.gateway.routes import Routes
from infra.local.gateway.serverless import read_serverless

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

SERVICE = """
service: library
custom:
  databaseUrl: ${env:DATABASE_URL, 'none, at all'}
  limits: {timeout: 9}
params: {default: {size: 256}}
provider:
  name: aws
  runtime: python3.13
  timeout: ${self:custom.limits.timeout}
  environment:
    TABLE: !Ref Books
    ADDRESS: !Sub 'https://${HttpApi}.example.org'
    LIST: !Join [',', [a, !GetAtt [Books, Arn]]]
    STAGE: ${sls:stage}
functions:
  list:
    handler: functions/books/list_all.handler
    events: [{httpApi: GET /books}]
  one:
    handler: functions/books/one.handler
    memorySize: ${param:size}
    timeout: 3
    events:
      - httpApi: {method: get, path: '/books/{id}'}
      - httpApi: {method: DELETE, path: '/books/{id}'}
      - sqs: {arn: !GetAtt [Queue, Arn]}
  newest: {name: by-hand, handler: functions/books/newest.handler, events: [{httpApi: 'GET /books/newest'}]}
  files: {handler: functions/files.handler, events: [{httpApi: 'ANY /files/{path+}'}]}
  page: {handler: functions/page.handler, events: [{httpApi: 'GET /books/{id}/pages/{number}'}]}
"""


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "serverless.yml"
    file.write_text(SERVICE, "utf-8")
    return read_serverless(file, {"DATABASE_URL": "postgresql://database"})


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/books", "list", {}),
        ("GET", "/books/7", "one", {"id": "7"}),
        ("GET", "/books/a%20b%2Fc", "one", {"id": "a b/c"}),
        ("GET", "/books/%C3%A9", "one", {"id": "é"}),
        ("DELETE", "/books/newest", "one", {"id": "newest"}),
        ("GET", "/books/newest", "newest", {}),
        ("GET", "/books/7/pages/3", "page", {"id": "7", "number": "3"}),
        ("PUT", "/files/a/b.txt", "files", {"path": "a/b.txt"}),
        ("GET", "/files/", "files", {"path": ""}),
    ],
)
def test_the_most_specific_route_gets_the_request(
    document: dict[str, Any], method: str, path: str, function: str, parameters: dict[str, str]
) -> None:
    match = Routes(document).find(method, path)

    assert match
    assert (match.route.function.key, match.parameters) == (function, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/books"), ("GET", "/books/"), ("GET", "/Books"), ("GET", "/"), ("GET", "/files"), ("HEAD", "/books")],
)
def test_a_request_without_a_route_is_nobodys(document: dict[str, Any], method: str, path: str) -> None:
    assert Routes(document).find(method, path) is None


def test_the_default_route_takes_what_no_other_takes(document: dict[str, Any]) -> None:
    document["functions"]["rest"] = {"handler": "functions/rest.handler", "events": [{"httpApi": "*"}]}

    rest, books = Routes(document).find("PUT", "/anything"), Routes(document).find("GET", "/books")

    assert rest
    assert books
    assert (rest.route.key, books.route.key) == ("$default", "GET /books")


def test_a_function_takes_from_the_provider_what_it_does_not_say_itself(document: dict[str, Any]) -> None:
    functions = {each.key: each for each in Routes(document).functions}

    assert (functions["list"].timeout, functions["list"].memory) == (9, 1024)
    assert (functions["one"].timeout, functions["one"].memory) == (3, 256)
    assert (functions["list"].name, functions["newest"].name) == ("library-local-list", "by-hand")
    assert functions["list"].handler == "functions/books/list_all.handler"


def test_a_file_without_functions_is_refused() -> None:
    with pytest.raises(ValueError, match="functions"):
        Routes({"service": "empty", "functions": "${file(functions.yml)}"})


def test_tags_of_cloudformation_are_read_as_plain_values(document: dict[str, Any]) -> None:
    environment = document["provider"]["environment"]

    assert environment["TABLE"] == "Books"
    assert environment["ADDRESS"] == "https://${HttpApi}.example.org"
    assert environment["LIST"] == [",", ["a", ["Books", "Arn"]]]
    assert environment["STAGE"] == "local"


def test_variables_are_looked_up_in_the_functions_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://of-the-user")

    without = read_serverless(tmp_path / "serverless.yml", {})

    assert document["custom"]["databaseUrl"] == "postgresql://database"
    assert without["custom"]["databaseUrl"] == "none, at all"
