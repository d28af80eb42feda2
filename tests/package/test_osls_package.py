from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.bundle import PROJECT, Service, main
from infra.packaging.import_graph import reach

OSLS = PROJECT / "node_modules" / ".bin" / "osls"

ALLOWED = {
    ("logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"): "the functions' own log groups",
    ("logs:PutLogEvents",): "the functions' own log groups",
}
"""All that any function may do in AWS; a new line here is a decision."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The CloudFormation that `osls package` makes with no credentials and, where the machine allows, no network."""
    if not OSLS.exists():
        assert not os.environ.get("CI"), "CI must have node_modules"
        pytest.skip("no node_modules: run `make setup`")
    assert main([]) == 0  # with its network, so that wheels which nobody has fetched yet are here afterwards
    output = tmp_path_factory.mktemp("osls")
    words = [*without_network(), OSLS, "package", "--package", output]
    done = subprocess.run(words, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((output / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))


def without_network() -> list[str]:
    """Words that run a program in a world of its own, where no network is; none where the machine does not allow it."""
    words = ["unshare", "--net", "--map-root-user"]
    try:
        allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 (our own words)
    except FileNotFoundError:
        allowed = False
    return words if allowed else []


def environment() -> dict[str, str]:
    """No credentials, and AWS at an address where nothing listens."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "SITE_ORIGIN": "https://book.example.com",
    }


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def test_there_is_one_lambda_and_one_log_group_with_an_end_for_each_function(template: dict[str, Any]) -> None:
    service = Service.read()
    lambdas = of_type(template, "AWS::Lambda::Function")
    assert sorted(each["Handler"] for each in lambdas) == sorted(service.handlers.values())
    assert {(each["Runtime"], *each["Architectures"]) for each in lambdas} == {("python3.13", "x86_64")}
    assert [each["RetentionInDays"] for each in of_type(template, "AWS::Logs::LogGroup")] == [14] * len(lambdas)


def test_each_lambda_has_a_zip_of_its_own(template: dict[str, Any]) -> None:
    keys = [each["Code"]["S3Key"].rpartition("/")[2] for each in of_type(template, "AWS::Lambda::Function")]
    assert sorted(keys) == sorted(f"{name}.zip" for name in Service.read().handlers)


def test_functions_may_write_their_logs_and_nothing_else(template: dict[str, Any]) -> None:
    role = template["Resources"]["IamRoleLambdaExecution"]["Properties"]
    statements = [line for policy in role["Policies"] for line in policy["PolicyDocument"]["Statement"]]
    assert {tuple(line["Action"]) for line in statements} == set(ALLOWED)
    resources = [resource["Fn::Sub"] for line in statements for resource in line["Resource"]]
    assert {resource.partition("log-group:")[2].partition("-dev")[0] for resource in resources} == {
        "/aws/lambda/docs-chatbot-backend"
    }
    assert "ManagedPolicyArns" not in role


def test_functions_that_send_mail_may_send_it_from_one_identity_and_no_other_function_may(
    template: dict[str, Any],
) -> None:
    role = template["Resources"]["MailRole"]["Properties"]
    logs, (condition, mail, otherwise) = role["Policies"][0], role["Policies"][1]["Fn::If"]
    [writes], [sends] = logs["PolicyDocument"]["Statement"], mail["PolicyDocument"]["Statement"]
    assert set(writes["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert sends["Action"] == "ses:SendEmail"
    assert sends["Resource"]["Fn::Sub"].partition(":identity/")[0].startswith("arn:${AWS::Partition}:ses:")
    assert (condition, otherwise) == ("SendsMail", {"Ref": "AWS::NoValue"})
    senders = {
        name
        for name, handler in Service.read().handlers.items()
        if Path("shared/auth/mail.py") in reach(PROJECT, handler.rpartition(".")[0].replace("/", ".")).files
    }
    functions = of_type(template, "AWS::Lambda::Function")
    given = {each["FunctionName"].rpartition("-")[2] for each in functions if "MailRole" in json.dumps(each["Role"])}
    assert given == senders


def test_cors_names_the_site_and_allows_cookies(template: dict[str, Any]) -> None:
    [api] = of_type(template, "AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"]["AllowOrigins"] == ["https://book.example.com"]
    assert api["CorsConfiguration"]["AllowCredentials"] is True


def test_every_route_leads_to_its_lambda(template: dict[str, Any]) -> None:
    targets = [json.dumps(route["Target"]) for route in of_type(template, "AWS::ApiGatewayV2::Route")]
    scheduled = of_type(template, "AWS::Events::Rule")
    assert {rule["ScheduleExpression"] for rule in scheduled} == {"rate(1 day)"}
    assert len(set(targets)) == len(Service.read().handlers) - len(scheduled)


def test_no_secret_is_in_the_template_and_references_stay_within_their_limit(template: dict[str, Any]) -> None:
    references = json.dumps(template).count("{{resolve:")
    assert 0 < references <= 60
