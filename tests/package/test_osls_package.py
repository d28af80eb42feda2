from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.bundle import PROJECT, Service, main
from infra.packaging.import_graph import reach

if TYPE_CHECKING:
    from collections.abc import Callable

OSLS = PROJECT / "node_modules" / ".bin" / "osls"

OWN_LOGS = {"logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource", "logs:PutLogEvents"}

ALLOWED = {
    "ChatRole": {("sqs:SendMessage", "Outbox")},
    "HealthRole": {("sqs:GetQueueAttributes", "Outbox")},
    "OutboxReplayRole": {
        ("sqs:ReceiveMessage", "Outbox"),
        ("sqs:DeleteMessage", "Outbox"),
        ("sqs:GetQueueAttributes", "Outbox"),
        ("sqs:SendMessage", "OutboxDeadLetters"),
    },
    "MailRole": set[tuple[str, str]](),
    "IamRoleLambdaExecution": set[tuple[str, str]](),
}
"""All that each role may do in AWS, beside writing its own logs; a new line here is a decision."""

ROLES = {
    "chat": "ChatRole",
    "health": "HealthRole",
    "outboxReplay": "OutboxReplayRole",
    **dict.fromkeys(
        ("authSignUpEmail", "authSignInEmail", "authResetPassword", "authEmail", "authDeleteUser"), "MailRole"
    ),
}
"""Every other function has the last of those above."""

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


def roles(template: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The unconditional statements of each role; what depends on a condition has a test of its own."""
    found = {
        name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == "AWS::IAM::Role"
    }
    assert not [name for name, role in found.items() if "ManagedPolicyArns" in role]
    return {
        name: [line for policy in role["Policies"] for line in policy.get("PolicyDocument", {}).get("Statement", [])]
        for name, role in found.items()
    }


def test_each_role_may_do_what_its_functions_need_and_nothing_else(template: dict[str, Any]) -> None:
    allowed = {
        name: {
            (action, line["Resource"]["Fn::GetAtt"][0])
            for line in statements
            for action in line["Action"]
            if not action.startswith(("logs:", "xray:"))
        }
        for name, statements in roles(template).items()
    }
    assert allowed == ALLOWED


def test_functions_write_their_own_logs_only(template: dict[str, Any]) -> None:
    lines = [line for each in roles(template).values() for line in each if line["Action"][0].startswith("logs:")]
    assert {action for line in lines for action in line["Action"]} <= OWN_LOGS
    assert not [line for line in lines if "/aws/lambda/docs-chatbot-backend-dev" not in json.dumps(line["Resource"])]


def test_each_function_has_the_role_that_is_meant_for_it(template: dict[str, Any]) -> None:
    given = {each["FunctionName"]: each["Role"]["Fn::GetAtt"][0] for each in of_type(template, "AWS::Lambda::Function")}
    assert given == {
        f"docs-chatbot-backend-dev-{name}": ROLES.get(name, "IamRoleLambdaExecution")
        for name in Service.read().handlers
    }


def test_what_waits_in_the_outbox_goes_to_the_replay_which_tells_what_is_not_done(template: dict[str, Any]) -> None:
    [mapping] = of_type(template, "AWS::Lambda::EventSourceMapping")
    [replay] = [each for each in of_type(template, "AWS::Lambda::Function") if each["FunctionName"].endswith("Replay")]
    outbox = template["Resources"]["Outbox"]["Properties"]

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Outbox", "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert outbox["VisibilityTimeout"] > replay["Timeout"], "else a message comes again while it is worked on"
    assert outbox["VisibilityTimeout"] * outbox["RedrivePolicy"]["maxReceiveCount"] > 24 * 3600, "an outage of a day"
    alarm = template["Resources"]["OutboxDeadLettersAlarm"]["Properties"]
    assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["OutboxDeadLetters", "QueueName"]}


def test_functions_that_send_mail_may_send_it_from_one_identity_and_no_other_function_may(
    template: dict[str, Any],
) -> None:
    role = template["Resources"]["MailRole"]["Properties"]
    logs, (condition, mail, otherwise) = role["Policies"][0], role["Policies"][1]["Fn::If"]
    (writes, _), [sends] = logs["PolicyDocument"]["Statement"], mail["PolicyDocument"]["Statement"]
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


def resources_of(statement: dict[str, Any]) -> list[Any]:
    named: Any = statement["Resource"]
    return [*named] if isinstance(named, list) else [named]


def test_a_wildcard_stands_only_where_aws_knows_nothing_narrower(template: dict[str, Any]) -> None:
    for line in (line for statements in roles(template).values() for line in statements):
        assert line["Effect"] == "Allow"
        assert not [action for action in line["Action"] if "*" in action]
        if "*" in resources_of(line):
            assert set(line["Action"]) <= ANY_RESOURCE


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
    scheduled = of_type(template, "AWS::Events::Rule")
    assert {rule["ScheduleExpression"] for rule in scheduled} == {"rate(1 day)"}
    assert len(set(targets)) == len(Service.read().handlers) - len(scheduled) - 1  # a queue calls outboxReplay


def test_no_secret_is_in_the_template_and_references_stay_within_their_limit(template: dict[str, Any]) -> None:
    references = json.dumps(template).count("{{resolve:")
    assert 0 < references <= 60
