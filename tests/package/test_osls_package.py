from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from infra.bundle import PROJECT, Service, main

if TYPE_CHECKING:
    from collections.abc import Callable

OSLS = PROJECT / "node_modules" / ".bin" / "osls"

ALLOWED = {
    ("logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"): "the functions' own log groups",
    ("logs:PutLogEvents",): "the functions' own log groups",
    ("xray:PutTraceSegments", "xray:PutTelemetryRecords"): "a trace belongs to no resource",
}
"""All that any function may do in AWS; a new line here is a decision."""

ANY_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
"""Actions for which AWS knows no narrower resource than `*`
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html)."""

SNAP_STARTED = {"authGetSession", "chat", "conversationsList"}
"""What a reader waits for on opening a page and on asking."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Makes the CloudFormation of a stage, with no credentials and, where the machine allows, no network."""
    if not OSLS.exists():
        assert not os.environ.get("CI"), "CI must have node_modules"
        pytest.skip("no node_modules: run `make setup`")
    assert main([]) == 0  # with its network, so that wheels which nobody has fetched yet are here afterwards

    def run(*arguments: str) -> dict[str, Any]:
        output = tmp_path_factory.mktemp("osls")
        words = [*without_network(), OSLS, "package", "--package", output, *arguments]
        done = subprocess.run(words, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((output / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))

    return run


@pytest.fixture(scope="module")
def template(package: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return package()


@pytest.fixture(scope="module")
def production(package: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return package("--stage", "prod")


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
    groups = of_type(template, "AWS::Logs::LogGroup")
    assert [each["RetentionInDays"] for each in groups] == [14] * (len(lambdas) + 1)  # and one for requests


def test_each_lambda_has_a_zip_of_its_own(template: dict[str, Any]) -> None:
    keys = [each["Code"]["S3Key"].rpartition("/")[2] for each in of_type(template, "AWS::Lambda::Function")]
    assert sorted(keys) == sorted(f"{name}.zip" for name in Service.read().handlers)


def policy_statements(template: dict[str, Any]) -> list[dict[str, Any]]:
    roles = of_type(template, "AWS::IAM::Role")
    assert not [role for role in roles if "ManagedPolicyArns" in role]
    return [line for role in roles for policy in role["Policies"] for line in policy["PolicyDocument"]["Statement"]]


def resources_of(statement: dict[str, Any]) -> list[Any]:
    named: Any = statement["Resource"]
    return [*named] if isinstance(named, list) else [named]


def test_functions_may_do_what_is_listed_and_nothing_else(template: dict[str, Any]) -> None:
    assert {tuple(line["Action"]) for line in policy_statements(template)} == set(ALLOWED)


def test_a_wildcard_stands_only_where_aws_knows_nothing_narrower(template: dict[str, Any]) -> None:
    for line in policy_statements(template):
        assert line["Effect"] == "Allow"
        assert not [action for action in line["Action"] if "*" in action]
        if "*" in resources_of(line):
            assert set(line["Action"]) <= ANY_RESOURCE


def test_functions_write_to_their_own_logs_alone(template: dict[str, Any]) -> None:
    statements = [line for line in policy_statements(template) if line["Action"][0].startswith("logs:")]
    resources = [resource["Fn::Sub"] for line in statements for resource in resources_of(line)]
    assert {resource.partition("log-group:")[2].partition("-dev")[0] for resource in resources} == {
        "/aws/lambda/docs-chatbot-backend"
    }


def test_every_traced_function_may_hand_in_its_traces(template: dict[str, Any]) -> None:
    lambdas = of_type(template, "AWS::Lambda::Function")
    assert {each["TracingConfig"]["Mode"] for each in lambdas} == {"Active"}
    for name in {each["Role"]["Fn::GetAtt"][0] for each in lambdas}:
        assert "xray:PutTraceSegments" in json.dumps(template["Resources"][name])


def test_what_comes_in_is_limited_measured_and_logged_in_json(
    template: dict[str, Any], production: dict[str, Any]
) -> None:
    [stage] = of_type(template, "AWS::ApiGatewayV2::Stage")
    limits = {"DetailedMetricsEnabled": True, "ThrottlingRateLimit": 50, "ThrottlingBurstLimit": 100}
    assert stage["DefaultRouteSettings"] == limits
    [stage] = of_type(production, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 500
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert not [value for value in line.values() if re.search(r"\.ip|sourceIp|userAgent|path|query", value)]


def test_alarms_watch_every_function_the_share_of_failures_and_the_slowest_answers(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    assert {json.dumps(each["AlarmActions"]) for each in alarms} == {'[{"Ref": "Alarms"}]'}
    watched = {each["Dimensions"][0]["Value"]["Ref"] for each in alarms if each["MetricName"] == "Errors"}
    lambdas = {name for name, each in template["Resources"].items() if each["Type"] == "AWS::Lambda::Function"}
    assert watched == lambdas
    assert {"5xx", "Latency"} <= {each["MetricName"] for each in alarms}


def test_alarms_are_mailed_only_where_somebody_asked_for_it(template: dict[str, Any]) -> None:
    assert template["Resources"]["AlarmsByMail"]["Condition"] == "SomebodyWantsMail"
    assert template["Parameters"]["AlarmEmail"]["Default"] == ""


def test_snapshots_are_paid_for_on_demand_and_their_routes_lead_to_them(
    template: dict[str, Any], package: Callable[..., dict[str, Any]]
) -> None:
    assert not [each for each in of_type(template, "AWS::Lambda::Function") if "SnapStart" in each]
    on_demand = package("--param", "snapStart=true")
    started = {each["Handler"] for each in of_type(on_demand, "AWS::Lambda::Function") if "SnapStart" in each}
    assert started == {Service.read().handlers[name] for name in SNAP_STARTED}
    integrations = {name: json.dumps(each) for name, each in on_demand["Resources"].items() if "Integration" in name}
    led = {name.removeprefix("HttpApiIntegration") for name, each in integrations.items() if "snapstart" in each}
    assert {name.lower() for name in led} == {name.lower() for name in SNAP_STARTED}


def test_the_addresses_are_outputs(template: dict[str, Any]) -> None:
    assert {"ApiUrl", "HealthUrl", "AlarmsTopic"} <= set(template["Outputs"])


def test_one_parameter_chooses_the_processor() -> None:
    words = [OSLS, "print", "--format", "json", "--param", "architecture=arm64"]
    done = subprocess.run(words, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    assert json.loads(done.stdout)["provider"]["architecture"] == "arm64"


def test_cors_names_the_site_and_allows_cookies(template: dict[str, Any]) -> None:
    [api] = of_type(template, "AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"]["AllowOrigins"] == ["https://book.example.com"]
    assert api["CorsConfiguration"]["AllowCredentials"] is True


def test_every_route_leads_to_its_lambda(template: dict[str, Any]) -> None:
    targets = [json.dumps(route["Target"]) for route in of_type(template, "AWS::ApiGatewayV2::Route")]
    assert len(set(targets)) == len(Service.read().handlers)


def test_no_secret_is_in_the_template_and_references_stay_within_their_limit(template: dict[str, Any]) -> None:
    references = json.dumps(template).count("{{resolve:")
    assert 0 < references <= 60
