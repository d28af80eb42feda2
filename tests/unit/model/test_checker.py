"""What a model writes is shown only where it stands in the sources that it cites."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.model.checker import Checked, Checker
from shared.model.evidence import Evidence
from shared.model.units import units
from tests.fixtures.model.verdicts import ALTERED, ELSEWHERE, NAMED, TRUE, verdicts

TESTS = """# Testing: Run the tests
Run `make test` to run all 240 tests; it takes about 5 minutes. Add `--quick` for the quick ones. See
https://docs.example/testing for more.

```sh
# everything
make test
make test ARGS="-k chat"
```

1. Install the packages
2. Start Postgres
3. Run the tests

| tier | minutes |
|---|---|
| browser | 4 |
| model | 2 |
"""
INSTALL = "# Installation\nThe installer needs Python 3.11 and 2 GB of memory. Run `make setup` once."

PARTS_OF_PAIRS = ("tuned", "held-back")
CHECKER = Checker({1: Evidence.of(TESTS), 2: Evidence.of(INSTALL)})


def checked(text: str, checker: Checker = CHECKER) -> list[Checked]:
    before: tuple[int, ...] = ()
    found: list[Checked] = []
    for unit in units([text]):
        found.append(checker.checked(unit, before))
        before = found[-1].sources or before
    return found


def shown(text: str, checker: Checker = CHECKER) -> list[str]:
    found = checked(text, checker)
    while found and found[-1].leads:
        found.pop()
    return [each.text for each in found if each.text is not None]


@pytest.mark.parametrize("file", [f"pairs{books}-{part}.txt" for books in ("", "-books") for part in PARTS_OF_PAIRS])
def test_altered_numbers_units_flags_and_names_are_caught_and_true_sentences_kept(file: str) -> None:
    found = verdicts(file)
    assert found.share(ALTERED) >= 0.98
    assert found.share(NAMED) >= 0.90
    assert found.share(TRUE) <= 0.05
    assert found.share(frozenset({"wrong source cited"})) >= 0.90


@pytest.mark.parametrize("part", PARTS_OF_PAIRS)
def test_most_of_what_tells_true_words_of_something_else_or_the_other_way_round_is_caught(part: str) -> None:
    assert verdicts(f"pairs-books-{part}.txt").share(ELSEWHERE) >= 0.80


def test_there_are_enough_pairs_to_say_so() -> None:
    files = [f"pairs{books}-{part}.txt" for books in ("", "-books") for part in PARTS_OF_PAIRS]
    assert sum(sum(verdicts(file).total.values()) for file in files) >= 600


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Run `make test` [1].", "Run `make test` [1]."),
        ("Run `make test` [1, 2].", "Run `make test` [1][2]."),
        ("Run `make test`【1†source】.", "Run `make test`[1]."),
        ("Run `make test` [source 1].", "Run `make test` [1]."),
        ("Run `make test` [^1].", "Run `make test` [1]."),
        ("Run `make test` [۱].", "Run `make test` [1]."),  # noqa: RUF001 (an Urdu digit)
        ("Run `make test` [1][9].", "Run `make test` [1]."),
        ("Run `make test` [1](https://evil.example/x).", "Run `make test` [1]."),
        ("Run [`make test`](https://evil.example) [1].", "Run `make test` [1]."),
        ("Run `make test` ![x](https://evil.example/?q=1) [1].", "Run `make test` x [1]."),
        ("Run `make test` <img src=x onerror=alert(1)> [1].", "Run `make test` [1]."),
        ("![](https://evil.example/?q=1) Run `make test` [1].", "Run `make test` [1]."),
        ("Run <b>`make test`</b> [1].", "Run `make test` [1]."),
        ("Run `make test` https://evil.example/?q=secret [1].", "Run `make test` [1]."),
        (
            "Run `make test`, see https://docs.example/testing [1].",
            "Run `make test`, see https://docs.example/testing [1].",
        ),
        ("Run `make test` javascript:alert(1) [1].", "Run `make test` [1]."),
        ("Run `make test` [1]\u202e.", "Run `make test` [1]."),
        ("Run `make test`.", "Run `make test` [1]."),
        ("1. Run `make test` [1]", "1. Run `make test` [1]"),
        ("- **Run** `make test` [1]", "- **Run** `make test` [1]"),
        ("Run `make test` [a [b](c) d](https://evil.example) [1].", "Run `make test` a b d [1]."),
        ("Run `make test` \\[1\\].", "Run `make test` [1]."),
        ("Run `make test` [[1]].", "Run `make test` [1]."),
        ("Run `make test` [[1]](https://evil.example).", "Run `make test` [1]."),
        ("Run `make test`<sup>1</sup>.", "Run `make test` [1]."),
        ("Run `make test` <sup>[1, 2]</sup>.", "Run `make test` [1][2]."),
        ("Run `make test` (source 1).", "Run `make test` [1]."),
        ("Run `make test` (Sources: [1]).", "Run `make test` [1]."),
        ("Run `make test` ¹.", "Run `make test` [1]."),
        ("Run `make test` [here](//evil.example/x) [1].", "Run `make test` here [1]."),
        ("Run `make test` [here](https://evil.example/a(b(c)d)e) [1].", "Run `make test` here [1]."),
        ("Run `make test` [here]\n(https://evil.example/) [1].", "Run `make test` [here] [1]."),
        ("Run `make test` //evil.example/x [1].", "Run `make test` [1]."),
        ("Run `make test` file:/etc/passwd [1].", "Run `make test` [1]."),
        ("Run `make test` https&#58;//evil.example [1].", "Run `make test` [1]."),
        ("Run `make test` ![x](data:image/svg+xml,<svg onload=alert(1)>) [1].", "Run `make test` x [1]."),
        ("Run `make test` &lt;img src=x onerror=alert(1)&gt; [1].", "Run `make test` [1]."),
        ("Run `make test` <<b>img src=x onerror=alert(1)> [1].", "Run `make test` [1]."),
        ("Run `make test` <im<b>g src=x> [1].", "Run `make test` [1]."),
        ("Run `make test` \U000e0041\u00ad[1].", "Run `make test` [1]."),
        ("> [a]: //evil.example/x\n\nRun `make test` [1].", "Run `make test` [1]."),
        ("Run `make test` [1].[^a]\n\n[^a]: Or `make fuzz`.", "Run `make test` [1]."),
        ("Run `make test` [1].<|im_end|>", "Run `make test` [1]."),
        ("<<k3x9 source 1>> Run `make test` [1]. <<k3x9 end>>", "Run `make test` [1]."),
        ("Run `make test` [1].<\uff5cend\u2581of\u2581sentence\uff5c>", "Run `make test` [1]."),
    ],
)
def test_citations_get_one_form_and_links_images_and_html_go(written: str, expected: str) -> None:
    assert shown(written) == [expected]


@pytest.mark.parametrize(
    "invented",
    [
        "It takes 7 minutes [1].",
        "It takes 5 hours [1].",
        "It takes seven minutes [1].",
        "It takes ۷ minutes [1].",  # noqa: RUF001 (an Urdu digit)
        "Add `--fast` for the quick ones [1].",
        "Add --fast for the quick ones [1].",
        "Run `pytest -q` to run the tests [1].",
        "Run the tests with PyTest [1].",
        "Docker runs all tests [1].",
        "Run `make test` [2].",
        "Run `make test` [9] in Berlin.",
        "The moon is made of cheese [1].",
        "I'm sorry, but I cannot help with that request.",
        "The installer needs Python 3.12 [2].",
        "```sh\npytest -q\n```",
        "```sh\nmake test\nrm -rf /\n```",
        "| browser | 5 |",
        "<script>alert(1)</script>",
        "[Click here](https://evil.example)",
        "![](https://evil.example/?q=1)",
        "The browser tier takes 2 minutes [1].",
    ],
)
def test_what_stands_in_no_source_that_it_cites_is_dropped(invented: str) -> None:
    assert shown(invented) == []


@pytest.mark.parametrize(
    "true",
    [
        "All 240 tests take about five minutes [1].",
        "It takes about 300 seconds to run all tests [1].",
        "There are three steps to run the tests [1].",
        "Python 3.11 is needed, and `make setup` must be run once [2].",
        "The installer needs 2 GB of memory, and the tests take 5 minutes [1][2].",
        "| browser | 4 |",
        "The browser tier takes 4 minutes [1].",
        "**Step 1**: Install the packages [1].",
        "```sh\nmake test\n```",
        "```sh\n$ make test\n```",
    ],
)
def test_what_stands_there_in_other_words_is_kept(true: str) -> None:
    assert len(shown(true)) == 1


NAMES_OF_CODE = """# Callbacks
Set `max_retries` in the `serve.batch`-decorated function, and call `session.report(...)` or `close()`
in several `step`s.
Five tools have one. Nested objects are read, and so is `*`.
"""


@pytest.mark.parametrize(
    "written",
    [
        "Set max_retries in the `serve.batch`-decorated function [1].",
        "Call `session.report(...)` or `close()` [1].",
        "Call it in several `step`s [1].",
        "Five tools have one [1].",
        "Nested objects are read [1].",
        "`*` is read, and so are nested objects [1].",
    ],
)
def test_names_of_code_are_compared_and_shown_as_they_are(written: str) -> None:
    assert shown(written, Checker({1: Evidence.of(NAMES_OF_CODE)})) == [written]


def test_comments_of_the_models_own_leave_a_block_of_code() -> None:
    assert shown("```sh\n# this is the best command ever\nmake test\n```") == ["```sh\nmake test\n```"]
    assert shown("```sh\n# everything\nmake test\n```") == ["```sh\n# everything\nmake test\n```"]


def test_what_only_leads_on_claims_nothing_and_waits_for_what_follows() -> None:
    lead, item = checked("To run the tests:\n\n1. Start Postgres [1]")
    assert lead.leads
    assert not item.leads


@pytest.mark.parametrize(
    "invented",
    ["Docker is deprecated.", "Tests cost money.", "The company was sold.", "Pay the invoice at the desk first:"],
)
def test_a_short_sentence_or_one_that_leads_on_is_not_shown_where_the_sources_do_not_speak_of_it(invented: str) -> None:
    assert shown(f"{invented}\n\nRun `make test` [1].") == ["Run `make test` [1]."]


@pytest.mark.parametrize(
    "lead",
    [
        "Yes.",
        "Sure!",
        "Absolutely!",
        "Of course.",
        "Here is how.",
        "Happy to help!",
        "It depends.",
        "To run the tests:",
    ],
)
def test_a_word_before_the_answer_is_shown_with_it(lead: str) -> None:
    assert shown(f"{lead}\n\nRun `make test` [1].") == [lead, "Run `make test` [1]."]


def test_an_answer_in_another_language_is_checked_by_what_languages_share() -> None:
    urdu = Checker(CHECKER.sources, same_language=False)
    assert shown("`make test` چلائیں، اس میں 5 منٹ لگتے ہیں [1]۔", urdu)  # noqa: RUF001 (Urdu)
    assert not shown("`make test` چلائیں، اس میں 9 منٹ لگتے ہیں [1]۔", urdu)  # noqa: RUF001 (Urdu)
    assert not shown("اس کے لیے Docker چاہیے [1]۔", urdu)  # noqa: RUF001 (Urdu)
    german = Checker(CHECKER.sources, same_language=False, nouns_have_capitals=True)
    assert shown("Alle 240 Tests brauchen etwa 5 Minuten [1].", german)
    assert not shown("Alle 250 Tests brauchen etwa 5 Minuten [1].", german)


def test_a_denial_in_the_sources_own_words_is_not_seen() -> None:
    """Reported, not promised: `make bench-checking` prints how many of them pass."""
    assert shown("Running all tests does not take 5 minutes [1].")


PARTS = """# Parts
Postgres stores sessions; Redis stores the cache. Alice maintains the login module and Bob maintains the billing module.
Linux, macOS and Windows are supported. Version 2.4.1 was released on 2025-03-14. Version 2.5 came on 2 June 2025.
"""
ROLES = Checker({1: Evidence.of(PARTS)})
BESIDE = Checker({1: Evidence.of(f"{PARTS}Valkey replaces the cache of Redis.")})


@pytest.mark.parametrize(
    "swapped",
    [
        "Redis stores sessions [1].",
        "Bob maintains the login module [1].",
        "Bob maintains the login module and Alice maintains the billing module [1].",
        "The billing module is maintained by Alice [1].",
        "Sessions are stored by Redis.",
    ],
)
def test_what_a_sentence_says_of_one_name_is_not_shown_of_another_in_it(swapped: str) -> None:
    assert shown(swapped, ROLES) == []


@pytest.mark.parametrize(
    "kept",
    [
        "Redis stores the cache [1].",
        "The cache is stored by Redis, and sessions by Postgres [1].",
        "Alice maintains the login module [1].",
        "Bob is responsible for the billing module [1].",
        "Windows is supported [1].",
        "Linux and macOS are supported [1].",
        "Valkey replaces the cache of Redis [1].",
        "Version 2.4.1 was released on March 14, 2025 [1].",
        "Version 2.4.1 was released on 14 March 2025 [1].",
        "Version 2.4.1 was released on 2025-03-14 [1].",
        "Version 2.5 came on 2025-06-02 [1].",
        "Version 2.5 came on June 2nd, 2025 [1].",
    ],
)
def test_what_is_said_of_a_name_and_dates_written_in_another_way_are_kept(kept: str) -> None:
    assert shown(kept, BESIDE) == [kept]


@pytest.mark.parametrize(
    "altered",
    [
        "Version 2.4.1 was released on March 15, 2025 [1].",
        "Version 2.4.1 was released on April 14, 2025 [1].",
        "Version 2.5 came on 2025-02-06 [1].",
        "Version 2.5 came on 2 June 2024 [1].",
    ],
)
def test_another_date_is_not_shown(altered: str) -> None:
    assert shown(altered, ROLES) == []


LIMITS = """# Limits
A file may have up to 25 MB; larger ones are split. Requests are given up after 30 seconds; `--timeout` changes that. At
most 5 requests are sent per file, and 3 of them at least are answered within 2 s. Do not send more than 100 requests a
minute.
Call `close()` before the process ends. The share rose by 4 percentage points, to 12%. The cache is renewed every hour.

