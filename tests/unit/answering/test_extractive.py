from __future__ import annotations

from shared.answering.extractive import quote, quote_selection, refuse
from shared.answering.models import Mode, Source
from shared.retrieval.models import Passage


def passage(page: str, text: str, *, section: str = "", score: float = 1.0) -> Passage:
    heading = (section,) if section else ()
    return Passage(f"https://site.test/{page}", page, page.title(), heading, text, score)


ARM = passage("arm", "The arm has six motors in all. Calibrate the arm before you use it. It is made of printed parts.")
MOTOR = passage("motor", "A motor turns the gripper slowly. Each motor has an id that you set once.")


def test_the_sentences_closest_to_the_question_are_quoted_and_cited_in_the_order_of_their_passages() -> None:
    answer = quote("How do I calibrate the arm?", [ARM, MOTOR])

    assert answer.mode is Mode.EXTRACTIVE
    assert "Calibrate the arm before you use it. [1]" in answer.text
    assert answer.sources[0] == Source(1, "Arm", "https://site.test/arm", "Calibrate the arm before you use it.")
    assert answer.text.index("[1]") < answer.text.index("[2]")


def test_every_quote_has_its_own_citation() -> None:
    answer = quote("Which parts and motors must I calibrate?", [ARM])

    assert [line.endswith(" [1]") for line in answer.text.split("\n\n")] == [True, True, True]


def test_a_sentence_that_shares_nothing_with_the_question_is_not_quoted() -> None:
    answer = quote("How do I calibrate the arm?", [ARM])

    assert "printed parts" not in answer.text


def test_where_no_sentence_shares_a_word_the_best_passage_still_speaks() -> None:
    answer = quote("Wherefore?", [ARM])

    assert answer.text == "The arm has six motors in all. [1]"


def test_two_passages_of_a_page_are_one_source() -> None:
    other = passage("arm", "The gripper of the arm opens by itself.", section="Gripper")

    answer = quote("How does the gripper of the arm open?", [other, ARM])

    assert [source.title for source in answer.sources] == ["Arm: Gripper"]


def test_pages_that_were_found_but_not_quoted_are_named_once() -> None:
    more = [passage(f"page{n}", "Short.") for n in range(9)]

    answer = quote("How do I calibrate the arm?", [ARM, *more, *more])

    assert answer.text.endswith("\n\nSee also [2] [3] [4] [5].")
    assert [source.n for source in answer.sources] == [1, 2, 3, 4, 5]


def test_code_is_kept_whole_when_the_best_sentence_precedes_it() -> None:
    code = "```bash\nlerobot-calibrate\n\n--now\n```"
    run = passage("run", f"Something else is here first.\n\nCalibrate the arm with this command\n\n{code}")

    answer = quote("How do I calibrate the arm?", [run])

    assert f"Calibrate the arm with this command [1]\n\n{code}" in answer.text


def test_who_asks_how_is_shown_the_command_rather_than_told_about_it() -> None:
    told = passage("told", "You calibrate the arm with care.")
    run = passage("run", "Calibrate the arm with this command:\n\n```bash\nlerobot-calibrate\n```")

    assert "lerobot-calibrate" in quote("How do I calibrate the arm?", [told, run]).text


def test_only_the_beginning_of_what_was_found_is_read() -> None:
    filler = [passage(f"page{n}", "An unrelated sentence stands here alone. " * 40) for n in range(3)]

    answer = quote("gripper", [*filler, passage("late", "The gripper is explained on a late page.")])

    assert "late page" not in answer.text


def test_a_list_follows_the_sentence_that_announces_it_and_is_not_quoted_twice() -> None:
    steps = passage(
        "run", "To calibrate the arm do this:\n\n1. Calibrate the arm by hand first\n2. Move the arm around\n"
    )

    answer = quote("How do I calibrate the arm?", [steps])

    assert answer.text == (
        "To calibrate the arm do this: [1]\n\n1. Calibrate the arm by hand first\n2. Move the arm around"
    )


def test_a_block_that_is_too_long_is_left_to_its_page() -> None:
    long = passage("run", "Calibrate the arm with this:\n```\n" + "x\n" * 3000 + "```")

    assert quote("calibrate the arm", [long]).text == "Calibrate the arm with this: [1]"


def test_a_passage_of_code_alone_is_still_an_answer() -> None:
    answer = quote("calibrate", [passage("run", "```\nlerobot-calibrate\n```")])

    assert answer.text == "[1]\n\n```\nlerobot-calibrate\n```"


def test_a_passage_that_holds_nothing_quotable_is_named() -> None:
    answer = quote("calibrate", [passage("run", "[Only a link](x.md)")])

    assert (answer.text, len(answer.sources)) == ("See [1].", 1)


def test_a_refusal_names_the_three_closest_pages() -> None:
    answer = refuse("Who won the cup?", [ARM, MOTOR, ARM, passage("a", "Text."), passage("b", "Text.")])

    assert answer.text == "I could not find this in the documentation. The closest pages: [1] [2] [3]."
    assert [source.url for source in answer.sources] == [f"https://site.test/{page}" for page in ("arm", "motor", "a")]
    assert answer.mode is Mode.REFUSED


def test_a_refusal_without_any_passage_cites_nothing() -> None:
    answer = refuse("Who won the cup?", [])

    assert (answer.text, answer.sources) == ("I could not find this in the documentation.", ())


def test_a_selection_is_quoted_without_a_source_when_its_page_is_unknown() -> None:
    answer = quote_selection("How many motors?", "The arm has six motors in all. It is made of printed parts.", None)

    assert answer.text.startswith("The arm has six motors in all.")
    assert "[1]" not in answer.text
    assert answer.sources == ()


def test_the_page_of_a_selection_is_its_source() -> None:
    answer = quote_selection("How many?", "The arm has six motors in all.", "https://site.test/arm")

    assert answer.text == "The arm has six motors in all. [1]"
    assert answer.sources[0].url == "https://site.test/arm"


def test_a_selection_of_a_few_words_is_shown_as_it_is() -> None:
    assert quote_selection("What?", "six [motors](x)", None).text == "six motors"


def test_snippets_are_cut_at_a_word() -> None:
    [source] = quote("word", [passage("a", "A word that goes on " + "and on " * 60 + "to its end.")]).sources

    assert len(source.snippet) <= 240
    assert source.snippet.endswith("…")
