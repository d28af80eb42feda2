from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra.bundle import PROJECT, Service
from infra.packaging.import_graph import reach
from shared.observability import COUNTED, WITHOUT
from shared.outbox.again import seconds_until
from tests.package.conftest import OSLS, SITE, without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.package.conftest import Package

ROLES = {
    "chat": "ChatRole",
    "chatStream": "ChatRole",
    "health": "HealthRole",
    "outboxReplay": "OutboxReplayRole",
    "keepWarm": "KeepWarmRole",
    **dict.fromkeys(
        ("authSignUpEmail", "authSignInEmail", "authPassword", "authResetPassword", "authEmail", "authDeleteUser"),
        "MailRole",
    ),
}
"""Every other function has the role that osls makes."""

DAY = 24 * 3600
COMMON_ROLE = "IamRoleLambdaExecution"

BESIDE_LOGS_AND_TRACES = {
    "ChatRole": {("sqs:SendMessage", "Outbox"), ("sqs:GetQueueAttributes", "Outbox")},
    "HealthRole": {("sqs:GetQueueAttributes", "Outbox")},
    "OutboxReplayRole": {
        ("sqs:ReceiveMessage", "Outbox"),
        ("sqs:ChangeMessageVisibility", "Outbox"),
        ("sqs:DeleteMessage", "Outbox"),
        ("sqs:GetQueueAttributes", "Outbox"),
        ("sqs:SendMessage", "OutboxDeadLetters"),
    },
    "MailRole": {("ses:SendEmail", "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/")},
    COMMON_ROLE: set[tuple[str, str]](),
}
"""All that each role may do in AWS, beside writing the logs of its own functions; a new line here is a decision."""

ANY_RESOURCE = {
    ("xray:PutTraceSegments", "*"): "X-Ray knows no resource for it",
    ("xray:PutTelemetryRecords", "*"): "the same",
}
"""The only wildcards, with the reason for each
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html)."""

SNAP_STARTED = {"authGetSession", "chat", "conversationsList"}
"""What a reader waits for on opening a page and on asking."""


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


def test_a_zip_lies_under_the_digest_of_its_bytes_so_that_only_changed_ones_are_uploaded(
    template: dict[str, Any],
) -> None:
    for each in of_type(template, "AWS::Lambda::Function"):
        folder, digest, name = each["Code"]["S3Key"].rsplit("/", 2)
        assert folder == "serverless/docs-chatbot-backend/dev/zips"
        assert digest == hashlib.sha256((PROJECT / "build" / name).read_bytes()).hexdigest()


