from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from shared.auth.tokens.codes import at_step, is_right, without
from shared.auth.tokens.encoding import sealed

SECRET = "unit-test-secret-0123456789-abcdefghijkl"
KEY = b"12345678901234567890"
"""Of the RFCs' own vectors."""


RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


@pytest.mark.parametrize("step", range(10))
def test_codes_are_those_of_rfc_4226(step: int) -> None:
    assert at_step(KEY, step) == RFC_4226[step]


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_at_a_time_are_the_last_digits_of_those_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert is_right(code, sealed(KEY.decode(), SECRET), SECRET, moment)
    assert is_right(code, sealed(f"base32:{base64.b32encode(KEY).decode()}", SECRET), SECRET, moment)


@pytest.mark.parametrize(("late", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(late: int, *, counts: bool) -> None:
    moment = datetime.fromtimestamp(1_234_567_890 // 30 * 30 + late, UTC)
    assert is_right("005924", sealed(KEY.decode(), SECRET), SECRET, moment) is counts


@pytest.mark.parametrize("code", ["", "5924", "0059240", "00592४", "\ud800", "005925"])
def test_anything_else_is_wrong(code: str) -> None:
    assert not is_right(code, sealed(KEY.decode(), SECRET), SECRET, datetime.fromtimestamp(1_234_567_890, UTC))


def test_what_another_secret_encrypted_is_no_answer_at_all() -> None:
    with pytest.raises(ValueError, match=r"."):
        is_right("005924", sealed(KEY.decode(), "another secret of thirty-two characters"), SECRET, datetime.now(UTC))


@pytest.mark.parametrize("code", ["", "abcde", "abcde-fghi", "\ud800"])
def test_what_is_no_backup_code_spends_none(code: str) -> None:
    assert without(code, json.dumps(["abcde-fghij"]), SECRET) is None
