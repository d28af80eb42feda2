"""What guests ask comes to the desk of an owner who wants to see it, for ninety days, and says nothing of who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from infra.report import main
from shared.answering.feedback_token import Rated
from shared.db import Statement
from shared.errors import StatementFailed
from shared.expired import purge_guest_questions
from shared.history.guest_feedback import keep_guest_feedback
from shared.outbox.guests import GuestQuestion
from shared.outbox.replay import Outcome, replay
from shared.outbox.seal import Seal
from shared.settings.site import OwnerSettings
from tests.integration.owner.conftest import SECRET, Person, Site, app_with

if TYPE_CHECKING:
    from infra.local.postgres import Postgres
    from shared.history.models import Opinion

QUESTION = "What does the zither say?"


@dataclass(slots=True)
class Guests:
    """Who ask on the page of a site whose owner wants to see it."""

    site: Site

    def ask(
        self,
        text: str = QUESTION,
        *,
        days_ago: float = 1,
        replaces: tuple[UUID, ...] = (),
        mode: str = "refused",
        page: str | None = None,
    ) -> tuple[UUID, Outcome]:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        question = GuestQuestion(uuid4(), replaces, at, text, mode, page or self.site.page, "en")
        return question.id, self.arrive(question)

    def arrive(self, question: GuestQuestion) -> Outcome:
        sealed = Seal.of(SECRET, "outbox").closed(question.written())
        return replay(sealed, self.site.database, SECRET, keep=50)

    def vote(self, answer: UUID, value: Opinion | None = "down", comment: str | None = None) -> None:
        keep_guest_feedback(self.site.database, Rated(answer, "refused", None), value=value, comment=comment)

    def kept(self) -> list[tuple[Any, ...]]:
        query = "select content, at, mode, language from asked_by_guest where page = %s order by at"
        return self.site.execute(query, self.site.page)


@pytest.fixture
def guests(site: Site) -> Guests:
    site.execute("delete from asked_by_guest")
    site.app = app_with(site.database, OwnerSettings((site.owner.email,), sees_guests="on"))
    return Guests(site)


def test_guests_of_one_day_count_as_one_reader(guests: Guests) -> None:
    for _ in range(20):
        guests.ask(days_ago=1)
    guests.ask(days_ago=2)
    assert guests.site.questions() == []
    guests.ask("what does a zither say", days_ago=3)
    [found] = guests.site.questions()
    assert (found["count"], found["readers"], found["refused"]) == (22, 3, 22)
    assert found["question"] in {QUESTION, "what does a zither say"}


def test_a_day_of_guests_and_two_readers_are_three(guests: Guests, readers: list[Person]) -> None:
    guests.ask()
    for each in readers[:2]:
        guests.site.ask(each, QUESTION)
    [found] = guests.site.questions()
    assert (found["count"], found["readers"], found["question"]) == (3, 3, QUESTION)
    [page] = guests.site.questions(show="pages")
    assert (page["page"], page["count"], page["readers"]) == (guests.site.page, 3, 3)
    assert guests.site.questions(show="down") == []


def test_what_guests_rate_down_counts_with_its_masked_reason_until_it_is_taken_back(
    guests: Guests, readers: list[Person]
) -> None:
    answers = [guests.ask(mode="extractive", days_ago=days)[0] for days in (1, 1, 2)]
    guests.vote(answers[0], comment="Ask ada@example.com.")
    guests.vote(answers[1], "up")
    guests.vote(answers[2])
    guests.site.ask(readers[0], QUESTION, "extractive", down="Too short.")
    [found] = guests.site.questions(show="down")
    assert (found["question"], found["count"], found["readers"], found["ratedDown"]) == (QUESTION, 3, 3, 3)
    assert sorted(found["reasons"]) == ["Ask [e-mail].", "Too short."]
    [asked] = guests.site.questions(show="asked")
    assert (asked["count"], asked["ratedDown"]) == (4, 3)
    [page] = guests.site.questions(show="pages")
    assert (page["count"], page["ratedDown"]) == (4, 3)
    guests.vote(answers[2], None)
    assert guests.site.questions(show="down") == []
    assert [each["ratedDown"] for each in guests.site.questions(show="asked")] == [2]


def test_votes_on_what_is_not_kept_or_was_asked_anew_and_those_of_one_day_are_not_shown(guests: Guests) -> None:
    guests.vote(uuid4())
    for _ in range(5):
        guests.vote(guests.ask(mode="extractive")[0])
    assert guests.site.questions(show="down") == []
    old = [guests.ask(mode="extractive", days_ago=days)[0] for days in (2, 3)]
    for each in old:
        guests.vote(each)
    [found] = guests.site.questions(show="down")
    assert (found["readers"], found["ratedDown"]) == (3, 7)
    guests.ask(mode="extractive", days_ago=3, replaces=(old[1],))
    assert guests.site.questions(show="down") == []


def test_an_owner_who_does_not_see_guests_does_not_see_their_votes(guests: Guests, readers: list[Person]) -> None:
    guests.vote(guests.ask(mode="extractive")[0])
    for each in readers[:3]:
        guests.site.ask(each, QUESTION, "extractive", down="")
    guests.site.app = app_with(guests.site.database, OwnerSettings((guests.site.owner.email,)))
    assert [each["ratedDown"] for each in guests.site.questions(show="down")] == [3]


def test_days_modes_and_tokens_count_guests(guests: Guests, readers: list[Person]) -> None:
    def total() -> tuple[int, int]:
        usage = guests.site.get("/api/owner/usage", guests.site.owner.cookie()).json()["total"]
        return usage["questions"], usage["readers"]

    guests.site.ask(readers[0], QUESTION)
    before = total()
    guests.ask(mode="extractive")
    guests.ask()
    assert total() == (before[0] + 2, before[1] + 1)


def test_an_owner_who_does_not_want_it_sees_nothing_of_what_was_kept_before(guests: Guests) -> None:
    for days in (1, 2, 3):
        guests.ask(days_ago=days)
    usage = guests.site.get("/api/owner/usage", guests.site.owner.cookie()).json()
    off = app_with(guests.site.database, OwnerSettings((guests.site.owner.email,)))
    guests.site.app = off
    assert guests.site.questions(show="asked") == []
    without = guests.site.get("/api/owner/usage", guests.site.owner.cookie()).json()
    assert usage["total"]["questions"] == without["total"]["questions"] + 3


def test_nothing_but_the_hour_the_words_and_the_way_they_were_answered_is_kept(guests: Guests) -> None:
    guests.ask()
    [(content, at, mode, language)] = guests.kept()
    assert (content, mode, language) == (QUESTION, "refused", "en")
    assert (at.minute, at.second, at.microsecond) == (0, 0, 0)
    columns = guests.site.execute(
        "select string_agg(attname, ' ' order by attname) from pg_attribute"
        " where attrelid = 'asked_by_guest'::regclass and attnum > 0"
    )
    assert columns == [("at content id language mode page wording",)]


def test_a_question_that_comes_twice_is_kept_once_and_one_asked_anew_takes_its_place(guests: Guests) -> None:
    first = GuestQuestion(uuid4(), (), datetime.now(UTC), QUESTION, "refused", guests.site.page, "en")
    assert [guests.arrive(first) for _ in range(3)] == [Outcome.STORED] * 3
    guests.ask("What does the lute say?", replaces=(uuid4(), first.id))
    assert [content for content, *_ in guests.kept()] == ["What does the lute say?"]


def test_what_is_older_than_ninety_days_is_erased_and_not_taken_any_more(guests: Guests) -> None:
    young, _ = guests.ask(days_ago=89)
    guests.ask(days_ago=1)
    assert guests.ask(days_ago=91)[1] is Outcome.DROPPED
    guests.site.execute("update asked_by_guest set at = at - interval '2 days' where id = %s", young)
    assert purge_guest_questions(guests.site.database) == 1
    assert purge_guest_questions(guests.site.database) == 0
    assert len(guests.kept()) == 1


def test_strangers_who_ask_without_end_fill_a_day_and_no_more(guests: Guests) -> None:
    guests.site.execute(
        """insert into asked_by_guest (id, at, mode, wording, content)
           select gen_random_uuid(), date_trunc('day', now() - interval '1 day', 'UTC'), 'refused', 1, 'flood'
             from generate_series(1, 5000)"""
    )
    assert guests.ask(days_ago=1)[1] is Outcome.DROPPED
    assert guests.ask(days_ago=2)[1] is Outcome.STORED


def test_a_clock_that_is_ahead_brings_nothing_into_the_future(guests: Guests) -> None:
    guests.ask(days_ago=-30)
    [(_, at, *_)] = guests.kept()
    assert at <= datetime.now(UTC)


def test_the_functions_cannot_read_what_guests_asked(guests: Guests) -> None:
    for query in ("select content from asked_by_guest", "delete from asked_by_guest", "select asked_source(true)"):
        with pytest.raises(StatementFailed) as failed:
            guests.site.database.run(Statement(query))
        assert failed.value.sqlstate == "42501"


def test_the_report_counts_them_as_the_desk_does(
    guests: Guests, postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    for days in (1, 2, 3) * 50:
        guests.ask("What does the bandura say?", days_ago=days)
    assert main({"DATABASE_OWNER_URL": postgres.owner_url, "OWNER_SEES_GUESTS": "on"}) == 0
    assert "  150 x     3 readers  What does the bandura say?" in capsys.readouterr().out
    assert main({"DATABASE_OWNER_URL": postgres.owner_url}) == 0
    assert "bandura" not in capsys.readouterr().out