def test_cloudformation_never_deletes_a_queue_with_turns_of_readers(template: dict[str, Any]) -> None:
    queues = [each for each in template["Resources"].values() if each["Type"] == "AWS::SQS::Queue"]
    kept = {(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in queues}
    assert kept == {("RetainExceptOnCreate", "Retain")}


def permissions(template: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    """Action and resource of all that each role allows, conditionally or not."""
    roles = {
        name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == "AWS::IAM::Role"
    }
    assert not [name for name, role in roles.items() if "ManagedPolicyArns" in role]
    return {name: {pair for policy in role["Policies"] for pair in _allowed(policy)} for name, role in roles.items()}


def _allowed(policy: dict[str, Any]) -> Iterator[tuple[str, str]]:
    document = policy["Fn::If"][1] if "Fn::If" in policy else policy
    for line in document["PolicyDocument"]["Statement"]:
        names = set(line) - {"Condition"}  # it can only allow less
        assert names == {"Effect", "Action", "Resource"}, "NotAction and NotResource would allow all but something"
        assert line["Effect"] == "Allow"
        for action, resource in product(_listed(line["Action"]), _listed(line["Resource"])):
            yield action, _name_of(resource)


def _listed(value: object) -> list[Any]:
    return [*value] if isinstance(value, list) else [value]


def _name_of(resource: Any) -> str:  # noqa: ANN401 (a template holds anything)
    """Of a resource in the stack its name there, of any other its ARN."""
    if isinstance(resource, str):
        return resource
    [(function, argument)] = resource.items()
    assert function in {"Fn::GetAtt", "Fn::Sub"}
    return str(argument[0] if function == "Fn::GetAtt" else argument)


def expected_permissions() -> dict[str, set[tuple[str, str]]]:
    expected = {role: {*pairs, *ANY_RESOURCE} for role, pairs in BESIDE_LOGS_AND_TRACES.items()}
    expected["KeepWarmRole"] = {("lambda:InvokeFunction", name) for name in routed()}  # and no traces: nobody has any
    for name in Service.read().handlers:
        group = f"{name[0].upper()}{name[1:]}LogGroup"
        expected[ROLES.get(name, COMMON_ROLE)] |= {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}
    return expected


def test_each_role_may_do_what_its_functions_need_and_nothing_else(template: dict[str, Any]) -> None:
    assert permissions(template) == expected_permissions()


def test_mail_may_be_sent_from_one_address_only(template: dict[str, Any]) -> None:
    lines = [
        line
        for role in of_type(template, "AWS::IAM::Role")
        for policy in role["Policies"]
        for line in (policy["Fn::If"][1] if "Fn::If" in policy else policy)["PolicyDocument"]["Statement"]
        if "ses:SendEmail" in _listed(line["Action"])
    ]
    assert lines
    assert all(set(line["Condition"]["StringEquals"]) == {"ses:FromAddress"} for line in lines)


def test_a_wildcard_stands_only_where_aws_knows_nothing_narrower(template: dict[str, Any]) -> None:
    pairs = set[tuple[str, str]]().union(*permissions(template).values())
    assert {pair for pair in pairs if "*" in "".join(pair)} == set(ANY_RESOURCE)


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "sqs:*", "Resource": {"Fn::GetAtt": ["Outbox", "Arn"]}},
        {"Effect": "Allow", "Action": ["sqs:PurgeQueue"], "Resource": {"Fn::GetAtt": ["Outbox", "Arn"]}},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ["arn:aws:sqs:us-east-1:123456789012:other"]},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"},
        {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": {"Fn::GetAtt": ["HealthLogGroup", "Arn"]}},
    ],
)
def test_a_permission_that_nobody_decided_on_is_noticed(template: dict[str, Any], statement: dict[str, Any]) -> None:
    spoiled = json.loads(json.dumps(template))
    spoiled["Resources"]["ChatRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].append(statement)
    assert permissions(spoiled) != expected_permissions()


def test_each_function_has_the_role_that_is_meant_for_it(template: dict[str, Any]) -> None:
    given = {each["FunctionName"]: each["Role"]["Fn::GetAtt"][0] for each in of_type(template, "AWS::Lambda::Function")}
    assert given == {
        f"docs-chatbot-backend-dev-{name}": ROLES.get(name, COMMON_ROLE) for name in Service.read().handlers
    }


def test_what_waits_in_the_outbox_goes_to_the_replay_which_tells_what_is_not_done(template: dict[str, Any]) -> None:
    [mapping] = of_type(template, "AWS::Lambda::EventSourceMapping")
    [replay] = [each for each in of_type(template, "AWS::Lambda::Function") if each["FunctionName"].endswith("Replay")]
    outbox = template["Resources"]["Outbox"]["Properties"]

    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Outbox", "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert outbox["VisibilityTimeout"] > replay["Timeout"], "else a message comes again while it is worked on"
    deliveries = range(1, outbox["RedrivePolicy"]["maxReceiveCount"])
    waits = sum(seconds_until(each) or outbox["VisibilityTimeout"] for each in deliveries)
    assert 12 * DAY < waits < outbox["MessageRetentionPeriod"], "to the dead letters late, and before SQS deletes it"
    alarm = template["Resources"]["OutboxDeadLettersAlarm"]["Properties"]
    assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["OutboxDeadLetters", "QueueName"]}


