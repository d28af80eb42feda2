"""Who sent a request, and which cookies the answer sets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from shared.auth.browser.known_device import recognised, remembering
from shared.auth.identity.rules import AuthRules
from shared.auth.identity.visitors import Visitor
from shared.auth.refusals import Refused
from shared.settings.accounts import AuthSettings
from tests.unit.auth.test_dependencies import ANN, COOKIE, NOW, QUESTION, RULES, SECRET, Scripted, request

if TYPE_CHECKING:
    from datetime import datetime

NOTHING: dict[str, object] = {}
FOUND = (*ANN, False, NOTHING, NOTHING, "u")
PROLONGED = (*ANN, True, NOTHING, NOTHING, "u")
CACHE = "__Secure-better-auth.session_data=x"


def test_who_is_signed_in_is_found_in_the_batch_of_what_is_asked() -> None:
    database = Scripted(FOUND)
    visitor = Visitor(request(cookie=COOKIE), database, RULES)

    [asked] = visitor.run(QUESTION)

    assert asked.values == ((1,),)
    assert (visitor.user.id, [*visitor.cookies]) == ("u", [])
    assert (len(database.batches), database.idempotent) == (1, True)


def test_a_session_that_was_prolonged_is_set_anew() -> None:
    visitor = Visitor(request(cookie=COOKIE), Scripted(PROLONGED), RULES)
    visitor.run()
    [cookie] = visitor.cookies
    assert cookie.startswith("__Secure-better-auth.session_token=")
    assert "Max-Age=0" not in cookie


def test_whose_session_has_ended_is_refused_and_loses_the_cookies() -> None:
    visitor = Visitor(request(cookie=COOKIE), Scripted(None), RULES)
    with pytest.raises(Refused) as refused:
        visitor.run(QUESTION)
    assert refused.value.refusal.status == 401
    assert [*visitor.cookies] == RULES.cookies.ended(visitor.sent) != []


def test_a_guest_may_ask_what_guests_may_and_nothing_is_asked_for_nothing() -> None:
    database = Scripted(FOUND)
    guest = Visitor(request(), database, RULES)

    assert guest.run_as_anybody() == []
    assert database.batches == []
    guest.run_as_anybody(QUESTION)
    assert (database.batches, database.idempotent) == ([(QUESTION,)], True)
    with pytest.raises(Refused):
        guest.run(QUESTION)


@pytest.mark.parametrize(("age", "fresh"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
def test_a_session_is_fresh_for_a_day(age: timedelta, *, fresh: bool) -> None:
    began: datetime = NOW - age
    row = (*ANN[:11], began, *ANN[12:], False, NOTHING, NOTHING, "u")
    visitor = Visitor(request(cookie=COOKIE), Scripted(row), RULES)
    visitor.run()
    assert visitor.is_fresh == fresh


def test_a_cache_that_is_switched_off_is_removed_from_browsers_that_keep_one() -> None:
    off = AuthRules.of(AuthSettings(SECRET, "https://api.example.com", session_cache_seconds=0))
    with_one = request(cookie=CACHE)
    removed = [*Visitor(with_one, Scripted(), off).cookies]
    assert len(removed) == 1
    assert "Max-Age=0" in removed[0]
    assert [*Visitor(with_one, Scripted(), RULES).cookies] == []


def test_a_browser_is_known_for_the_account_that_it_was_let_into_and_for_a_year() -> None:
    written = remembering(RULES.cookies, "ann")
    name, _, value = written.partition(";")[0].partition("=")
    sent = {name: unquote(value)}

    assert "Max-Age=31536000" in written
    assert recognised(RULES.cookies, sent, "ann")
    assert recognised(RULES.cookies, sent, "bob") is None
    assert recognised(RULES.cookies, {}, "ann") is None
    assert recognised(RULES.cookies, {name: "forged"}, "ann") is None
