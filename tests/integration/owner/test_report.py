"""`make report`: the same in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from infra.report import main

if TYPE_CHECKING:
    import pytest

    from infra.local.postgres import Postgres
    from tests.integration.owner.conftest import Person, Site


def test_a_week_is_printed_with_what_moves_no_cursor_and_names_nobody(
    site: Site, readers: list[Person], postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in readers * 40:  # so often that it is among the first, whatever other tests have asked
        site.ask(each, "How do I find \x1b[2J ada@example.com?")
    for each in readers:
        site.ask(each, "What is entropy, so long ago?", days_ago=8)
    site.ask(readers[0], "What did only one ask?")

    assert main({"DATABASE_OWNER_URL": postgres.owner_url}) == 0

    printed = capsys.readouterr().out
    unanswered = printed.partition("Not answered by the book")[2].partition("Rated down")[0]
    assert "    160 x     4 readers  How do I find  [2J [e-mail]?" in unanswered
    assert "ada@example.com" not in printed
    assert "\x1b" not in printed
    assert "so long ago" not in printed
    assert "only one" not in printed
    assert printed.splitlines()[-1].endswith("not answered by the book")


def test_a_day_is_shown_with_what_it_cost_and_in_tokens_where_there_is_no_price(
    site: Site, postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    site.execute(
        """insert into model_day (day, tokens, read, written)
        values (current_date - 4, 5000000, 2000000, 400000) on conflict (day) do update
        set tokens = excluded.tokens, read = excluded.read, written = excluded.written"""
    )
    prices = {"MODEL_INPUT_PRICE": "0.5", "MODEL_OUTPUT_PRICE": "2"}
    assert main({"DATABASE_OWNER_URL": postgres.owner_url, **prices}) == 0
    assert ", cost 1.8000\n" in capsys.readouterr().out
    assert main({"DATABASE_OWNER_URL": postgres.owner_url}) == 0
    assert ", 2,000,000 tokens read and 400,000 written by the model\n" in capsys.readouterr().out
    site.execute("delete from model_day where day = current_date - 4")


def test_code_from_before_tokens_were_told_apart_gets_days_in_the_form_that_it_knows(
    site: Site, readers: list[Person]
) -> None:
    site.ask(readers[0], "What is entropy?")
    since, until = datetime.now(UTC) - timedelta(days=30), datetime.now(UTC) + timedelta(days=1)
    [[new]] = site.execute("select owner_usage_and_tokens(%s, %s, true)", since, until)
    [[old]] = site.execute(
        "select owner_desk(%s, %s, 'usage', %s, %s, %s::jsonb) -> 'found'",
        *(site.owner.token, [site.owner.email], since, until, '{"guests": true}'),
    )
    assert {len(day) for day in new[1]} == {7}
    assert old == [new[0], [day[:5] for day in new[1]]]


def test_without_a_database_there_is_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"DATABASE_OWNER_URL": "postgresql://nobody@127.0.0.1:1/x"}) == 2
    assert capsys.readouterr().err.startswith("There is no report: ")