def test_functions_that_send_mail_may_send_it_from_one_identity_and_no_other_function_may(
    template: dict[str, Any],
) -> None:
    mail = template["Resources"]["MailRole"]["Properties"]["Policies"][1]["Fn::If"]
    assert (mail[0], mail[2]) == ("SendsMail", {"Ref": "AWS::NoValue"})
    senders = {
        name
        for name, handler in Service.read().handlers.items()
        if Path("shared/auth/accounts/mail.py") in reach(PROJECT, handler.rpartition(".")[0].replace("/", ".")).files
    }
    functions = of_type(template, "AWS::Lambda::Function")
    given = {each["FunctionName"].rpartition("-")[2] for each in functions if "MailRole" in json.dumps(each["Role"])}
    assert given == senders


def test_every_traced_function_may_hand_in_its_traces(template: dict[str, Any]) -> None:
    lambdas = of_type(template, "AWS::Lambda::Function")
    untraced = [each["FunctionName"] for each in lambdas if each["TracingConfig"]["Mode"] != "Active"]
    assert untraced == ["docs-chatbot-backend-dev-keepWarm"]
    for name in {each["Role"]["Fn::GetAtt"][0] for each in lambdas if each["FunctionName"] not in untraced}:
        assert "xray:PutTraceSegments" in json.dumps(template["Resources"][name])


def test_what_comes_in_is_limited_measured_and_logged_in_json(
    template: dict[str, Any], production: dict[str, Any]
) -> None:
    for stack, rate, burst in ((template, 50, 100), (production, 500, 1000)):
        [stage] = of_type(stack, "AWS::ApiGatewayV2::Stage")
        limits = {
            "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
            "ThrottlingBurstLimit": {"Ref": "RequestsInABurst"},
        }
        assert stage["DefaultRouteSettings"] == {"DetailedMetricsEnabled": False, **limits}
        wanted = [stack["Parameters"][name]["Default"] for name in ("RequestsPerSecond", "RequestsInABurst")]
        assert [int(each) for each in wanted] == [rate, burst]
    [stage] = of_type(production, "AWS::ApiGatewayV2::Stage")
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert not [value for value in line.values() if re.search(r"\.ip|sourceIp|userAgent|path|query", value)]


