"""Answers without a model: whole units of the best sections, each with its heading, its number and its address."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from shared.answering.extractive.answers import quote_selection, written
from shared.answering.extractive.composer import quote
from shared.answering.extractive.direct import direct
from shared.answering.extractive.sections import ranked
from shared.answering.models import Answer, Mode
from shared.answering.words import Words
from shared.retrieval.blocks import Admonition, Block, Code, Definition, Item, List, Paragraph, Question, Table
from shared.retrieval.models import Found, Passage
from shared.retrieval.vocabulary import Vocabulary

PADDING = Paragraph("Something else stands here before it, as it often does on pages.")
"""A line that is all of its section comes first in any case."""


def passage(
    *blocks: Block, heading: str = "Set up", page: str = "arm", parents: tuple[str, ...] = (), cosine: float = 0.5
) -> Passage:
    path = ("The arm", *parents, heading)
    return Passage(f"https://b.test/{page}#{heading}", page, "The arm", path, blocks, 1.0, cosine=cosine)


def body(answer: Answer) -> str:
    return answer.text.partition("\n\n")[2]


def steps(count: int, words: int = 6) -> List:
    return List(
        tuple(Item(f"Step {n} " + "turns the screw again " * words) for n in range(1, count + 1)), "Do this:", 1
    )


def test_code_under_a_heading_is_shown_with_the_heading_that_names_it() -> None:
    install = passage(Code("apt install arm", language="bash"), Paragraph("Then check it."), heading="Install the arm")

    answer = quote("How do I install the arm?", [install])

    assert answer.text == "**The arm: Install the arm** [1]\n\n```bash\napt install arm\n```\n\nThen check it."
    assert [(each.n, each.title, each.url) for each in answer.sources] == [
        (1, "The arm: Install the arm", "https://b.test/arm#Install the arm")
    ]


def test_a_list_is_shown_whole_with_its_lead_in_and_from_its_first_step() -> None:
    answer = quote("How do I set up the arm?", [passage(steps(4))])

    assert body(answer).startswith("Do this:\n\n1. Step 1")
    assert "4. Step 4" in answer.text


def test_of_steps_that_are_too_many_the_first_ones_are_shown() -> None:
    shown = re.findall(r"^(\d+)\.", body(quote("How do I turn the screw?", [passage(steps(40))])), re.MULTILINE)

    assert shown == [str(n) for n in range(1, len(shown) + 1)]
    assert 3 < len(shown) < 40


def test_a_long_table_is_shown_with_its_head_and_the_rows_that_match() -> None:
    rows = tuple((f"joint {n}", f"{n} kg") for n in range(20))

    answer = quote("How heavy is joint 7?", [passage(Table((*rows, ("elbow", "3 kg")), ("Part", "Weight")))])

    assert "| Part | Weight |" in answer.text
    assert "| joint 7 | 7 kg |" in answer.text
    assert "joint 12" not in answer.text


def test_a_question_of_the_page_is_shown_with_its_answer_and_a_quiz_is_not() -> None:
    asked = Question("Why does the arm hang?", (Paragraph("Its motor is hot."),))
    quiz = Question("Question 2: Why does an arm hang?")
    list_of_questions = List((Item("Why does it hang?"), Item("When does the arm hang?")))

    answer = quote("Why does the arm hang?", [passage(quiz, list_of_questions, asked)])

    assert "Its motor is hot." in answer.text
    assert "Question 2" not in answer.text
    assert "When does" not in answer.text


def test_an_error_message_in_a_heading_is_answered_by_what_stands_below_it() -> None:
    error = passage(Paragraph("Source the set-up script."), heading="ModuleNotFoundError: No module named armlib")
    other = passage(Paragraph("Every module named here was tested: no error in armlib modules."), heading="Modules")

    answer = quote("ModuleNotFoundError: No module named 'armlib'", [other, error])

    assert answer.text.startswith("**The arm: ModuleNotFoundError: No module named armlib** [1]\n\nSource the")


@pytest.mark.parametrize(
    ("question", "block", "line"),
    [
        ("How many motors has it?", Paragraph("It is small. The arm has six motors."), "The arm has six motors."),
        ("How much does the arm cost?", Table((("the arm kit", "$600"),), ("Kit", "Cost")), "the arm kit · Cost: $600"),
        ("Is Windows supported?", Table((("Windows", "no"),), ("System", "supported")), "Windows · supported: no"),
        (
            "Can I search on Windows?",
            Table((("search", "yes", "no"),), ("What", "Linux", "Windows")),
            "search · Linux: yes · Windows: no",
        ),
        (
            "Which status does a wrong password give?",
            Table((("2", "a wrong password", "401"),), ("#", "Case", "Status it gives")),
            "2 · Case: a wrong password · Status it gives: 401",
        ),
        ("What is torque?", Definition("Torque", (Paragraph("How a motor turns."),)), "Torque: How a motor turns."),
        ("Is Windows supported?", Paragraph("Windows is not supported. Sorry."), "Windows is not supported."),
        ("command to move the arm", Code("armctl move", "Move the arm:"), "`armctl move`"),
        ("How do I install armctl?", Code("pip install armctl", "Get it:"), "`pip install armctl`"),
        (
            "What is the default of speed?",
            Paragraph("Default: `5`, the speed of a walk."),
            "Default: `5`, the speed of a walk.",
        ),
        (
            "speed_max",
            List((Item("`speed_max` - How fast it may go. Defaults to 5."),)),
            "`speed_max` - How fast it may go. Defaults to 5.",
        ),
        (
            "Which motor turns the elbow joint?",
            Paragraph("The third motor turns the elbow joint."),
            "The third motor turns the elbow joint.",
        ),
        (
            "How do I turn the motor off?",
            Paragraph("A motor is turned off by setting its power to 0."),
            "A motor is turned off by setting its power to 0.",
        ),
        (
            "How often is the motor checked?",
            Paragraph("The motor is checked every hour."),
            "The motor is checked every hour.",
        ),
        (
            "Which flag shows hidden motors?",
            Paragraph("Hidden motors are listed by the `--hidden` flag."),
            "Hidden motors are listed by the `--hidden` flag.",
        ),
        (
            "Which config variable names the arm?",
            Paragraph("Instead, set the configuration variable `ARM_NAME` to the name of the arm."),
            "Instead, set the configuration variable `ARM_NAME` to the name of the arm.",
        ),
        (
            "Are motors started automatically?",
            Paragraph("Motors are never started automatically."),
            "Motors are never started automatically.",
        ),
        (
            "What are motors of an arm?",
            Paragraph("In an arm, motors are machines that turn joints."),
            "In an arm, motors are machines that turn joints.",
        ),
        # a number in words, a condition that decides nothing before what does, a label that is no number of it
        (
            "How long is a motor guaranteed?",
            Paragraph("A motor is guaranteed for a period of six months."),
            "A motor is guaranteed for a period of six months.",
        ),
        (
            "Can I change the mode of a motor?",
            Paragraph("The mode of a motor is set when it is built - you cannot change the mode of a motor."),
            "The mode of a motor is set when it is built - you cannot change the mode of a motor.",
        ),
        (
            "how many motors does the SO-101 arm have?",
            Paragraph("Unlike the SO-101, the motor of this arm is loud. The SO-101 arm has six motors."),
            "The SO-101 arm has six motors.",
        ),
        (
            "Which environment variable sets the default arm?",
            Paragraph("The environment variable `ARM_NAME` sets the default arm."),
            "The environment variable `ARM_NAME` sets the default arm.",
        ),
        (
            "How long may an arm take?",
            Paragraph("Another thing may take an additional 9 hours. An arm may take 9 hours."),
            "An arm may take 9 hours.",
        ),
    ],
)
def test_a_line_that_answers_directly_comes_first(question: str, block: Block, line: str) -> None:
    first, *_ = quote(question, [passage(PADDING, block)]).text.split("\n\n")

    assert first == f"{line} [1]"


@pytest.mark.parametrize(
    ("question", "block"),
    [
        ("What are motors?", Paragraph("And motors are specified over a space of speeds.")),
        ("calibrate?", Paragraph("This should reflect whether the arm has the required calibration.")),
        ("How many weeks does it take?", Paragraph("Due at the end of Week 10, see the plan.")),
        ("How do I install armctl?", Code("pip install armctl-types", "Get its types:")),
        # too little is asked, and what a subject does tells nobody to do it
        ("How do I start it?", Paragraph("Open the box of the arm, then start it before you go on.")),
        ("How do I start the arm?", Paragraph("The tests start another arm, damage it and remove it.")),
        ("How do I install armctl?", Code("armctl --version", "Look whether it is installed:")),
        ("Which motor turns the elbow joint?", Paragraph("The first motor does not turn the elbow joint.")),
        ("How many weeks does it last?", Table((("Basics", "1-2"),), ("Part", "Weeks"))),
        # the "no" is told of something else that is in another column
        (
            "Is there an interface for search?",
            Table((("interface for search", "200", "no"),), ("What", "Status", "Tried again")),
        ),
        ("since which version does it log", Paragraph("Set `LOG_MS=1000` in any version to log more.")),
        # what stands in brackets is said beside
        ("Is there a speed limit", Paragraph("The arm provides commands for tables (speed limit records) of a log.")),
        # a row about something else, and one that decides nothing
        (
            "What happens to the motor while the power is away?",
            Table((("fuse", "the motor is away"),), ("Part", "What happens while there is no power")),
        ),
        (
            "Can I use Acme?",
            Table(
                (("Other", "`https://api.other.test/acme/v1`", "a model; a key"),),
                ("provider", "`URL`", "`NAME`, `KEY`"),
            ),
        ),
        # a row of numbers tells nothing of what it names
        ("What is an elbow motor?", Table((("elbow motor", "3", "14"),), ("Part", "Screws", "Grams"))),
        # what only leads to the answer, or minds something beside it
        ("Is there a spare motor?", Paragraph("See the section about a spare motor there is.")),
        ("Is there a spare motor?", Paragraph("The report should note which spare motor of the arm is being used.")),
        ("How do I turn the motor?", Paragraph("You should make sure to set the motor before you turn it.")),
        ("How do I override the motor?", Paragraph("To quieten it, you can also override the motor by a screw.")),
        # one thing told by another, or for one version alone
        ("Is the motor quiet?", Paragraph("A belt of rubber is more quiet than the motor is.")),
        ("Can I use steel screws?", Paragraph("On arms of generation 9 and later, you can use steel screws.")),
        # an entry is about what it begins with
        (
            "What is the default arm speed?",
            List((Item("`arm_speed_name` - How an arm calls its speed. Defaults to `x`."), Item("`id`: Of an arm."))),
        ),
        ("Where do I set MOTOR_SPEED?", Paragraph("`speed_class` - Which one to set in an arm is MOTOR_SPEED there.")),
        ("Which option counts the motors?", Paragraph("A list relative to `base` of motors that an option counts.")),
        # a default without a value
        ("What is the default of speed?", Paragraph("The speed defaults to the global speed of the arm.")),
        # what is assumed decides nothing
        ("Is the motor enabled by default?", Paragraph("By default, a light burns when the motor is enabled.")),
        ("Is the motor enabled by default?", Paragraph("The motor is enabled by a switch.")),
        ("Does the arm turn?", Paragraph("Do you wonder whether the arm does turn? The arm may.")),
        # which one asks for a name
        ("Which flag shows hidden motors?", Paragraph("A flag of the arm shows all of the hidden motors.")),
        # another version, another sign
        ("Which motors does arm 5 turn?", Paragraph("The arm 4 does turn these motors: `a`, `b`.")),
        ("What does the @ motor mean?", Paragraph("A motor is a machine.")),
        # an author tells of himself, a word in the middle asks nothing
        ("How long does a motor last?", Paragraph("I once had a motor that did last 30 hours.")),
        ("The arm that stops when the motor is hot", Paragraph("The arm and its motor are hot when the sun shines.")),
        # no telling what to do
        ("How do I turn the motor off?", Paragraph("A motor that is turned off is what many enjoy using.")),
        ("How do I turn the motor off?", Paragraph("You may want to turn off a motor by the mechanism of an arm.")),
        ("How do I install armctl?", Paragraph("First, to install armctl, install `armctl-types`.")),
        # "still", "do so" and an ellipsis lean on what stands before or behind them
        ("Does the arm turn automatically?", Paragraph("You can still let the arm turn automatically.")),
        ("How do I install the arm?", Paragraph("You can do so by making sure to install the arm.")),
        ("How do I install the arm?", Paragraph("Install the arm by making sure of the following things...")),
        # something is told of another thing
        ("Does a motor change the arm?", Paragraph("`motors` of steppers change the arm.")),
        ("What is a motor?", Paragraph("As the motor grows, there is an arm that turns.")),
        # half of a sentence, and without what turns it
        (
            "Which motor turns the joint?",
            Paragraph("The joint is turned by something (a. Which motor) that turns `x`."),
        ),
        ("What mode gives only a slow motor?", Paragraph("A motor that is slow and quick is given by the mode `7`.")),
        # two that cannot both be right
        (
            "Which exception does a slow motor raise?",
            Paragraph("A slow motor may raise a `Hot` exception. A slow motor may raise a `Cold` exception."),
        ),
        (
            "How long is the timeout of a motor?",
            Paragraph("The timeout of a motor is 5 s. The timeout of a motor is 9 s."),
        ),
        # of something that the book does not hold
        ("How do I turn the motor of a Zeppelin off?", Paragraph("The motor is turned off by setting its power to 0.")),
        # a longer identifier is another one
        ("What is the default of MAX_SPEED?", Paragraph("`max_speed_of_motor` defaults to `5`.")),
        # what is to be done about something is not what it is
        (
            "What is the gripper?",
            Table((("Gripper: a minute of it in the test of each night", "done"),), ("Task", "State")),
        ),
        # "this" and "then" are of what stands before
        ("How do I turn the motor?", Paragraph("One way to use this is to turn the motor by hand.")),
        (
            "Which tool turns the loud motor?",
            Paragraph("The tool of a loud motor can then be told that it turns."),
        ),
        # what is assumed is not what is said
        ("My motor is hot, what stops it?", Paragraph("If your motor is already hot, the arm stops it at once.")),
        ("How do I paint the arm?", Paragraph("You must use steel when you paint an arm of wood.")),
        # a name that is the one of something else
        (
            "Which environment variable sets the default arm?",
            Paragraph("Set the environment variable `MOTOR_NAME` to have another default than the usual."),
        ),
        # a property is no definition
        ("What is the elbow?", Definition("The elbow", (Paragraph("Signature: elbow(angle)"),))),
    ],
)
def test_a_line_that_only_looks_like_an_answer_does_not_come_first(question: str, block: Block) -> None:
    assert quote(question, [passage(PADDING, block)]).text.startswith("**The arm: Set up** [1]")


@pytest.mark.parametrize(
    ("question", "heading", "block", "line"),
    [
        (
            "Can the arm heal itself?",
            "Can an arm heal itself after it broke?",
            "No, it can't. Buy one.",
            "No, it can't.",
        ),
        (
            "How do I rename the arm?",
            "How do I rename an arm?",
            "Change its folder's name. Or not.",
            "Change its folder's name.",
        ),
        (
            "Are speeds of motors adjustable?",
            "Speeds of motors",
            "All speeds are adjustable by hand.",
            "All speeds are adjustable by hand.",
        ),
    ],
)
def test_below_a_heading_that_says_it_the_question_need_not_be_repeated(
    question: str, heading: str, block: str, line: str
) -> None:
    told = direct(*ranked(question, [passage(Paragraph(block), heading=heading)], Vocabulary()))

    assert told is not None
    assert told[0] == line


@pytest.mark.parametrize(
    ("question", "heading", "block"),
    [
        ("Can the arm heal itself?", "Can an arm turn?", "No, it can't. Buy one."),
        ("Can the arm heal itself?", "How can an arm heal itself?", "No, it can't. Buy one."),
        ("Can I heal an arm?", "Healing", "Doctor: sees to any part (arm, leg)"),
        # what the question only assumes, what is made of it, how it was once
        ("Should I use it if I build a motor?", "Using", "Those who build a motor are using steel."),
        ("What is a belt?", "Belt", "The arm now depends on the belt of another maker."),
        ("How do I turn the arm?", "1.11.1 - 2024-05-23", "Fixed: turn the arm by setting its power to 5."),
        ("Is the arm quiet?", "Arm v1.8.0", "The arm is quiet."),
    ],
)
def test_a_heading_that_asks_something_else_says_nothing(question: str, heading: str, block: str) -> None:
    assert direct(*ranked(question, [passage(Paragraph(block), heading=heading)], Vocabulary())) is None


@pytest.mark.parametrize(
    ("question", "first"),
    [("remove a stale lock", "Locks"), ("remove a stale lock since 1.1", "Version 1.1.0b3 (2017-01-15)")],
)
def test_how_things_changed_comes_after_how_they_are(question: str, first: str) -> None:
    history = passage(Paragraph("Remove a stale lock by itself since 1.1."), heading="Version 1.1.0b3 (2017-01-15)")
    locks = passage(Paragraph("A stale lock is what you remove by hand."), heading="Locks")

    assert quote(question, [history, locks]).text.startswith(f"**The arm: {first}** [1]")


def test_of_words_above_code_a_sentence_is_a_line() -> None:
    code = Code("arm --quiet now", "To turn a motor quietly, use `--quiet`. For example, in a box with a lid:")
    told = direct(*ranked("How do I turn a motor quietly?", [passage(code, heading="Quiet")], Vocabulary()))

    assert told is not None
    assert told[0] == "To turn a motor quietly, use `--quiet`."


def test_what_happens_is_told_by_what_goes_on_and_not_by_a_column_of_that_name() -> None:
    ways = passage(
        Table(
            (("worn", "the belt slips"), ("torn", "the motor of the arm runs, as when its belt is off")),
            ("way", "what happens"),
        ),
        heading="Ways",
        cosine=0.3,
    )
    told = passage(Paragraph("While the belt is off, the arm holds still and its motor waits."), heading="Rest")

    answer = quote("What happens to the motor while the belt is off?", [ways, told])

    assert "[1]\n\nWhile the belt is off, the arm holds still" in answer.text


def test_where_something_comes_from_is_not_what_it_is() -> None:
    inherits = passage(Paragraph("The `ElbowMotor` inherits from `Motor`."), PADDING, heading="ElbowMotor")

    assert direct(*ranked("What is an ElbowMotor?", [inherits], Vocabulary())) is None


def test_an_identifier_is_looked_for_whole() -> None:
    pieces = passage(Paragraph("The health of the arm: how to check it within a timeout of some s."), heading="Health")
    whole = passage(Paragraph("`health_check_timeout_s` may be changed."), heading="Options")

    assert quote("health_check_timeout_s?", [pieces, whole]).text.startswith("**The arm: Options** [1]")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("how do I turn off the statistics", "Disable it with one setting."),
        ("delete a motor", "Remove it by hand."),
        ("embed it", "Put it where it is needed."),
        ("where is what was written kept", "Write it where the others keep theirs."),
        ("are there maximum analyses shown", "An analysis shows the limit."),
    ],
)
def test_other_words_for_the_same_are_understood(question: str, text: str) -> None:
    other = passage(Paragraph("There are many of them here."), heading="Statistics of a motor")
    meant = passage(Paragraph(text), heading="Statistics of any motor")

    assert text in quote(question, [other, meant]).text.partition("[2]")[0]


def test_what_a_unit_says_that_no_other_one_has_said_comes_before_more_of_the_same() -> None:
    same = [Paragraph(f"The header holds the token of client {n}, " + "and more words follow " * 12) for n in range(5)]
    other = Paragraph("With `bearer` the class is derived.")

    assert "`bearer`" in quote("bearer instead of the token in the header of a client", [passage(*same, other)]).text


def test_stages_below_the_heading_that_is_asked_for_are_shown_in_the_pages_order() -> None:
    stages = [
        replace(passage(Code(code), heading=heading, parents=("Install the arm",), cosine=cosine), position=place)
        for place, code, heading, cosine in (
            (7, "armctl --help", "Verify the arm", 0.9),
            (5, "apt update", "Add the archive", 0.5),
            (6, "apt install arm", "Install packages", 0.6),
        )
    ]
    other = passage(Code("apt install tools"), heading="Install tools of the arm", cosine=0.8)

    text = quote("How do I install the arm?", [stages[0], other, *stages[1:]]).text

    assert re.findall(r"^(?:apt|armctl) .*$", text, re.MULTILINE) == ["apt update", "apt install arm", "armctl --help"]


def test_what_is_asked_now_counts_more_than_what_was_asked_before() -> None:
    table = Table((("slow arm", "`old`", "10 GB"), ("quick arm", "`act`", "2 GB")), ("Group", "Policy", "Memory"))

    text = quote("How much memory does the old arm need for act", [passage(table)], focus="act").text

    assert text.startswith("quick arm · Policy: `act` · Memory: 2 GB [1]")


def test_an_item_that_is_to_be_explained_comes_first() -> None:
    joints = List(
        (Item("Revolute: One axis with limits."), Item("Continuous: One axis without limits.")), "Joint types:"
    )

    text = quote("explain Continuous of the joint types", [passage(joints)], focus="Continuous").text

    assert text.startswith("Continuous: One axis without limits. [1]")


def test_an_example_is_code_where_there_is_any() -> None:
    about = passage(
        Paragraph("A launch file of an arm is an example of a good file."), heading="Launch files", cosine=0.7
    )
    code = passage(Code("launch(arm)"), heading="A launch file", cosine=0.5)

    assert quote("Give me an example of a launch file", [about, code]).text.startswith("**The arm: A launch file** [1]")


def test_a_summary_is_what_a_page_says_about_itself_first() -> None:
    step = passage(Paragraph("Complete the capstone project."), heading="Next steps of the project", cosine=0.7)
    text = Paragraph("You build a robot that talks.")
    path = ("The capstone project", "Overview")
    about = replace(passage(text, cosine=0.6), page="capstone", title=path[0], heading_path=path)

    assert quote("Summarize the capstone project", [step, about]).text.startswith(
        "**The capstone project: Overview** [1]"
    )


def test_of_a_message_that_tells_a_story_what_it_asks_counts_more() -> None:
    story = passage(Paragraph("Students in a university flash the card of the kit."), heading="Flash the card")
    asked = passage(Paragraph("Record a test with the microphone."), heading="Test the microphone")
    found = Found((story, asked), 0.6, on_topic=True, missing=("karachi",), vocabulary=Vocabulary(passages=2))

    text = written(
        "I am a student in Karachi, in a university, and I flashed the card of the kit. How do I test the microphone?",
        found,
        Words(),
    ).text

    assert text.startswith("**The arm: Test the microphone** [1]")


def test_a_second_section_follows_where_the_question_compares() -> None:
    answer = quote(
        "What is the difference between servos and steppers?",
        [
            passage(Paragraph("Servos know where they are."), heading="Servos"),
            passage(Paragraph("Steppers count their steps."), heading="Steppers"),
            passage(Paragraph("The licence is free."), heading="Licence"),
        ],
    )

    assert "**The arm: Servos** [1]" in answer.text
    assert "**The arm: Steppers** [2]" in answer.text
    assert "licence" not in answer.text


def test_the_heading_above_is_shown_where_several_sections_have_the_same_name() -> None:
    costs = [passage(Paragraph(f"It costs ${n}."), heading="Cost", parents=(f"Lab {n}",)) for n in (1, 2)]

    answer = quote("What does lab 2 cost?", costs)

    assert "The arm: Lab 2: Cost" in answer.text


def test_hits_of_one_section_are_one_source() -> None:
    first, second = (passage(Paragraph(f"Part {n} of it.")) for n in (1, 2))

    answer = quote("How do I set up part 2?", [second, first])

    assert len(answer.sources) == 1
    assert "Part 1 of it." in answer.text


def test_snippets_are_plain_words() -> None:
    block = List((Item("`go` to **x**"),), "Run:")

    [source] = quote("How do I go to x?", [passage(block, Code("a | b"))]).sources

    assert source.snippet == "Run: go to **x**"


def test_a_short_line_is_shown_rather_than_an_ellipsis() -> None:
    blocks = [Paragraph("A small thing."), Paragraph("The gripper opens in a second. " + "It is strong. " * 60)]

    assert "A small thing.\n\nThe gripper" in quote("When does the gripper open?", [passage(*blocks)]).text


def test_a_table_that_was_cut_is_one_again() -> None:
    head = ("Code", "Meaning")
    parts = [Table(((f"E{n}", "Something else."), (f"F{n}", "Something else.")), head) for n in range(5)]
    text = quote("TOO_LARGE", [passage(*parts, Table((("TOO_LARGE", "It is larger than allowed."),), head))]).text

    assert text.count("| Code | Meaning |") <= 1
    assert "E1" not in text


def test_a_table_of_contents_answers_nothing() -> None:
    listed = List((Item("Open the gripper"), Item("Close the gripper")))
    for blocks in ((Paragraph("Table of contents"), listed), (replace(listed, lead="On this page:"),)):
        text = quote("How do I open the gripper?", [passage(*blocks, Paragraph("Press the green button."))]).text
        assert "Close the gripper" not in text


def test_a_further_section_that_only_leads_elsewhere_is_not_shown() -> None:
    found = [passage(Paragraph("The log goes to a file."), heading="Log"), passage(Paragraph("The log, see here."))]

    assert len(quote("Where does the log go?", found).sources) == 1


def test_a_section_without_a_heading_is_named_by_its_page() -> None:
    assert quote("What moves?", [passage(Paragraph("The arm moves."), heading="")]).text.startswith("**The arm** [1]")


def test_long_prose_is_reduced_to_the_sentences_that_answer() -> None:
    prose = " ".join(["Nothing of interest stands here at all."] * 40 + ["The gripper opens in a second."])

    answer = quote("When does the gripper open?", [passage(Paragraph(prose))])

    assert "The gripper opens in a second." in answer.text
    assert len(answer.text) < 900


def test_code_is_closed_wherever_it_is_cut() -> None:
    code = Code("\n\n".join(f"line({n})" for n in range(2000)), "Example:", "python")

    for block in (code, Admonition((code,), "Tip"), List((Item("x", (code,)),))):
        answer = quote("Show me an example", [passage(block)])
        assert len(re.findall(r"^\s*```", answer.text, re.MULTILINE)) == 2


VOCABULARY = Vocabulary.read(
    {"version": "1", "passages": 9, "complete": True, "words": {"1": "gripper. motor.,s calibr.ate,ation", "3": "arm."}}
)


def found(*passages: Passage, on_topic: bool = True, missing: tuple[str, ...] = ()) -> Found:
    return Found(passages, 0.5, on_topic, missing=missing, vocabulary=VOCABULARY)


def test_a_word_that_stands_nowhere_in_the_book_is_named_before_the_closest() -> None:
    answer = written("How do I fly the arm?", found(passage(Paragraph("The arm moves.")), missing=("fly",)), Words())

    assert answer.text.startswith("The documentation does not mention `fly`; the closest:\n\n")
    assert answer.mode is Mode.EXTRACTIVE


def test_a_number_that_stands_nowhere_is_not_named() -> None:
    answer = written("arm: (28) gripper", found(passage(Paragraph("The arm moves.")), missing=("28",)), Words())

    assert answer.text.startswith("**The arm: Set up** [1]")


def test_a_refusal_names_a_page_only_where_one_is_near_and_shares_a_word() -> None:
    near, far = passage(Paragraph("The arm moves.")), passage(Paragraph("The arm moves."), cosine=0.2)
    stranger = passage(Paragraph("Nothing in common."), heading="Licence")

    assert [each.url for each in written("Is the arm red?", found(near, on_topic=False), Words()).sources] == [near.url]
    for other in (far, stranger):
        refused = written("Is your gripper red?", found(other, on_topic=False), Words())
        assert (refused.text, refused.sources) == ("I could not find this in the documentation.", ())


@pytest.mark.parametrize(
    ("question", "language", "begins"),
    [
        ("Wie kalibriere ich den arm und warum?", "de", "Diese Dokumentation ist auf Englisch"),
        ("¿Cómo calibro el arm?", "es", "Esta documentación está en inglés"),
        ("Comment est-ce que je calibre le arm ?", "fr", "Cette documentation est en anglais"),
        ("arm کو کیسے کیلیبریٹ کریں؟", "ur", "یہ دستاویزات انگریزی میں ہیں"),
        ("arm ko kaise calibrate karna hai", "ur", "یہ دستاویزات انگریزی میں ہیں"),
        ("如何校准 arm?", "zh", "本文档是英文的"),
    ],
)
@pytest.mark.parametrize("on_topic", [True, False])
def test_a_reader_of_another_language_is_told_so_in_it_and_shown_the_best_pages(
    question: str, language: str, begins: str, *, on_topic: bool
) -> None:
    answer = written(question, found(passage(Paragraph("The arm moves.")), on_topic=on_topic), Words(), language)

    assert answer.text.startswith(begins)
    assert [each.url for each in answer.sources] == ["https://b.test/arm#Set up"]


def test_an_english_question_with_foreign_names_is_english() -> None:
    answer = written("How do I calibrate the El Paso arm?", found(passage(Paragraph("The arm."))), Words())

    assert answer.text.startswith("**The arm: Set up** [1]")


@pytest.mark.parametrize(
    ("question", "missing", "begins"),
    [
        ("Welche Gelenke hat arm?", ("welche", "gelenke", "hat"), "Diese Dokumentation ist auf Englisch"),
        # one small word proves nothing where the book knows the others, nor does an English one beside it
        ("Which arm is welche?", ("welche",), "I could not find this"),
        ("Which gelenke of das robotik?", ("gelenke", "das", "robotik"), "I could not find this"),
        # flags are the same in every language, of which some have such words
        ("-o -y", ("o", "y"), "I could not find this"),
    ],
)
def test_one_small_word_tells_the_language_where_the_book_holds_hardly_any(
    question: str, missing: tuple[str, ...], begins: str
) -> None:
    refused = found(passage(Paragraph("The arm moves.")), on_topic=False, missing=missing)

    assert written(question, refused, Words()).text.startswith(begins)


def test_a_selection_is_answered_from_alone() -> None:
    answer = quote_selection("How many motors?", "The arm has six [motors](x).\n\n```\ngo\n```", "https://b.test/arm")

    assert answer.text == "**Selected text** [1]\n\nThe arm has six motors.\n\n```\ngo\n```"
    assert [each.url for each in answer.sources] == ["https://b.test/arm"]
    assert quote_selection("How many?", "The arm has six motors.", None).text == "The arm has six motors."


def test_a_word_that_the_book_has_another_one_for_is_not_called_missing() -> None:
    known = Vocabulary.read(
        {"version": "1", "passages": 9, "complete": True, "words": {"2": "limit.ation,ations arm."}}
    )
    limits = Found(
        (passage(Paragraph("Limitations: the arm is slow.")),),
        0.6,
        on_topic=True,
        missing=("drawbacks",),
        vocabulary=known,
    )

    assert written("What are the drawbacks?", limits, Words()).text.startswith("**The arm: Set up** [1]")
