from __future__ import annotations

from contextlib import nullcontext
from itertools import islice

import pytest

from infra import common_passwords as list_of
from shared.auth.accounts.common_passwords import DIGESTS, refuse_common, words_about
from shared.auth.refusals import Refused

WORDS = words_about("ann.example@school.test", "docs.example.test", "Ann of Example")


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("password", True),
        ("PassWord1", True),
        ("iloveyou", True),
        ("1234567890", True),
        ("\uff50assword", True),
        ("ann.example", True),
        ("Ann.Example@school.test", True),
        ("docs.example.test", True),
        ("ann of example", True),
        ("correct horse battery", False),
        ("ann.example, but longer", False),
        ("q0Zr7-hvU", False),
    ],
)
def test_what_everybody_tries_first_is_refused(password: str, *, refused: bool) -> None:
    with pytest.raises(Refused) if refused else nullcontext() as caught:
        refuse_common(password, *WORDS)
    assert caught is None or caught.value.refusal.code == "PASSWORD_COMPROMISED"


def test_the_three_thousand_commonest_that_are_long_enough_are_among_them() -> None:
    told = [*islice(list_of.commonest(), 3_000)]
    assert len(told) == 3_000
    for each in told:
        with pytest.raises(Refused):
            refuse_common(each)


def test_the_list_is_the_one_that_can_be_made_anew() -> None:
    assert DIGESTS.read_bytes() == list_of.made()
