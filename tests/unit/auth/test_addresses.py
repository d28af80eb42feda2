from __future__ import annotations

import re

import pytest

from shared.auth.addresses import UNKNOWN, is_email, normalised_ip
from shared.auth.identifiers import new_identifier
from tests.unit.auth.vectors import EMAILS, beside_the_project


@pytest.mark.parametrize(("text", "expected"), EMAILS.items())
def test_an_email_address_is_what_better_auth_takes_for_one(text: str, *, expected: bool) -> None:
    assert is_email(text) is expected


def test_recorded_email_addresses_are_judged_alike() -> None:
    judged = beside_the_project("better_auth_vectors.json")["emails"]
    assert {text: is_email(text) for text in judged} == judged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:DB8:1:2:3:4:5:6", "2001:0db8:0001:0002:0000:0000:0000:0000"),
        ("::1", "0000:0000:0000:0000:0000:0000:0000:0000"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:cb00:7109", "203.0.113.9"),
        ("fe80::1%eth0", UNKNOWN),
        ("1.2.3.4:5678", UNKNOWN),
        ("[2001:db8::1]:443", UNKNOWN),
        ("198.51.100.1, 203.0.113.7", UNKNOWN),
        ("01.2.3.4", UNKNOWN),
        ("testclient", UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_an_ip_address_is_stored_as_better_auth_stores_it(text: str | None, expected: str) -> None:
    assert normalised_ip(text) == expected


def test_ids_are_32_letters_and_digits_and_never_the_same() -> None:
    ids = {new_identifier() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[a-zA-Z0-9]{32}", one) for one in ids)