def test_alarms_watch_the_share_of_failures_and_each_function_outside_of_the_http_api(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    assert {json.dumps(each["AlarmActions"]) for each in alarms} == {'[{"Ref": "Alarms"}]'}
    watched = {each["Dimensions"][0]["Value"]["Ref"] for each in alarms if each.get("MetricName") == "Errors"}
    assert watched == {
        "ChatStreamLambdaFunction",
        "OutboxReplayLambdaFunction",
        "RetentionPurgeLambdaFunction",
        "KeepWarmLambdaFunction",
    }
    metrics = {each["MetricName"] for each in alarms if "MetricName" in each}
    assert {"Latency", "Throttles", "ApproximateAgeOfOldestMessage", *WITHOUT.values()} <= metrics
    [share] = [each for each in alarms if "Metrics" in each]
    assert [each["Id"] for each in share["Metrics"]] == ["share", "errors", "requests"]


def test_a_saved_query_asks_the_logs_of_all_functions(template: dict[str, Any]) -> None:
    groups = {name for name in template["Resources"] if name.endswith("LogGroup") and name != "HttpApiLogGroup"}
    queries = of_type(template, "AWS::Logs::QueryDefinition")
    assert {each["Name"].partition("/")[2] for each in queries} == {"causes", "one-request", "outcomes"}
    for each in queries:
        assert {group["Ref"] for group in each["LogGroupNames"]} == groups
        assert len(each["LogGroupNames"]) <= 50, "what a query may ask"


def test_the_linter_of_cloudformation_finds_no_error(template: dict[str, Any], tmp_path: Path) -> None:
    written = tmp_path / "template.json"
    written.write_text(json.dumps(template), encoding="utf-8")
    words = [
        Path(sys.executable).with_name("cfn-lint"),
        "--regions",
        "us-east-1",
        "--ignore-checks",
        "W",
        "--template",
        written,
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_after_an_outage_the_replay_leaves_containers_for_readers(template: dict[str, Any]) -> None:
    [mapping] = of_type(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["ScalingConfig"]["MaximumConcurrency"] <= 10


def test_the_dashboard_shows_what_the_alarms_watch(template: dict[str, Any]) -> None:
    [board] = of_type(template, "AWS::CloudWatch::Dashboard")
    shown = json.loads(board["DashboardBody"]["Fn::Sub"])
    named = json.dumps(shown)
    counted = {each["MetricName"] for each in of_type(template, "AWS::CloudWatch::Alarm") if "MetricName" in each}
    assert [name for name in counted if f'"{name}"' not in named] == []
    assert [name for name in (*WITHOUT.values(), *COUNTED) if f'"{name}"' not in named] == []


def test_alarms_are_mailed_only_where_somebody_asked_for_it(template: dict[str, Any]) -> None:
    assert template["Resources"]["AlarmsByMail"]["Condition"] == "SomebodyWantsMail"
    assert template["Parameters"]["AlarmEmail"]["Default"] == ""


def test_snapshots_are_paid_for_on_demand_and_their_routes_lead_to_them(
    template: dict[str, Any], production: dict[str, Any]
) -> None:
    assert not [each for each in of_type(template, "AWS::Lambda::Function") if "SnapStart" in each]
    started = {each["Handler"] for each in of_type(production, "AWS::Lambda::Function") if "SnapStart" in each}
    assert started == {Service.read().handlers[name] for name in SNAP_STARTED}
    integrations = {name: json.dumps(each) for name, each in production["Resources"].items() if "Integration" in name}
    led = {name.removeprefix("HttpApiIntegration") for name, each in integrations.items() if "snapstart" in each}
    assert {name.lower() for name in led} == {name.lower() for name in SNAP_STARTED}


def test_the_addresses_are_outputs(template: dict[str, Any]) -> None:
    assert {"ApiUrl", "HealthUrl", "AlarmsTopic"} <= set(template["Outputs"])


@pytest.mark.long  # starts osls once more, for one line of serverless.yml
def test_one_parameter_chooses_the_processor() -> None:
    words = [OSLS, "print", "--format", "json", "--param", "architecture=arm64"]
    done = subprocess.run(words, cwd=PROJECT, env=without_credentials(), capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    assert json.loads(done.stdout)["provider"]["architecture"] == "arm64"


def test_cors_names_the_site_and_allows_cookies(production: dict[str, Any]) -> None:
    [api] = of_type(production, "AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"]["AllowOrigins"] == [SITE]
    assert api["CorsConfiguration"]["AllowCredentials"] is True


def test_every_route_leads_to_its_lambda(template: dict[str, Any]) -> None:
    targets = [json.dumps(route["Target"]) for route in of_type(template, "AWS::ApiGatewayV2::Route")]
    scheduled = of_type(template, "AWS::Events::Rule")
    assert sorted(rule["ScheduleExpression"] for rule in scheduled) == ["rate(1 day)", "rate(4 minutes)"]
    streamed = [each for each in of_type(template, "AWS::ApiGateway::Method") if each["HttpMethod"] != "OPTIONS"]
    others = len(scheduled) + len(streamed) + 1  # a queue calls outboxReplay
    assert len(set(targets)) == len(Service.read().handlers) - others


def test_what_streams_lets_through_what_the_http_api_does(template: dict[str, Any]) -> None:
    [stage] = of_type(template, "AWS::ApiGateway::Stage")
    [limits] = stage["MethodSettings"]
    usual = template["Resources"]["HttpApiStage"]["Properties"]["DefaultRouteSettings"]
    assert (limits["HttpMethod"], limits["ResourcePath"]) == ("*", "/*")
    for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        assert limits[limit] == usual[limit]
    [method] = [each for each in of_type(template, "AWS::ApiGateway::Method") if each["HttpMethod"] != "OPTIONS"]
    assert method["Integration"]["ResponseTransferMode"] == "STREAM"


def test_what_streams_answers_preflights_for_the_origins_of_the_http_api(template: dict[str, Any]) -> None:
    [preflight] = [each for each in of_type(template, "AWS::ApiGateway::Method") if each["HttpMethod"] == "OPTIONS"]
    [answer] = preflight["Integration"]["IntegrationResponses"]
    told = {name.rpartition(".")[2].lower(): value.strip("'") for name, value in answer["ResponseParameters"].items()}
    usual = template["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]
    assert told["access-control-allow-origin"] in usual["AllowOrigins"]
    assert set(told["access-control-allow-headers"].split(",")) == set(usual["AllowHeaders"])
    assert told["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("kind", ["DEFAULT_4XX", "DEFAULT_5XX"])
def test_pages_may_read_what_the_rest_api_itself_refuses(template: dict[str, Any], kind: str) -> None:
    [told] = [each for each in of_type(template, "AWS::ApiGateway::GatewayResponse") if each["ResponseType"] == kind]
    headers = {
        name.removeprefix("gatewayresponse.header."): text.strip("'")
        for name, text in told["ResponseParameters"].items()
    }
    allowed = template["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]["AllowOrigins"]
    assert headers["Access-Control-Allow-Origin"] in allowed
    assert headers["Access-Control-Allow-Credentials"] == "true"


def test_the_deployment_of_what_streams_is_named_after_what_it_deploys(template: dict[str, Any]) -> None:
    [name] = [each for each in template["Resources"] if each.startswith("ApiGatewayDeployment")]
    assert not name.removeprefix("ApiGatewayDeployment").isdigit(), "osls would name it after the time"
    assert of_type(template, "AWS::ApiGateway::Stage")[0]["DeploymentId"] == {"Ref": name}


def routed() -> set[str]:
    """The functions with a route, as the stack calls them."""
    functions = yaml.load((PROJECT / "serverless.yml").read_text("utf-8"), Loader=yaml.CSafeLoader)["functions"]
    names = [
        name
        for name, each in functions.items()
        if any({"http", "httpApi"} & event.keys() for event in each.get("events", []))
    ]
    return {f"{name[0].upper()}{name[1:]}LambdaFunction" for name in names}


def warmed(template: dict[str, Any]) -> dict[str, int]:
    """How many containers are kept warm, by the resource that is called."""
    keeper = template["Resources"]["KeepWarmLambdaFunction"]["Properties"]
    _, parts = keeper["Environment"]["Variables"]["WARM_FUNCTIONS"]["Fn::Join"]
    names = [str(each["Ref"]) for each in parts if "Ref" in each]
    return dict(zip(names, [int(each[1:]) for each in parts if str(each).startswith("=")], strict=True))


def test_every_function_with_a_route_is_kept_warm_and_no_other_one(template: dict[str, Any]) -> None:
    found = warmed(template)
    assert set(found) == routed()
    assert {name for name, containers in found.items() if containers > 1} == {
        "AuthGetSessionLambdaFunction",
        "ChatLambdaFunction",
        "ChatStreamLambdaFunction",
        "ConversationsListLambdaFunction",
    }
    role = template["Resources"]["KeepWarmRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    [calls] = [each for each in role if each["Action"] == ["lambda:InvokeFunction"]]
    assert {each["Fn::GetAtt"][0] for each in calls["Resource"]} == routed()


def test_of_a_function_with_snapshots_the_version_that_routes_call_is_kept_warm(production: dict[str, Any]) -> None:
    aliases = [name for name, each in production["Resources"].items() if each["Type"] == "AWS::Lambda::Alias"]
    assert aliases
    assert set(aliases) <= set(warmed(production))


@pytest.mark.long  # packages everything once more
def test_who_wants_nothing_kept_warm_pays_nothing_for_it(template: dict[str, Any], package: Package) -> None:
    states = [
        {rule["ScheduleExpression"]: rule["State"] for rule in of_type(each, "AWS::Events::Rule")}
        for each in (template, package(WARM="off"))
    ]
    assert states == [
        {"rate(1 day)": "ENABLED", "rate(4 minutes)": "ENABLED"},
        {"rate(1 day)": "ENABLED", "rate(4 minutes)": "DISABLED"},
    ]


def test_a_secret_is_in_the_template_only_as_a_reference_to_a_parameter(template: dict[str, Any]) -> None:
    hidden = {name for name, each in template["Parameters"].items() if each.get("NoEcho")}
    assert hidden
    assert not [name for name in hidden if template["Parameters"][name].get("Default")]
    assert "{{resolve:" not in json.dumps(template)
