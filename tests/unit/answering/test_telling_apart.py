"""Words that are not the same: opposites, names of two words, a word and others of its stem; what was decided once."""

from __future__ import annotations

import pytest

from shared.answering.extractive.composer import quote
from shared.answering.extractive.direct import direct
from shared.answering.extractive.sections import ranked
from shared.retrieval.blocks import Block, Item, List, Paragraph, Table
from shared.retrieval.models import Passage
from shared.retrieval.vocabulary import Vocabulary


def passage(text: str, heading: str, *, title: str = "The hub", cosine: float = 0.5, listed: bool = False) -> Passage:
    block: Block = List((Item(text), Item("Something else that is in the list."))) if listed else Paragraph(text)
    return Passage(f"https://b.test/{heading}", heading, title, (title, heading), (block,), 1.0, cosine=cosine)


def first(question: str, *passages: Passage) -> str:
    """The heading of the section that leads."""
    _, sections = ranked(question, passages, Vocabulary())
    return sections[0].passage.heading


def line(question: str, *passages: Passage) -> str:
    wanted, sections = ranked(question, passages, Vocabulary())
    found = direct(wanted, sections)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("question", "other", "told"),
    [
        ("How do I disable tracing?", "Enable tracing", "Turn tracing off"),
        ("How can I deny a request?", "Allow a request", "Requests that are refused"),
        ("How do I decrypt a backup?", "Encrypt a backup", "Read a backup again"),
        ("How do I export the users?", "Import the users", "Get the users out"),
    ],
)
def test_what_tells_the_opposite_does_not_lead(question: str, other: str, told: str) -> None:
    subject = other.partition(" ")[2]
    opposite = passage(f"You can {other.lower()} with the switch on the left.", other, cosine=0.62)
    asked = passage(f"{question.rstrip('?').removeprefix('How do I ').capitalize()}: press twice. {subject}.", told)

    assert first(question, opposite, asked) == told


def test_a_line_that_tells_the_opposite_is_no_first_line() -> None:
    assert (
        line("How do I enable the tracing of jobs?", passage("To disable the tracing of jobs, press twice.", "Jobs"))
        == ""
    )
    assert line(
        "How do I disable the tracing of jobs?", passage("To disable the tracing of jobs, press twice.", "Jobs")
    )


@pytest.mark.parametrize("denied", ["unfreeze", "un-freeze", "defreeze"])
def test_a_word_that_is_denied_by_its_beginning_is_another(denied: str) -> None:
    assert (
        line("How do I freeze the list of jobs?", passage(f"To {denied} the list of jobs, press twice.", "Jobs")) == ""
    )
    assert line("How do I freeze the list of jobs?", passage("To freeze the list of jobs, press twice.", "Jobs"))
    assert (
        line(f"How do I {denied} the list of jobs?", passage("To freeze the list of jobs, press twice.", "Jobs")) == ""
    )


def test_whether_something_is_so_may_be_told_by_its_opposite() -> None:
    told = passage("Tracing is disabled.", "Tracing", cosine=0.6)

    assert first("Is tracing enabled?", told, passage("The hub has a lid.", "Lid")) == "Tracing"


def test_a_name_of_two_words_is_more_than_both_words() -> None:
    apart = passage("The letter lies in the box; a dead battery is changed.", "Battery", cosine=0.55)
    named = passage("What cannot be sent is a dead letter.", "Sending")
    other = passage("Each dead letter is kept.", "Keeping", cosine=0.3)

    assert first("What is a dead letter?", apart, named, other) != "Battery"


def test_no_first_line_of_something_else_than_what_is_named() -> None:
    asked = "Where does Better Auth keep the sessions?"

    assert line(asked, passage("The auth server can better keep the sessions in memory.", "Sessions")) == ""
    assert line(asked, passage("Better Auth keeps the sessions in a table.", "Sessions"))


def test_a_bare_word_is_found_as_it_is_written() -> None:
    stem_only = passage("An embedding is a list of numbers.", "Numbers", cosine=0.5)
    itself = passage("Embed the widget with one tag.", "Widget", cosine=0.4)

    assert first("embed", stem_only, itself) == "Widget"
    assert first("embedding", stem_only, itself) == "Numbers"


def test_a_bare_word_leads_to_the_heading_that_says_it_and_to_no_name_in_code_that_holds_it() -> None:
    name = passage("It is `true` where the scale was calibrated: calibrate it.", "`is_calibrated`", cosine=0.6)
    noun = passage("There is nothing to calibrate here.", "Calibration", cosine=0.6)
    verb = passage("Run `scale calibrate` to calibrate it.", "Calibrate", cosine=0.5)

    assert first("calibrate?", name, noun, verb) == "Calibrate"
    assert first("calibrate?", name, noun) == "Calibration"
    assert first("is_calibrated", noun, name) == "`is_calibrated`"


@pytest.mark.parametrize(
    "title", ["0046: How messages are searched", "ADR 12 - Searching messages", "ADR-0007: Search"]
)
def test_what_was_decided_once_comes_after_what_tells_how_it_is(title: str) -> None:
    decided = passage("Messages are searched by keys.", "Searching", title=title, cosine=0.6)
    guide = passage("Type a word to search messages.", "Searching messages")

    assert first("How are messages searched?", decided, guide) == "Searching messages"
    assert first("Why are messages searched by keys?", decided, guide) == "Searching"