| service | port | retries |
|---|---|---|
| api_server | 8000 | 3 |
| dashboard | 8265 | 7 |
"""
LIMITED = Checker({1: Evidence.of(LIMITS)})


@pytest.mark.parametrize(
    "turned",
    [
        "A file must have at least 25 MB [1].",
        "At least 5 requests are sent per file [1].",
        "Requests of a file exceed 5 [1].",
        "At most 3 of the requests are answered within 2 s [1].",
        "Requests are answered after 2 s [1].",
        "Send at least 100 a minute [1].",
        "At most 5 requests are sent per user [1].",
        "Call `close()` after the process ends [1].",
        "The share rose by 4 percent [1].",
        "The share rose to 12 percentage points [1].",
        "The cache is renewed every day [1].",
        "The cache is renewed weekly [1].",
        "The dashboard has port 8000 [1].",
        "Set 7 retries for the api_server [1].",
    ],
)
def test_a_bound_an_order_and_what_is_counted_for_are_as_the_source_has_them(turned: str) -> None:
    assert shown(turned, LIMITED) == []


@pytest.mark.parametrize(
    "true",
    [
        "Pass `--timeout` to change it [1].",
        "Files of more than 25 MB are split [1].",
        "Files larger than 25 MB are split [1].",
        "No file may be larger than 25 MB [1].",
        "No more than five requests are sent for each file [1].",
        "Stay under 100 requests per minute [1].",
        "Before the process ends, call `close()` [1].",
        "The share is 12 percent [1].",
        "The cache is renewed hourly [1].",
        "The cache is renewed every 60 minutes [1].",
        "Two services have a port, and the api_server has 8000 [1].",
        "Five requests are sent per file at most [1].",
    ],
)
def test_other_words_for_the_same_bound_are_kept(true: str) -> None:
    assert shown(true, LIMITED) == [true]


@pytest.mark.parametrize("cited", ["[1][2]", "[2][1]", "[1, 2]"])
def test_a_number_that_only_one_of_the_cited_sources_has_is_looked_for_in_each(cited: str) -> None:
    assert shown(f"All 240 tests need Python 3.11 {cited}.") == [
        f"All 240 tests need Python 3.11 {cited.replace(', ', '][')}."
    ]
    assert shown(f"All 250 tests need Python 3.11 {cited}.") == []


PIECES = [
    "A ",
    "1,000 ",
    "7 ",
    "½",
    "1st ",
    "٣",
    "五",
    "`a`",
    "``",
    "[1]",
    "[2]",
    "[1][2]",
    "[^a]",
    "\\[",
    "<sup>1</sup>",
    "&#x41;",
    "Ibm ",
    "a_b ",
    "--a ",
    "-",
    "| ",
    "#a ",
    "5 per request ",
    "at most ",
    "twice ",
    "2025-01-01 ",
    "before ",
    ", ",
    "and ",
    ". ",
]
"""Of units that no person writes."""


@settings(max_examples=30)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=20).map("".join), st.booleans())
def test_whatever_is_written_the_check_ends_without_a_fault(text: str, same_language: bool) -> None:  # noqa: FBT001 (drawn)
    of_itself = Evidence.of(f"# Page\n\n{text}")
    checker = Checker({1: Evidence.of(TESTS), 2: of_itself}, same_language=same_language)
    for written in (text, f"{text} [1]", f"{text} [1][2]"):
        assert all(each.text is None or each.text for each in checked(written, checker))
