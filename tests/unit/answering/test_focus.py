from __future__ import annotations

from dataclasses import replace

from shared.answering.conversation.focus import focused
from shared.answering.conversation.follow_up import FollowUp, understood
from shared.answering.models import Said
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage

DOG = "The quadruped robot walks on four legs in any weather and costs $1,800 in its cheapest form for a small lab."
LAB = "The robot lab of the cloud has a cost of $12,000 for a robot that is shared by twenty students at a time."


def passage(page: str, text: str) -> Passage:
    return Passage(f"/{page}", page, page.title(), (page.title(),), (Paragraph(text),), 1.0)


def first(follow_up: FollowUp, answer: str) -> str:
    passages = (passage("lab", LAB), passage("dog", DOG))
    return focused(Found(passages, 0.6, on_topic=True), follow_up, answer).passages[0].page


def test_what_the_last_answer_showed_is_what_it_means() -> None:
    asked = FollowUp("What does it cost? robot", "cost", points=True)
    assert (first(asked, ""), first(asked, f"**Dog** [1]\n\n{DOG}")) == ("lab", "dog")


def test_what_was_shown_and_says_nothing_of_what_is_asked_is_not_meant() -> None:
    asked = FollowUp("Who shares it? robot", "shared", points=True)
    assert first(asked, f"**Dog** [1]\n\n{DOG}") == "lab"


def test_a_message_that_names_something_is_not_about_what_was_shown() -> None:
    asked = FollowUp("What does the cloud cost? robot", "cloud cost")
    assert first(asked, f"**Dog** [1]\n\n{DOG}") == "lab"


KEPT = "Payloads are kept for ninety days, after which all that was sent is gone."
MODIFIED = "To modify the period of payloads that are kept pass another number of days."


def test_what_is_asked_of_it_may_be_told_in_other_words_on_the_page_that_was_shown() -> None:
    """ "can i change that": the page that told it tells how to modify it."""
    other = passage("hooks", "A hook may change payloads that are kept.")
    same = replace(passage("retention", MODIFIED), heading_path=("Retention", "Modifying it"))
    asked = FollowUp("can i change that payloads kept", "change", points=True)
    found = Found((other, same), 0.6, on_topic=True)

    shown = f"**Retention** [1]\n\n{KEPT}"
    assert [focused(found, asked, told).passages[0] for told in (shown, "")] == [same, other]


SET = "`PAYLOAD_DAYS`: how long payloads that were sent are kept before all of them are gone. Default is 90 days."


def test_that_which_can_be_changed_is_the_setting_that_was_shown() -> None:
    """It does not say "change", and a page about another thing does."""
    other, shown = passage("hooks", "A hook may change payloads that are kept."), passage("settings", SET)
    asked = FollowUp("how long are payloads kept change", "change", points=True)
    found = Found((other, shown), 0.6, on_topic=True)

    assert focused(found, asked, f"**Settings** [1]\n\n{SET}").passages == (shown,)
    of_another = replace(asked, focus="change hook")
    assert focused(found, of_another, f"**Settings** [1]\n\n{SET}").passages[0] == other


def test_and_for_others_is_asked_of_the_page_that_was_shown() -> None:
    limits = passage("limits", "Readers may ask 60 questions a minute, guests 30 of them, and nobody more than that.")
    rights = passage(
        "rights", "Guests and readers may see how many questions of the last minute were asked here by other people."
    )
    told = f"**Limits** [1]\n\n{limits.text}"
    asked = understood("and for guests?", [Said("user", "How many questions a minute?"), Said("assistant", told)])

    assert asked is not None
    assert focused(Found((rights, limits), 0.6, on_topic=True), asked, told).passages[0] == limits