def test_what_only_leads_elsewhere_says_nothing() -> None:
    pointing = passage("Follow the plan. (see Unzip from a stream)", "Principles", listed=True)

    assert line("Can it unzip from a stream?", pointing) == ""


def test_one_of_several_that_are_asked_for_is_no_answer() -> None:
    asked = "Which providers of models are supported?"

    assert line(asked, passage("The supported provider of models is named by a setting.", "Models")) == ""
    assert line(asked, passage("The supported providers of models are Acme, Umbrella and Initech.", "Models"))


def test_what_a_thing_does_and_who_may_do_it_tells_nobody_how_to_do_it() -> None:
    asked = "How do I clean the cache of jobs?"

    assert line(asked, passage("Used to clean the cache of jobs.", "Jobs")) == ""
    assert line(asked, passage("Cleans the cache of jobs, whoever uses it.", "Jobs")) == ""
    assert line(asked, passage("You must be an owner to clean the cache of jobs.", "Jobs")) == ""
    assert line(asked, passage("To clean the cache of jobs, press twice.", "Jobs"))


def test_a_row_of_a_list_of_pages_is_no_answer() -> None:
    rows = Table(
        (("chat.md", "to put the chat on their pages: Hugo, MkDocs"), ("aws.md", "to deploy it")),
        ("page", "for whoever wants"),
    )
    pages = Passage("https://b.test/p", "p", "Guides", ("Guides",), (rows,), 1.0, cosine=0.5)

    assert line("How do I put the chat on MkDocs?", pages) == ""


def test_what_is_asked_now_leads_before_what_was_asked_about() -> None:
    before = passage("Put the chat on a site with two lines.", "Put the chat on a site", cosine=0.6)
    now = passage("In the theme's base template.", "Hugo", title="Put the chat on a site", cosine=0.5)

    _, sections = ranked("how do I put the chat on Hugo", [before, now], Vocabulary(), focus="Hugo")

    assert sections[0].passage.heading == "Hugo"


def test_the_parts_of_an_answer_are_not_led_by_a_decision() -> None:
    decided = passage("A guest's question is kept.", "Guests", title="0041: What is kept", cosine=0.6)

    assert quote("Is a guest's question kept?", [decided]).text.startswith("**0041: What is kept: Guests** [1]")


def test_what_holds_of_something_else_does_not_answer_whether_it_holds_of_it() -> None:
    other = passage("Omnibus supports colours and moving pictures.", "Omnibus")
    assert line("Does it support colours?", other) == ""
    assert line("Does Omnibus support colours?", other) == "Omnibus supports colours and moving pictures."
    assert line("Does it support colours?", passage("Colours are supported on most screens.", "Colours"))


@pytest.mark.parametrize("told", ["If you use the green lamp for reports, you need to configure the logger twice."])
def test_what_is_done_in_a_special_case_is_no_first_line(told: str) -> None:
    assert line("How do I configure the logger?", passage(told, "Lamps")) == ""
    assert line("How do I configure the logger for reports with a green lamp?", passage(told, "Lamps")) == told


def test_a_case_that_is_named_before_the_remedy_is_none_of_its_own() -> None:
    told = "When using red lamps in a cellar, you may get `Error finding lamps: no power`, so run it with more power."
    assert line("Error finding lamps: no power", passage(told, "Lamps")) == told


@pytest.mark.parametrize(("sign", "shown"), [("@", "`@`"), ("-o", "`-o, --output`"), ("-o", "-o FILE")])
def test_a_sign_that_is_asked_about_leads_to_what_has_it(sign: str, shown: str) -> None:
    beside = passage("What a line before does.", "Recipes", cosine=0.52)
    asked = passage(f"{shown} stands before a line.", "Quiet")

    assert first(f"what does {sign} before a line do", beside, asked) == "Quiet"
    assert first("what does user@host -o2 before a line do", beside, asked) == "Recipes"


def test_a_default_may_be_asked_for_in_few_words() -> None:
    told = "`--ping-interval` - Set the ping interval of the hub, in seconds. Default: 20.0."
    assert line("default hub ping interval", passage(told, "Options", listed=True)) == told


def test_the_section_that_is_called_what_is_asked_for_leads() -> None:
    said = passage("The hub sends a signal by radio, and by wire it sends signals too.", "Where it sends", cosine=0.62)
    named = passage("Red, green and blue.", "Signals", title="The hub")

    assert first("Which signals does the hub send?", said, named) == "Signals"
    assert first("Where does the hub send signals?", said, named) == "Where it sends"


def test_a_price_is_what_is_asked_for_where_the_question_says_hardly_anything_else() -> None:
    runs = passage("It runs at night and may run for 5 days.", "At night", cosine=0.6)
    costs = passage("Next to nothing: $2 a month.", "What it costs", cosine=0.55)

    assert first("what does it cost to run", runs, costs) == "What it costs"


def test_a_list_of_names_does_not_tell_what_something_is() -> None:
    names = passage("hub.lid.Lid", "Lid classes", cosine=0.6)
    told = passage("The lid is what keeps the rain out of the hub.", "What is on top", cosine=0.5)

    assert first("what is the lid", names, told) == "What is on top"
    assert first("lid classes", names, told) == "Lid classes"
