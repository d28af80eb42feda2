"""An answer is cut into whole units while it is being written, in every script, and never in the middle of one."""

# ruff: noqa: RUF001 (full stops of other scripts are what this is about)
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.units import Unit, units

MARKDOWN = """Install it first [1]. Then run `make test` [1]. See e.g. Section 3.2 for v1.2.3.

1. Open a terminal.
2. Type this:

```sh
make test

make clean
```

| option | does |
|---|---|
| `-q` | is quiet [2] |

## Afterwards
It takes 2.5 s. Dr. Who agrees!
"""


def texts(*pieces: str) -> list[str]:
    return [each.text for each in units(pieces)]


def test_sentences_items_rows_headings_and_closed_blocks_of_code_are_units() -> None:
    found = list(units([MARKDOWN]))
    assert [(each.kind, each.text) for each in found] == [
        ("sentence", "Install it first [1]."),
        ("sentence", "Then run `make test` [1]."),
        ("sentence", "See e.g. Section 3.2 for v1.2.3."),
        ("item", "1. Open a terminal."),
        ("item", "2. Type this:"),
        ("code", "```sh\nmake test\n\nmake clean\n```"),
        ("row", "| option | does |"),
        ("rule", "|---|---|"),
        ("row", "| `-q` | is quiet [2] |"),
        ("heading", "## Afterwards"),
        ("sentence", "It takes 2.5 s."),
        ("sentence", "Dr. Who agrees!"),
    ]


def test_put_together_again_they_are_the_answer() -> None:
    assert "".join(each.before + each.text for each in units([MARKDOWN])) == MARKDOWN.strip()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=80))
def test_it_makes_no_difference_where_the_pieces_are_cut(sizes: list[int]) -> None:
    pieces: list[str] = []
    rest = MARKDOWN
    for size in sizes:
        pieces, rest = [*pieces, rest[:size]], rest[size:]
    assert list(units([*pieces, rest])) == list(units([MARKDOWN]))


@given(st.text(st.sampled_from("ab. \n`|-1#!?)][*~A。"), max_size=80))
def test_whatever_is_written_no_letter_is_lost_but_of_code_that_never_closes(text: str) -> None:
    whole = "".join(each.text for each in units([text]))
    byte_by_byte = "".join(each.text for each in units(list(text)))
    letters = [each for each in text if each in "abA"]
    assert [each for each in byte_by_byte if each in "abA"] == [each for each in whole if each in "abA"]
    if "```" not in text and "~~~" not in text:
        assert [each for each in whole if each in "abA"] == letters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ٹیسٹ چلائیں۔ پھر دیکھیں۔", ["ٹیسٹ چلائیں۔", "پھر دیکھیں۔"]),
        ("परीक्षण चलाएँ। फिर देखें।", ["परीक्षण चलाएँ।", "फिर देखें।"]),
        ("运行测试。[1]然后查看结果！好", ["运行测试。[1]", "然后查看结果！", "好"]),
        ("テストを実行します。次に見ます。", ["テストを実行します。", "次に見ます。"]),
        ("هل تعمل؟ نعم.", ["هل تعمل؟", "نعم."]),
        ("Das gilt z. B. hier. Das auch bzw. nicht. Gut.", ["Das gilt z. B. hier.", "Das auch bzw. nicht.", "Gut."]),
        ("Запустите тесты. Потом смотрите.", ["Запустите тесты.", "Потом смотрите."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("Wait... what? Yes!", ["Wait... what?", "Yes!"]),
        ("It is done. [1][2] Next one. 【3】 Last", ["It is done. [1][2]", "Next one. 【3】", "Last"]),
        ("It is 3.5 or 1,000. 20 more.", ["It is 3.5 or 1,000.", "20 more."]),
        ("Run `a. B` now. Then stop.", ["Run `a. B` now.", "Then stop."]),
        ("```make run``` starts it. Then ask.", ["```make run``` starts it.", "Then ask."]),
        ("Start it with\n```make run``` here. Then ask.", ["Start it with ```make run``` here.", "Then ask."]),
        ("One line.\nAnother line.", ["One line.", "Another line."]),
        ("broken\nacross lines. Yes.", ["broken across lines.", "Yes."]),
        ("- one. Two.\n- three", ["- one. Two.", "- three"]),
        ("Text:\n- one\nmore", ["Text:", "- one", "more"]),
        ("**Bold** start. *Other* end.", ["**Bold** start.", "*Other* end."]),
        ("-5 degrees. Cold.", ["-5 degrees.", "Cold."]),
        ("2024 was good. 2025 too.", ["2024 was good.", "2025 too."]),
    ],
)
def test_sentences_of_every_script_end_where_their_readers_see_them_end(text: str, expected: list[str]) -> None:
    assert texts(text) == expected
    assert texts(*text) == expected


@pytest.mark.parametrize(
    ("pieces", "after"),
    [
        (("Run it.", " Then"), 2),
        (("Run it.\n",), 1),
        (("运行测试。", "然"), 2),
        (("- an item\n",), 1),
        (("```\ncode\n```",), 1),
        (("| a | b |\n",), 1),
        (("Yes. [1]", " Now"), 2),
    ],
)
def test_a_unit_leaves_with_the_piece_that_ends_it(pieces: tuple[str, ...], after: int) -> None:
    given_out = 0

    def counted() -> object:
        nonlocal given_out
        for piece in pieces:
            given_out += 1
            yield piece
        raise AssertionError("it waited for more than that")

    assert next(iter(units(counted()))).text  # pyright: ignore[reportArgumentType]
    assert given_out == after


@pytest.mark.parametrize("text", ["Text.\n\n```sh\nmake", "Text.\n\n```", "Text.\n\n~~~\na\n```"])
def test_a_block_of_code_that_never_closes_is_no_unit(text: str) -> None:
    assert texts(text) == ["Text."]


def test_what_goes_on_without_an_end_leaves_all_the_same() -> None:
    assert len(texts(*["word "] * 4000)) > 1


def test_the_space_between_is_kept() -> None:
    assert list(units(["A b. C d.\n\nE"])) == [
        Unit("A b.", "sentence"),
        Unit("C d.", "sentence", " "),
        Unit("E", "sentence", "\n\n"),
    ]
