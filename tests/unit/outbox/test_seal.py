from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outbox.models import UnknownVersion, WaitingTurn
from shared.outbox.seal import LONGEST_SEALED, BrokenSeal, Seal, TooLong
from tests.unit.outbox.turns import QUESTION, SECRET, turn

OUTBOX = Seal.of(SECRET, "outbox")


def test_a_turn_is_the_same_after_it_was_written_sealed_opened_and_read() -> None:
    kept = replace(turn(), page="/setup", language="de", replaces=QUESTION)

    sealed = OUTBOX.closed(kept.written())

    assert WaitingTurn.read(OUTBOX.opened(sealed)) == kept
    assert sealed.isascii()
    assert "button" not in sealed


def test_what_was_sealed_with_another_secret_or_for_another_purpose_does_not_open() -> None:
    for other in (Seal.of(SECRET + "!", "outbox"), Seal.of(SECRET, "receipt")):
        with pytest.raises(BrokenSeal):
            OUTBOX.opened(other.closed(b"{}"))


@given(place=st.integers(min_value=0), character=st.characters(exclude_characters="\ud800"))
def test_one_changed_character_breaks_the_seal(place: int, character: str) -> None:
    sealed = OUTBOX.closed(b'{"question": "why?"}')
    at = place % len(sealed)
    if sealed[at] == character:
        return
    with pytest.raises(BrokenSeal):
        OUTBOX.opened(sealed[:at] + character + sealed[at + 1 :])


@given(st.text())
def test_no_text_opens_by_chance(text: str) -> None:
    with pytest.raises(BrokenSeal):
        OUTBOX.opened(text)


def test_what_no_queue_takes_is_not_sealed_and_what_is_sealed_fits() -> None:
    noise = random.Random(1)  # noqa: S311 (bytes that do not compress, the same each time)
    with pytest.raises(TooLong):
        OUTBOX.closed(noise.randbytes(LONGEST_SEALED))
    longest = turn(answer="".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(32_000)))
    assert len(OUTBOX.closed(longest.written())) < LONGEST_SEALED


def test_a_turn_of_a_later_version_is_left_to_later_code() -> None:
    with pytest.raises(UnknownVersion):
        WaitingTurn.read(turn().written().replace(b'"version":1', b'"version":3'))


def test_neither_the_secret_nor_the_key_is_in_the_repr() -> None:
    assert SECRET not in repr(OUTBOX)
    assert "key" not in repr(OUTBOX)


def test_the_longest_that_fits_opens_again() -> None:
    noise = random.Random(1).randbytes(LONGEST_SEALED)  # noqa: S311 (as above)
    length = 190_000 + (LONGEST_SEALED - len(OUTBOX.closed(noise[:190_000]))) * 3 // 4 - 10
    while len(sealed := OUTBOX.closed(noise[:length])) < LONGEST_SEALED:
        length += 1
    assert len(sealed) == LONGEST_SEALED
    assert OUTBOX.opened(sealed) == noise[:length]


def test_what_was_not_given_is_not_written() -> None:
    assert not {"page", "language", "replaces"} & json.loads(turn().written()).keys()
