from __future__ import annotations

from dataclasses import MISSING, fields

import pytest

from shared.errors import Misconfigured
from shared.settings.accounts import AuthSettings
from shared.settings.database import DatabaseSettings, HistorySettings
from tests.docs.prose import table_rows
from tests.fixtures.settings import SETTINGS


def test_the_table_of_settings_names_every_setting_with_its_default() -> None:
    documented = {(row[0].strip("`"), row[1].strip("`")) for row in table_rows("specs/settings.md", "# Settings")}
    assert documented == {
        (each.metadata["name"], "required" if each.default is MISSING else str(each.default or "").strip("()"))
        for settings in SETTINGS
        for each in fields(settings)
    }


def test_a_missing_setting_is_named_in_the_cause_and_not_in_the_message() -> None:
    with pytest.raises(Misconfigured) as raised:
        DatabaseSettings.read({})
    assert "DATABASE_URL" in str(raised.value.__cause__)
    assert "DATABASE_URL" not in raised.value.message


@pytest.mark.parametrize(
    "environ",
    [
        {"DATABASE_URL": "mysql://u:pass-word@h/d"},
        {"DATABASE_URL": "postgresql://u:pass-word@h/d", "DATABASE_TRANSPORT": "pass-word"},
    ],
)
def test_a_senseless_value_is_refused_without_being_shown(environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as raised:
        DatabaseSettings.read(environ)
    assert "pass-word" not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(Misconfigured):
        AuthSettings.read({"BETTER_AUTH_SECRET": "short", "BETTER_AUTH_URL": "https://api.example.com"})


@pytest.mark.parametrize("number", ["0", "-1", "1001", "fifty", "1.5"])
def test_a_reader_keeps_one_to_a_thousand_conversations(number: str) -> None:
    with pytest.raises(Misconfigured):
        HistorySettings.read({"HISTORY_CONVERSATIONS": number})
    assert HistorySettings.read({"HISTORY_CONVERSATIONS": "1"}).conversations == 1


def test_secrets_are_not_in_the_repr() -> None:
    settings = DatabaseSettings.read({"DATABASE_URL": "postgresql://u:pass-word@h/d"})
    assert "pass-word" not in repr(settings)
