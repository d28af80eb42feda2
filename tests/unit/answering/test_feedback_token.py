from __future__ import annotations

from uuid import uuid4

import pytest

from shared.answering.feedback_token import LIFETIME, LONGEST, Rated, rated_by, token_for
from shared.errors import InvalidRequest
from shared.outbox.seal import Seal

SECRET = "feedback-secret-0123456789-abcdefghij"
RATED = Rated(uuid4(), "extractive", "https://site.test/arm#calibrate")


def test_a_token_allows_to_rate_its_answer_for_a_day() -> None:
    token = token_for(RATED, SECRET, clock=lambda: 1_000.0)

    assert rated_by(token, RATED.message_id, SECRET, clock=lambda: 1_000.0 + LIFETIME) == RATED
    assert len(token) <= LONGEST


def test_a_token_allows_nothing_else() -> None:
    token = token_for(RATED, SECRET)
    receipt = Seal.of(SECRET, "receipt").closed(b"[]")

    with pytest.raises(InvalidRequest, match="another answer"):
        rated_by(token, uuid4(), SECRET)
    with pytest.raises(InvalidRequest, match="expired"):
        rated_by(token, RATED.message_id, SECRET, clock=lambda: 1e12)
    for forged in (token[:-1], f"x{token}", token_for(RATED, SECRET + "!"), receipt, "", ".", "\ud800"):
        with pytest.raises(InvalidRequest, match="not one that was given out here"):
            rated_by(forged, RATED.message_id, SECRET)


def test_an_address_that_is_too_long_is_left_out() -> None:
    rated = Rated(RATED.message_id, "refused", "https://site.test/" + "a" * 1_000)

    assert rated_by(token_for(rated, SECRET), rated.message_id, SECRET).url is None
