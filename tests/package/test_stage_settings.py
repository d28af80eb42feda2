"""A stage for readers is deployed as somebody meant it, or not at all."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from moto.server import ThreadedMotoServer

from infra.bundle import PROJECT
from infra.local.ports import LOOPBACK
from tests.package.conftest import (
    OF_PRODUCTION,
    OPTIONAL,
    OSLS,
    with_settings_of_its_own,
    without_credentials,
    without_network,
)

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tests.package.conftest import Package


@pytest.fixture(scope="module")
def project(template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert template, "has built the zips"
    return with_settings_of_its_own(tmp_path_factory.mktemp("project"))


def packaged(project: Path, stage: str, **variables: str) -> subprocess.CompletedProcess[str]:
    words = [*without_network(), OSLS, "package", "--stage", stage, "--package", project / "out"]
    given = without_credentials() | variables
    return subprocess.run(words, cwd=project, env=given, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)


def compiled(project: Path) -> dict[str, Any]:
    return json.loads((project / "out" / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))


SENSELESS = {
    "SITE_ORIGIN": "https://book.example.com/docs",
    "BETTER_AUTH_URL": "api.example.com",
    "API_DOMAIN": "https://api.example.com",
    "API_HOSTED_ZONE": "Z0123456789ABCDEFGHIJ",
    "MAIL_HOSTED_ZONE": "example.com",
}


@pytest.mark.parametrize(
    "given",
    [
        SENSELESS,
        pytest.param({}, marks=pytest.mark.long),
        pytest.param(OF_PRODUCTION | {"ALARM_EMAIL": "nobody"}, marks=pytest.mark.long),
        pytest.param(OF_PRODUCTION | {"SITE_ORIGIN": "http://localhost:3000"}, marks=pytest.mark.long),
    ],
    ids=["all but one senseless and that one missing", "nothing", "one senseless", "a site of this machine"],
)
def test_production_is_not_packaged_before_it_knows_site_address_and_alarm_mail_and_all_can_be_meant(
    project: Path, given: dict[str, str]
) -> None:
    done = packaged(project, "prod", **given)
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "The stage prod cannot be deployed yet. Write into .env.prod:" in shown
    right = {name for name in OF_PRODUCTION if given.get(name) == OF_PRODUCTION[name]}
    assert [name for name in OF_PRODUCTION if name not in given and f"{name} (is missing" not in shown] == []
    assert [name for name in given if name not in right and f"{name} (is not: " not in shown] == []
    assert [name for name in right if f"{name} (" in shown] == []


def test_no_stage_is_packaged_with_a_site_or_a_model_that_nobody_could_reach(project: Path) -> None:
    given = {"SITE_ORIGIN": "https://pr-42.example.com/", "MODEL_URL": "http://10.0.0.5/v1"}
    done = packaged(project, "pr-42", **given)
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    assert "The stage pr-42 cannot be deployed yet. Write into .env.pr-42:" in shown
    for said in ("SITE_ORIGIN (is not: ", "MODEL_URL (is not: ", "MODEL_NAME (is missing: "):
        assert said in shown


@pytest.mark.long
def test_a_stage_for_trying_may_belong_to_pages_of_this_machine(project: Path) -> None:
    done = packaged(
        project, "dev", SITE_ORIGIN="http://localhost:8000", MODEL_URL="https://a.example/v1", MODEL_NAME="m"
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_beside_a_domain_accounts_are_not_made_at_the_address_that_api_gateway_gives(project: Path) -> None:
    given = OF_PRODUCTION | {"BETTER_AUTH_URL": "execute-api", "API_DOMAIN": "api.example.com"}
    done = packaged(project, "prod", **given)
    assert done.returncode != 0
    assert "BETTER_AUTH_URL (is not: " in done.stdout + done.stderr


def test_the_settings_of_a_stage_are_in_one_file_that_each_command_reads(production: dict[str, Any]) -> None:
    assert production["Parameters"]["AlarmEmail"]["Default"] == OF_PRODUCTION["ALARM_EMAIL"]
    parameters = ("ApiDomain", "ApiZone", "MailIdentity", "MailZone")
    assert [production["Parameters"][name]["Default"] for name in parameters] == list(OPTIONAL.values())
    assert production["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]["AllowOrigins"] == [
        OF_PRODUCTION["SITE_ORIGIN"]
    ]
    assert "localhost" not in json.dumps(production)


@pytest.mark.long
def test_the_address_that_api_gateway_gives_has_a_name(project: Path) -> None:
    done = packaged(project, "prod", **OF_PRODUCTION | {"BETTER_AUTH_URL": "execute-api"})
    assert done.returncode == 0, done.stdout + done.stderr
    made = compiled(project)
    own = {"Fn::Sub": "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}
    functions = [each["Properties"] for each in made["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    given = [each.get("Environment", {}).get("Variables", {}).get("BETTER_AUTH_URL", own) for each in functions]
    assert given == [own] * len(functions)
    assert made["Outputs"]["ApiUrl"]["Value"] == own


DEPLOYING = """
const Plugin = require('./infra/packaging/hosted_zones.js');
const Parameters = { ApiZone: { Default: 'Z0123456789ABCDEFGHIJ' }, MailZone: { Default: process.argv[1] } };
const provider = { compiledCloudFormationTemplate: { Parameters }, stackParameters: [{ ParameterKey: 'DatabaseUrl' }] };
const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
const aws = { getAwsSdkV3Config: async () => ({ credentials }), getRegion: () => 'us-east-1' };
const serverless = { serviceDir: '.', service: { provider }, classes: { Error }, getProvider: () => aws };
const { hooks } = new Plugin(serverless);
(async () => {
  for (const event of ['createStack', 'updateStack']) await hooks[`before:aws:deploy:deploy:${event}`]();
  console.log(JSON.stringify(provider.stackParameters));
})().catch(({ message }) => { console.error(message); process.exit(1); });
"""
"""What osls does of the plugin when it deploys, with one zone given by its id."""


@pytest.fixture(scope="module")
def route53() -> Generator[tuple[str, str]]:
    """Where Route 53 is, and the id of its zone example.com."""
    server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address, keys = f"http://{host}:{port}", {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        client: Any = cast("Any", boto3).client("route53", region_name="us-east-1", endpoint_url=address, **keys)
        made = client.create_hosted_zone(Name="example.com", CallerReference="once")
        yield address, made["HostedZone"]["Id"].rpartition("/")[2]
    finally:
        server.stop()


def deployed(aws: str, zone: str) -> subprocess.CompletedProcess[str]:
    environ = without_credentials() | {"AWS_ENDPOINT_URL": aws}
    words = ["node", "-e", DEPLOYING, zone]
    return subprocess.run(words, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)


def test_a_zone_that_is_named_is_found_when_the_stage_is_deployed(route53: tuple[str, str]) -> None:
    address, zone = route53
    done = deployed(address, "example.com")
    assert done.returncode == 0, done.stderr
    told = [{"ParameterKey": "DatabaseUrl"}, {"ParameterKey": "MailZone", "ParameterValue": zone}]
    assert json.loads(done.stdout) == told


def test_a_zone_that_is_not_there_stops_the_deployment_before_anything_is_changed(route53: tuple[str, str]) -> None:
    done = deployed(route53[0], "example.org")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Route 53 has no public hosted zone example.org" in done.stderr


def in_force(template: dict[str, Any], given: dict[str, str]) -> set[str]:
    """The resources that depend on a condition, where it holds with these parameters."""
    defaults = {name: each.get("Default") for name, each in template["Parameters"].items()} | given

    def holds(condition: Any) -> bool:  # noqa: ANN401 (a template holds anything)
        [(function, argument)] = condition.items()
        if function == "Condition":
            return holds(template["Conditions"][argument])
        if function == "Fn::Equals":
            left, right = [defaults[each["Ref"]] if isinstance(each, dict) else each for each in argument]
            return bool(left == right)
        held = [holds(each) for each in argument]
        return all(held) if function == "Fn::And" else not held[0]

    conditional = {name: each["Condition"] for name, each in template["Resources"].items() if "Condition" in each}
    return {name for name, condition in conditional.items() if holds(template["Conditions"][condition])}


DOMAIN = {"ApiDomain": "api.example.com"}
OF_THE_DOMAIN = {"ApiCertificate", "ApiDomainName", "ApiMapping", "StreamMapping"}
OF_MAIL = {"MailDomain", "MailKey1", "MailKey2", "MailKey3"}


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({}, set[str]()),
        (DOMAIN, OF_THE_DOMAIN),
        (DOMAIN | {"ApiZone": "Z0123456789"}, OF_THE_DOMAIN | {"ApiRecord"}),
        ({"MailFrom": "book@example.com", "MailIdentity": "example.com"}, set[str]()),
        ({"MailFrom": "book@example.com", "MailIdentity": "example.com", "MailZone": "Z0123456789"}, OF_MAIL),
    ],
)
def test_domain_and_sender_are_made_with_the_stack_where_the_stage_names_them(
    template: dict[str, Any], given: dict[str, str], made: set[str]
) -> None:
    assert in_force(template, given) == made


CHECKING = """
const Plugin = require('./infra/packaging/stage_settings.js');
const said = process.argv.slice(1).map((stage) => {
  const aws = { getStage: () => stage };
  const { hooks } = new Plugin({ service: { custom: {} }, classes: { Error }, getProvider: () => aws });
  try { hooks['before:package:initialize'](); } catch ({ message }) { return message; }
});
console.log(JSON.stringify(said));
"""


def test_a_stage_has_a_name_that_aws_takes_and_none_that_readers_could_be_meant_by_but_prod() -> None:
    names = ["dev", "pr-42", "production", "Prod", "live", "Dev", "my stage", "a" * 21, "9lives"]
    words = ["node", "-e", CHECKING, *names]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    right, misnamed = json.loads(done.stdout)[:2], json.loads(done.stdout)[2:]
    assert right == [None, None]
    assert [each.partition(": ")[2] for each in misnamed[:3]] == ["the one for readers is called prod"] * 3
    assert all("up to 20 small letters" in each for each in misnamed[3:])


def test_every_setting_that_production_needs_is_in_the_example() -> None:
    example = (PROJECT / "infra" / "example.env").read_text(encoding="utf-8")
    assert [name for name in OF_PRODUCTION if f"\n{name}=\n" not in example] == []


@pytest.mark.long
def test_another_stage_needs_none_of_them(package: Package) -> None:
    assert package("--stage", "pr-42")


@pytest.mark.parametrize("changed", ["DatabaseUrl", "BetterAuthSecret", "QdrantUrl", "QdrantApiKey"])
def test_a_new_value_of_a_secret_changes_exactly_the_functions_that_use_it(
    template: dict[str, Any], changed: str
) -> None:
    hidden = {name: "old" for name, each in template["Parameters"].items() if each.get("NoEcho")}
    before, same = filled(template, hidden), filled(template, dict(hidden))
    after = filled(template, hidden | {changed: "new"})
    assert before == same
    users = {name for name, each in template["Resources"].items() if {"Ref": changed} in values(each)}
    assert users
    assert {name for name in before if before[name] != after[name]} == users
    assert {template["Resources"][name]["Type"] for name in users} == {"AWS::Lambda::Function"}


def filled(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """The resources as CloudFormation compares them: parameters replaced by their values."""
    text = json.dumps(template["Resources"])
    for name, value in parameters.items():
        text = text.replace(json.dumps({"Ref": name}), json.dumps(value))
    return json.loads(text)


def values(resource: dict[str, Any]) -> list[Any]:
    return [*resource.get("Properties", {}).get("Environment", {}).get("Variables", {}).values()]
