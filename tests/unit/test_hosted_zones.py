"""A hosted zone is named by its name: what the stack is told is the id of the one public zone that has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest
from moto import mock_aws

from infra.hosted_zones import EXIT_UNCLEAR, main

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[..., str]]:
    """Makes a zone in Route 53; its id."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client: Any = cast("Any", boto3).client("route53", region_name="us-east-1")

        def made(name: str, *, private: bool = False) -> str:
            network = {"VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}} if private else {}
            told = {"Name": name, "CallerReference": f"{name}{len(client.list_hosted_zones()['HostedZones'])}"}
            zone = client.create_hosted_zone(**told, **network, HostedZoneConfig={"PrivateZone": private})
            return zone["HostedZone"]["Id"].removeprefix("/hostedzone/")

        yield made


def test_each_name_leads_to_the_id_of_its_zone(make: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    make("a.example.com")
    ids = {name: make(name) for name in ("example.com", "book.example.org")}
    make("example.net")
    assert main(list(ids)) == 0
    assert json.loads(capsys.readouterr().out) == ids


def test_a_zone_of_a_private_network_is_not_meant(make: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    make("example.com", private=True)
    public = make("example.com")
    assert main(["example.com"]) == 0
    assert json.loads(capsys.readouterr().out) == {"example.com": public}


def test_where_two_have_the_name_their_ids_are_named(
    make: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    ids = sorted([make("example.com"), make("example.com")])
    assert main(["example.com"]) == EXIT_UNCLEAR
    shown = capsys.readouterr()
    assert (shown.out, "Write one of their ids: " + ", ".join(ids) in shown.err) == ("", True)


@pytest.mark.parametrize("there", ["www.example.com", "example.com.au", "example.co"])
def test_a_zone_that_is_nearly_called_so_is_another(
    make: Callable[..., str], there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make(there)
    assert main(["example.com"]) == EXIT_UNCLEAR
    assert "no public hosted zone example.com" in capsys.readouterr().err
