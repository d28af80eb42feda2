"""The first line gives the value that is asked for, in whichever words one asks; and nothing that stands beside it."""

from __future__ import annotations

import pytest

from shared.answering.extractive.composer import quote
from shared.retrieval.blocks import Block, Item, List, Paragraph, Table
from tests.unit.answering.test_composer import PADDING, passage

OPTIONS = List(
    (
        Item("`--relay-delay`: How long the relay waits to send reports through the motor. Defaults to `5`."),
        Item("`--relay-report-motor-shaft-port`: The motor port for reports of the relay. Defaults to `2525`."),
    )
)
LEVEL = "`level`: which level of a motor is logged. If it is left out, the default level is `calm`."


@pytest.mark.parametrize(
    ("question", "block", "line"),
    [
        ("Which motor level is used by default?", List((Item(LEVEL),)), LEVEL),
        ("minimum supported motor version", Paragraph("The minimum supported motor version is 1.24."), None),
        ("oldest motor version", Paragraph("The oldest motor version that turns is 2.4."), None),
        # how often something is taken is told by "takes" as well
        (
            "how often are motors taken apart by default",
            Paragraph("By default, the arm takes its motors apart every `24h`."),
            None,
        ),
        # the name of an option may say more than the question, where its entry says all of it
        ("default motor port for relay reports", OPTIONS, OPTIONS.items[1].text),
        # a number within a name is not the value, of which there are not two then
        (
            "l7-torque default",
            List(
                (
                    Item("`l7-torque`: how firmly it holds. Defaults to `5m`."),
                    Item("After `l7-torque` (default 5m) it ends."),
                )
            ),
            "After `l7-torque` (default 5m) it ends.",
        ),
        # what is turned off is still what is asked about
        (
            "How do I turn braking off?",
            Paragraph("To disable braking, set the variable `NO_BRAKING` to any value."),
            None,
        ),
    ],
)
def test_what_is_asked_for_comes_first(question: str, block: Block, line: str | None) -> None:
    first, *_ = quote(question, [passage(PADDING, block)]).text.split("\n\n")

    assert first == f"{line or (block.text if isinstance(block, Paragraph) else '')} [1]"


@pytest.mark.parametrize(
    ("question", "block"),
    [
        # options are not what is switched off, nor is what is switched off said by that word
        ("How do I turn braking off?", Paragraph("You can set the variable `OPTIONS` to any value you would like to.")),
        ("How do I turn braking off?", Paragraph("To disable the motor, set the variable `NO_MOTOR` to any value.")),
        # cells of a row tell each something of its own
        (
            "Does the arm track when a motor is deleted?",
            Table(
                (("Deleting a motor", "Makes the arm unable to turn", "Delete what it tracks as well"),),
                ("Action", "Why not", "Instead"),
            ),
        ),
        # what may be done with something is no way to do what is asked
        (
            "How do I send reports to the relay?",
            Paragraph("Reports are sent to the relay under the name `arm`, you can change this name by `--name`."),
        ),
        # two more words in the name of an option make it another one
        ("default relay delay for motor reports", List((OPTIONS.items[1],))),
    ],
)
def test_what_stands_beside_it_does_not(question: str, block: Block) -> None:
    assert quote(question, [passage(PADDING, block)]).text.startswith("**The arm: Set up** [1]")
